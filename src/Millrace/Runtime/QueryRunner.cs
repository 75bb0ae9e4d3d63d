using Millrace.Data;
using Millrace.Expressions;
using Millrace.Operators;
using Millrace.Planning;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>Runs an ad-hoc query over the stored rows of one version, with the same operators that run pipelines.</summary>
public static class QueryRunner
{
    /// <summary>The rows; the caller releases each batch. Rows that are taken back on the way (aggregates, DISTINCT ON) are settled: only final rows come out, all with weight +1.</summary>
    /// <param name="plan">Made by the binder over <see cref="StoredScan"/> and <see cref="Values"/>.</param>
    /// <param name="snapshot">Where stored rows come from; null where the plan reads none.</param>
    /// <param name="memory">Where batches come from.</param>
    /// <param name="stop">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="QueryException">A row could not be computed; the message names the expression and the value.</exception>
    public static IEnumerable<Batch> Run(PlanNode plan, IStoreSnapshot? snapshot, MemoryAccountant memory, CancellationToken stop = default)
    {
        var owner = memory.Owner("queries");
        return Run(PhysicalPlanner.Plan(PlanBuilder.Optimize(plan)), [], _ => owner, TimeProvider.System, () => { }, snapshot, memory, stop);
    }

    /// <summary>Runs a query to its end, for what each operator did.</summary>
    /// <inheritdoc cref="Run(PlanNode, IStoreSnapshot?, MemoryAccountant, CancellationToken)"/>
    /// <param name="plan">Made by the binder over <see cref="StoredScan"/> and <see cref="Values"/>.</param>
    /// <param name="snapshot">Where stored rows come from; null where the plan reads none.</param>
    /// <param name="memory">Where batches come from.</param>
    /// <param name="clock">Measures their work.</param>
    /// <param name="stop">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public static IReadOnlyList<OperatorStatus> Analyze(PlanNode plan, IStoreSnapshot? snapshot, MemoryAccountant memory, TimeProvider clock, CancellationToken stop = default)
    {
        var physical = PhysicalPlanner.Plan(PlanBuilder.Optimize(plan));
        var stations = new Dictionary<PhysicalNode, Station>();
        var owners = physical.Nodes.ToDictionary(n => n, n => new MemoryOwner(memory, LaneBuilder.OwnerName(n)));
        IReadOnlyList<OperatorStatus> operators = [];
        void Look() => operators = new OperatorBoard(physical, stations.ToLookup(s => s.Key, s => s.Value), n => owners[n], clock).Operators();
        foreach (var batch in Run(physical, stations, n => owners[n], clock, Look, snapshot, memory, stop)) batch.Release();
        return operators;
    }

    static IEnumerable<Batch> Run(PhysicalPlan physical, Dictionary<PhysicalNode, Station> stations, Func<PhysicalNode, MemoryOwner> ownerOf, TimeProvider time, Action done,
        IStoreSnapshot? snapshot, MemoryAccountant memory, CancellationToken stop)
    {
        var pending = new PendingStations();
        var clock = new WorkClock(time);
        var results = new Collector { RoomBatches = 8 };
        var ready = new Queue<Batch>();
        try
        {
            foreach (var node in physical.Nodes)
            {
                var context = new OperatorContext(memory, ownerOf(node), QueryReports.Instance, node.Demand);
                var station = new Station(0, node.Logical.CreateOperator(context), [.. node.Logical.Inputs.Select((_, i) => new StationInputs(1, node.Logical.HoldsTime(i)))], pending, clock) { HotKeys = LaneBuilder.HotKeysOf(node) };
                stations.Add(node, station);
                for (var i = 0; i < node.Inputs.Length; i++) stations[node.Inputs[i].Node].AddTarget(node.Inputs[i].Port, station.InputTarget(i));
            }
            var (top, port) = physical.Readers[0].Input;
            stations[top].AddTarget(port, results);

            // An unordered LIMIT needs no more rows than it gives.
            var left = top.Logical is Sort { Order.IsEmpty: true, Limit: { } limit } ? limit : long.MaxValue;
            foreach (var leaf in physical.Nodes.Where(n => n.Inputs.IsEmpty))
                foreach (var _ in Feed(stations[leaf], leaf.Logical, [.. stations.Values], snapshot, memory))
                {
                    while (true)
                    {
                        foreach (var batch in results.Take([])) ready.Enqueue(batch);
                        while (ready.TryDequeue(out var batch))
                        {
                            left -= batch.RowCount;
                            yield return batch;
                            stop.ThrowIfCancellationRequested();
                        }
                        if (left <= 0)
                        {
                            done();
                            yield break;
                        }
                        stop.ThrowIfCancellationRequested();
                        if (pending.Stage < 0) break;
                        pending.Resume();
                    }
                }
            done();
        }
        finally
        {
            while (ready.TryDequeue(out var batch)) batch.Release();
            results.Clear();
            foreach (var station in stations.Values) station.Dispose();
        }
    }

    /// <summary>Pushes the rows of a leaf batch by batch, then its end; whoever enumerates looks at the results in between.</summary>
    static IEnumerable<bool> Feed(Station station, PlanNode leaf, Station[] all, IStoreSnapshot? snapshot, MemoryAccountant memory)
    {
        if (leaf is StoredScan scan)
        {
            if (snapshot is null) throw new ArgumentNullException(nameof(snapshot), $"The query reads '{scan.Table}'.");
            foreach (var batch in snapshot.Scan(scan.Table, memory))
            {
                try
                {
                    station.OnBatch(0, batch);
                }
                finally
                {
                    batch.Release();
                }
                yield return true;
            }
        }
        // There is most to remember before the end.
        foreach (var any in all) any.NoteState();
        station.OnFrontier(0, Frontier.End);
        yield return true;
    }

    sealed class QueryReports : IReports
    {
        public static readonly QueryReports Instance = new();

        public BadData BadData => BadData.Fail;

        public void Failed(Batch batch, RowErrors errors)
        {
            for (var row = 0; row < batch.RowCount; row++)
                if (errors.Has(row)) throw new QueryException($"{errors.MessageOf(row)}.");
        }

        public void Checked(Constraint constraint, string on, long seen, long violated, long acted)
        {
        }

        public void SetAside(Batch batch, ReadOnlySpan<int> rows, Constraint constraint, string on)
        {
        }

        public void Late(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<long> windowEnds, ReadOnlySpan<long> watermarks, string view)
        {
        }

        public void Duplicates(long rows)
        {
        }

        public void Timeless(long rows, string view)
        {
        }
    }
}

/// <summary>A query failed on a row's value.</summary>
public sealed class QueryException(string message) : Exception(message);
