using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators;
using Millrace.Planning;
using Millrace.Tests.Stores;
using Millrace.Time;

namespace Millrace.Tests.Operators;

/// <summary>Changes become rows that are closed or final: whatever comes and goes before its time is never told, and what was told adds up to what stands.</summary>
public sealed class EmitOperatorTests
{
    static readonly Schema s_schema = new(new Field("at", DataType.BigInt), new Field("name", DataType.Text), new Field("n", DataType.Integer));

    /// <summary>A change: a row and its weight; or a frontier; or a barrier.</summary>
    abstract record Event;
    sealed record Change(long? At, string? Name, int? N, int Weight) : Event;
    sealed record Advance(long Closed, long Final) : Event;
    sealed record Barrier : Event;

    static (Recorder Output, long Most) Run(int port, IReadOnlyList<Event> events, int cut, bool isFull = false, int restartAt = -1, long lag = 0)
    {
        var memory = new MemoryAccountant(batchRows: 16);
        var owner = memory.Owner("emit");
        var node = EmitRows.Of(Plans.Retracting(s_schema), port);
        if (lag > 0) node = EmitRows.Of(new Lagging { Schema = s_schema, Times = [new(0, lag)] }, port);
        var output = new Recorder(isFull);
        EmitOperator Make() => new(node, new(memory, owner, new Notes()));
        var operation = Make();
        var log = new StateLog();
        var (pending, most) = (new List<Change>(), 0L);
        void Flush()
        {
            foreach (var chunk in pending.Chunk(cut))
            {
                var batch = StoredRows.Batch(memory, s_schema, [.. chunk.Select(c => c.Weight)], [.. chunk.Select(c => new object?[] { c.At, c.Name, c.N })]);
                operation.OnBatch(0, batch, output);
                batch.Release();
                Finish();
            }
            pending.Clear();
        }
        void Finish()
        {
            while (isFull && operation.Resume(output)) { }
            most = Math.Max(most, operation.StateRows);
        }
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i] is Change change)
            {
                pending.Add(change);
                continue;
            }
            Flush();
            if (events[i] is Advance at)
            {
                operation.OnFrontier(new(new(at.Closed), new(at.Final)), output);
                output.Mark($"final {at.Final}");
            }
            else operation.OnBarrier(i, output);
            Finish();
            if (events[i] is not Barrier) continue;
            log.Save(operation);
            if (i < restartAt || restartAt < 0) continue;
            restartAt = -1;
            var again = Make();
            log.Load(again, operation);
            operation.Dispose();
            operation = again;
        }
        Flush();
        operation.OnFrontier(Frontier.End, output);
        Finish();
        Assert.Equal(0, operation.StateRows);
        operation.Dispose();
        Assert.Equal(0, memory.Alive);
        Assert.Equal(0, owner.Bytes);
        return (output, most);
    }

    [Fact]
    public void A_final_row_is_told_once_when_the_frontier_is_past_it()
    {
        var (output, _) = Run(Ports.Final, [new Change(10, "a", 1, 1), new Change(10, "a", 1, -1), new Change(10, "a", 2, 1), new Advance(10, 10), new Advance(11, 10), new Advance(11, 11),
            new Change(20, "b", 3, 1)], 16);
        Assert.Equal(["-- final 10", "-- final 10", "+1 10 | a | 2", "-- final 11", "+1 20 | b | 3"], output[0]);
        Assert.Equal([new(new(10), new(10)), new(new(11), new(10)), new(new(11), new(11)), Frontier.End], output.Frontiers);
    }

    [Fact]
    public void A_closed_row_that_changes_is_taken_back_at_the_next_barrier()
    {
        var (output, _) = Run(Ports.OnClose, [new Change(10, "a", 1, 1), new Advance(11, 0), new Change(10, "a", 1, -1), new Change(10, "a", 2, 1), new Barrier(), new Advance(11, 11)], 16);
        const string at = "10";
        Assert.Equal([$"+1 {at} | a | 1", "-- final 0", $"+1 {at} | a | 2", $"-1 {at} | a | 1", "-- final 11"], [.. output[0].Take(2), .. output[0].Skip(2).Order(StringComparer.Ordinal).OrderBy(r => r.StartsWith("--", StringComparison.Ordinal))]);
    }

    [Fact]
    public void A_row_whose_time_lags_waits_for_its_lag()
    {
        var (output, _) = Run(Ports.Final, [new Change(10, "a", 1, 1), new Advance(14, 14), new Barrier(), new Advance(15, 15), new Advance(16, 16)], 16, lag: 5);
        Assert.Equal(["-- final 14", "-- final 15", "+1 10 | a | 1", "-- final 16"], output[0]);
    }

    [Theory, InlineData(Ports.OnClose), InlineData(Ports.Final)]
    public void Told_rows_add_up_to_what_stands_however_changes_come(int port)
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var (events, sums) = Random(random);
            var expected = sums.Where(s => s.Value != 0).Select(s => $"+{s.Value} {s.Key.At?.ToString() ?? "NULL"} | {s.Key.Name ?? "NULL"} | {s.Key.N?.ToString() ?? "NULL"}").Order(StringComparer.Ordinal).ToList();
            foreach (var (cut, isFull, restart) in new[] { (16, false, -1), (1, false, -1), (5, true, -1), (16, false, random.Next(events.Count)), (3, true, random.Next(events.Count)) })
            {
                var (output, _) = Run(port, events, cut, isFull, restart);
                var found = Recorder.Sum(output[0]);
                Assert.True(expected.SequenceEqual(found.Order(StringComparer.Ordinal)), $"seed {seed}, cut {cut}, full {isFull}, restart {restart}:\n{string.Join("\n", found)}\nexpected\n{string.Join("\n", expected)}");
                if (port == Ports.Final) Assert.DoesNotContain(output[0], r => r.StartsWith("-1", StringComparison.Ordinal));
            }
        }
    }

    /// <summary>Changes that never take back what does not stand, among frontiers that keep their word: nothing older than final changes.</summary>
    static (List<Event> Events, Dictionary<(long? At, string? Name, int? N), int> Sums) Random(Random random)
    {
        var events = new List<Event>();
        var sums = new Dictionary<(long? At, string? Name, int? N), int>();
        var (closed, final) = (0L, 0L);
        for (var i = 0; i < 120; i++)
        {
            switch (random.Next(10))
            {
                case 0:
                    closed += random.Next(5);
                    final = Math.Max(final, closed - random.Next(8));
                    events.Add(new Advance(closed, final));
                    break;
                case 1: events.Add(new Barrier()); break;
                case < 5 when sums.Where(s => s.Value > 0 && (s.Key.At is null || s.Key.At >= final)).ToList() is { Count: > 0 } alive:
                    var gone = alive[random.Next(alive.Count)].Key;
                    sums[gone]--;
                    events.Add(new Change(gone.At, gone.Name, gone.N, -1));
                    break;
                default:
                    var key = (random.Next(12) == 0 ? (long?)null : final + random.Next(12), random.Next(6) == 0 ? null : "n" + random.Next(3), random.Next(6) == 0 ? (int?)null : random.Next(3));
                    var weight = random.Next(1, 3);
                    sums[key] = sums.GetValueOrDefault(key) + weight;
                    events.Add(new Change(key.Item1, key.Item2, key.Item3, weight));
                    break;
            }
        }
        return (events, sums);
    }

    sealed class Lagging : PlanNode
    {
        public override IReadOnlyList<PlanNode> Inputs => [];
        public override ChangeMode Mode => ChangeMode.Retract;
        internal override PlanNode WithInputs(ImmutableArray<PlanNode> inputs) => this;
    }
}
