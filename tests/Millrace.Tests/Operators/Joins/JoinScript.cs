using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Operators;
using Millrace.Operators.Joins;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Tests.Stores;
using Millrace.Time;

namespace Millrace.Tests.Operators.Joins;

/// <summary>What one input of a join brings, in its own order: rows with weights, and now and then how far its time has come.</summary>
sealed record JoinInput(IReadOnlyList<(object?[]? Row, int Weight, long Frontier)> Steps)
{
    /// <summary>Random rows, some of them taken back later; each as long as its time is not past.</summary>
    public static JoinInput Random(Random random, int count, bool retracts, int keys, bool hasNulls)
    {
        var steps = new List<(object?[]?, int, long)>();
        var live = new List<object?[]>();
        var frontier = 0L;
        for (var i = 0; i < count; i++)
        {
            if (random.Next(8) == 0)
            {
                frontier += random.Next(0, 400_000);
                steps.Add((null, 0, frontier));
                live.RemoveAll(r => r[0] is long at && at < frontier);
                continue;
            }
            if (retracts && live.Count > 0 && random.Next(3) == 0)
            {
                var at = random.Next(live.Count);
                steps.Add((live[at], -1, 0));
                live.RemoveAt(at);
                continue;
            }
            object? time = hasNulls && random.Next(20) == 0 ? null : frontier + random.NextInt64(0, 1_000_000) / 10_000 * 10_000;
            object? key = hasNulls && random.Next(10) == 0 ? null : random.Next(keys);
            object? text = hasNulls && random.Next(10) == 0 ? null : "t" + random.Next(3);
            object?[] row = [time, key, text, random.Next(5)];
            var weight = retracts && random.Next(10) == 0 ? 2 : 1;
            steps.Add((row, weight, 0));
            for (var w = 0; retracts && w < weight; w++) live.Add(row);
        }
        if (retracts && steps.Count > 1 && random.Next(2) == 0)
        {
            // A row may be taken back before it is given.
            var at = random.Next(steps.Count - 1);
            if (steps[at].Item1 is not null && steps[at + 1].Item1 is not null) (steps[at], steps[at + 1]) = (steps[at + 1], steps[at]);
        }
        return new(steps);
    }

    /// <summary>A table with a key in column 1: a row of a key is taken back right before the next one comes.</summary>
    public static JoinInput Keyed(Random random, int count, int keys)
    {
        var steps = new List<(object?[]?, int, long)>();
        var rows = new object?[]?[keys];
        for (var i = 0; i < count; i++)
        {
            var key = random.Next(keys);
            if (rows[key] is { } old) steps.Add((old, -1, 0));
            rows[key] = random.Next(5) == 0 ? null : [(long)i, key, "t" + random.Next(3), random.Next(3)];
            if (rows[key] is { } row) steps.Add((row, 1, 0));
        }
        return new(steps);
    }

    /// <summary>What the rows add up to.</summary>
    public List<(object?[] Row, int Weight)> Sum() =>
        [.. Steps.Where(s => s.Row is not null).GroupBy(s => string.Join('|', s.Row!.Select(v => v ?? "NULL"))).Select(g => (g.First().Row!, g.Sum(s => s.Weight))).Where(r => r.Item2 != 0)];
}

/// <summary>Runs a join over two inputs in one of many ways: how they interleave, how rows are cut into batches, where barriers and restarts are.</summary>
sealed class JoinScript(PlanNode plan, JoinInput left, JoinInput right)
{
    const int BatchRows = 16;

    readonly Join _join = Find(plan);

    static Join Find(PlanNode node)
    {
        while (node is not Join) node = node.Inputs[0];
        return (Join)node;
    }

    /// <summary>The greatest number of rows that it remembered at a time.</summary>
    public long MostRows { get; private set; }

    public Notes Notes { get; } = new();

    /// <summary>Runs and gives what the output adds up to.</summary>
    public List<string> Run(Random random, int cut, bool isFull, bool restarts)
    {
        var memory = new MemoryAccountant(batchRows: BatchRows);
        var owner = memory.Owner("join");
        var output = new Watch(_join, isFull);
        IOperator operation = Make(memory, owner);
        var log = new StateLog();
        JoinInput[] inputs = [left, right];
        int[] at = [0, 0];
        Frontier[] frontiers = [Frontier.Start, Frontier.Start];
        var joined = Frontier.Start;
        while (at[0] < left.Steps.Count || at[1] < right.Steps.Count)
        {
            var input = at[0] >= left.Steps.Count ? 1 : at[1] >= right.Steps.Count ? 0 : random.Next(2);
            var steps = inputs[input].Steps;
            if (steps[at[input]].Row is null)
            {
                Move(input, new(new(steps[at[input]].Frontier), new(steps[at[input]].Frontier)));
                at[input]++;
                continue;
            }
            var end = at[input];
            var most = random.Next(1, Math.Min(cut, BatchRows) + 1);
            while (end < steps.Count && steps[end].Row is not null && end - at[input] < most) end++;
            var rows = steps.Skip(at[input]).Take(end - at[input]).ToList();
            var isPlain = rows.All(r => r.Weight == 1) && _join.Inputs[input].Mode == ChangeMode.Append;
            var batch = StoredRows.Batch(memory, _join.Inputs[input].Schema, isPlain ? null : [.. rows.Select(r => r.Weight)], [.. rows.Select((r, i) => Widened(input, r.Row!, at[input] + i))]);
            operation.OnBatch(input, batch, output);
            batch.Release();
            Finish();
            at[input] = end;
            MostRows = Math.Max(MostRows, ((IStateful)operation).StateRows);
            if (random.Next(6) == 0)
            {
                operation.OnBarrier(1, output);
                log.Save(operation);
                if (!restarts || random.Next(2) == 0) continue;
                var again = Make(memory, owner);
                log.Load(again, operation);
                operation.Dispose();
                operation = again;
            }
        }
        Move(0, Frontier.End);
        Move(1, Frontier.End);
        Assert.Equal(0, ((IStateful)operation).StateRows);
        operation.Dispose();
        output.CheckKey(random);
        Assert.Equal(0, memory.Alive);
        Assert.Equal(0, owner.Bytes);
        return output.Sum();

        void Finish()
        {
            while (operation.Resume(output)) { }
        }

        void Move(int input, Frontier frontier)
        {
            frontiers[input] = frontier;
            operation.OnInputFrontier(input, frontier, output);
            Finish();
            var next = Frontier.Min(frontiers[0], frontiers[1]);
            if (next == joined) return;
            joined = next;
            operation.OnFrontier(joined, output);
            Finish();
        }
    }

    /// <summary>The row with what the plan puts behind the columns of its input: a number, or the mark of a row that is there.</summary>
    object?[] Widened(int input, object?[] row, int number) => [.. row, .. _join.Inputs[input].Schema.Fields.Skip(4).Select(f => f.Name == "$row" ? (object)(long)number : 1)];

    JoinOperator Make(MemoryAccountant memory, MemoryOwner owner) => new(_join, new(memory, owner, Notes));

    /// <summary>The far end: adds up rows, and sees to it that the node has said the truth about its times and about taking rows back.</summary>
    sealed class Watch(Join join, bool isFull) : IOutput
    {
        readonly Dictionary<string, int> _sums = [];
        readonly List<Batch> _batches = []; // of a join with a key
        long _final = long.MinValue;

        public bool IsFull => isFull;

        public void Push(Batch batch, int port = 0)
        {
            batch.AssertWhole();
            for (var row = 0; row < batch.RowCount; row++)
            {
                var weight = batch.Weights is null ? 1 : batch.Weights[row];
                if (join.Mode == ChangeMode.Append) Assert.True(weight > 0, "an append-only join took a row back");
                foreach (var time in join.Times)
                {
                    var column = (Column<long>)batch[time.Column];
                    if (!column.IsNull(row)) Assert.True(column[row] + time.LagMicroseconds >= _final, $"{join.Schema[time.Column].Name} = {column[row]} came after {_final}");
                }
                var text = Text(batch, row);
                _sums[text] = _sums.GetValueOrDefault(text) + weight;
            }
            if (KeepsBatches) _batches.Add(batch);
            else batch.Release();
        }

        public void Advance(Frontier frontier)
        {
            Assert.True(frontier.Final.Microseconds >= _final);
            _final = frontier.Final.Microseconds;
        }

        bool KeepsBatches => join.Inputs.All(i => !i.Key.IsEmpty);

        /// <summary>What a keyed table would hold after a commit of everything.</summary>
        public void CheckKey(Random random)
        {
            if (!KeepsBatches) return;
            // Rows go through three lanes, each row always through the same, and the lanes hand over their batches in any order.
            var shuffled = new List<Batch>();
            foreach (var lane in new[] { 0, 1, 2 }.OrderBy(_ => random.Next()))
                foreach (var batch in _batches)
                    shuffled.Add(batch.Gather([.. Enumerable.Range(0, batch.RowCount).Where(r => Text(batch, r).Sum(c => c) % 3 == lane)]));
            foreach (var batch in _batches) batch.Release();
            new Consolidation().Run(shuffled, join.Key);
            var held = new List<string>();
            foreach (var batch in shuffled)
            {
                for (var row = 0; row < batch.RowCount; row++)
                    if (batch.Weights is null || batch.Weights[row] > 0) held.Add("+1 " + Text(batch, row));
                batch.Release();
            }
            Assert.Equal(Sum(), held.Order(StringComparer.Ordinal));
        }

        string Text(Batch batch, int row) => string.Join(" | ", batch.Columns.Where((_, i) => !PlanBuilder.IsHidden(join.Schema[i].Name)).Select(c => Recorder.Text(c, row)));

        public List<string> Sum() => [.. _sums.Where(s => s.Value != 0).Select(s => $"{s.Value:+0;-0} {s.Key}").Order(StringComparer.Ordinal)];
    }
}

/// <summary>The answer by nested loops over what both inputs add up to.</summary>
static class NestedLoops
{
    public static List<string> Join(JoinKind kind, JoinInput left, JoinInput right, Func<object?[], object?[], bool> matches)
    {
        var (l, r) = (left.Sum(), right.Sum());
        var sums = new Dictionary<string, int>();
        void Add(IEnumerable<object?> row, int weight)
        {
            var text = string.Join(" | ", row.Select((v, i) => v switch { null => "NULL", long at => Recorder.Text(At(at), 0), _ => v.ToString() }));
            sums[text] = sums.GetValueOrDefault(text) + weight;
        }
        foreach (var (a, w) in l)
        {
            var partners = 0;
            foreach (var (b, v) in r)
            {
                if (!matches(a, b)) continue;
                partners += v;
                if (kind is not (JoinKind.Semi or JoinKind.Anti)) Add(a.Concat(b), w * v);
            }
            if (kind == JoinKind.Semi && partners > 0) Add(a, w);
            if (kind == JoinKind.Anti && partners <= 0) Add(a, w);
            if (kind is JoinKind.Left or JoinKind.Full && partners <= 0) Add(a.Concat(new object?[4]), w);
        }
        if (kind is JoinKind.Right or JoinKind.Full)
            foreach (var (b, v) in r)
                if (l.Where(a => matches(a.Row, b)).Sum(a => a.Weight) <= 0) Add(new object?[4].Concat(b), v);
        return [.. sums.Where(s => s.Value != 0).Select(s => $"{s.Value:+0;-0} {s.Key}").Order(StringComparer.Ordinal)];
    }

    static readonly MemoryAccountant s_memory = new();

    static Column<long> At(long time)
    {
        var column = s_memory.Rent<long>(DataType.Timestamp);
        column.Append(time);
        return column;
    }
}
