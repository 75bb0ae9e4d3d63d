using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Operators;
using Millrace.Planning;
using Millrace.Tests.Stores;
using Millrace.Time;

namespace Millrace.Tests.Operators;

public sealed class DistinctOnTests(ITestOutputHelper log)
{
    const Demand All = Demand.Changes | Demand.OnClose | Demand.Final;

    public static TheoryData<string> Cases => new("first by time and shop", "first by shop", "first by shop with a lifetime", "first by every column", "least by time and shop", "least by shop", "least by shop with a lifetime");

    static PlanNode Plan(string name, PlanNode input)
    {
        ImmutableArray<int> keys = name.Contains("time and shop", StringComparison.Ordinal) ? [1, 0] : name.EndsWith("every column", StringComparison.Ordinal) ? [0, 1, 2, 3, 4] : [1];
        ImmutableArray<SortKey> order = name.StartsWith("least", StringComparison.Ordinal) ? [new(3, true, false)] : [];
        return PlanBuilder.DistinctOn(input, keys, order, name.EndsWith("lifetime", StringComparison.Ordinal) ? new Interval(0, 0, 15) : null, "view", LatePolicy.Drop);
    }

    /// <summary>Rows whose times often meet, so that keys with a time repeat.</summary>
    static List<object?[]> Rows(Random random, int count) => [.. Plans.Rows(random, count, 12, 1).Select(r => (object?[])[r[0] is long time ? time / 4 * 4 : null, .. r[1..]])];

    Script Make(string name, out int seed)
    {
        seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        return new(Plan(name, Plans.Source(10)), Rows(random, 400), new HashSet<int> { 10, 100, 200, 333 }) { Demand = All };
    }

    [Theory, MemberData(nameof(Cases))]
    public void However_rows_are_cut_and_restarted_the_same_comes_out(string name)
    {
        var script = Make(name, out _);
        var (whole, notes) = script.Run(32);
        foreach (var (cut, isFull, restartAt) in new[] { (1, false, -1), (7, false, 200), (32, true, -1) })
        {
            var (other, otherNotes) = script.Run(cut, isFull, restartAt);
            // What is told between two barriers may be told earlier or later.
            for (var port = 0; port < 3; port++) Assert.Equal(ByBarrier(whole[port]), ByBarrier(other[port]));
            Assert.Equal(notes.Late.Order(StringComparer.Ordinal), otherNotes.Late.Order(StringComparer.Ordinal));
            Assert.Equal(notes.DuplicateRows, otherNotes.DuplicateRows);
        }
    }

    static List<string> ByBarrier(IEnumerable<string> rows)
    {
        var result = new List<string>();
        var since = new List<string>();
        foreach (var row in rows.Append("-- end"))
        {
            if (!row.StartsWith("--", StringComparison.Ordinal))
            {
                since.Add(row);
                continue;
            }
            result.AddRange(Recorder.Sum(since));
            result.Add(row);
            since.Clear();
        }
        return result;
    }

    [Fact]
    public void Without_an_order_the_first_row_of_each_key_passes()
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var rows = Rows(new Random(seed), 300);
        var (output, notes) = new Script(Plan("first by shop", Plans.Source(10)), rows, new HashSet<int>()).Run(32);
        var first = rows.DistinctBy(r => r[1]).ToList();
        Assert.Equal(first.Select(r => r[1] ?? "NULL"), output[Ports.Changes].Select(r => r.Split(" | ")[1]));
        Assert.Equal(rows.Count - first.Count, notes.DuplicateRows);
    }

    [Fact]
    public void With_an_order_the_least_row_is_kept_and_then_the_least_whole_row()
    {
        object?[][] rows = [[0L, "a", 5, 1, true], [0L, "a", 4, 3, true], [0L, "b", 4, 3, null], [0L, "a", 3, 3, false], [0L, "a", 9, 2, false]];
        var (output, notes) = new Script(Plan("least by shop", Plans.Source(10)), rows, new HashSet<int> { 2, 5 }) { Demand = All }.Run(32);
        Assert.Equal(["+1 1970-01-01 00:00:00 | a | 4 | 3 | true", "-- barrier at 2", "-1 1970-01-01 00:00:00 | a | 4 | 3 | true", "+1 1970-01-01 00:00:00 | a | 3 | 3 | false",
            "+1 1970-01-01 00:00:00 | b | 4 | 3 | NULL"], output[Ports.Changes].Where(r => r != "-- barrier at 5").OrderBy(r => r == "+1 1970-01-01 00:00:00 | b | 4 | 3 | NULL"));
        Assert.Equal(["+1 1970-01-01 00:00:00 | a | 3 | 3 | false", "+1 1970-01-01 00:00:00 | b | 4 | 3 | NULL"], Recorder.Sum(output[Ports.Final]));
        Assert.Equal(3, notes.DuplicateRows);
    }

    [Fact]
    public void A_key_whose_time_has_passed_is_late()
    {
        object?[] Row(long time) => [time, "a", 1, 1, true];
        var (output, notes) = new Script(Plan("first by time and shop", Plans.Source(10)), [Row(5), Row(20), Row(9), Row(10), Row(5), Row(20)], new HashSet<int>()).Run(32);
        Assert.Equal(3, output[Ports.Changes].Count);
        Assert.Equal(2, notes.Late.Count);
        Assert.Equal(1, notes.DuplicateRows);
    }

    [Fact]
    public void A_lifetime_ends_in_event_time()
    {
        object?[] Row(long time) => [time, "a", 1, 1, true];
        var plan = Plan("first by shop with a lifetime", Plans.Source(0));
        var rows = new[] { Row(0), Row(14), Row(15), Row(29), Row(30) };
        foreach (var cut in new[] { 1, 32 })
        {
            var (output, notes) = new Script(plan, rows, new HashSet<int>()).Run(cut);
            Assert.Equal(3, output[Ports.Changes].Count);
            Assert.Equal(2, notes.DuplicateRows);
        }
    }

    [Fact]
    public void Distinct_rows_that_are_all_taken_back_go_away()
    {
        object?[] a = [0L, "a", 1, 1, true], b = [0L, "b", 1, 1, null];
        var plan = PlanBuilder.Distinct(Plans.Retracting(), null, "view", LatePolicy.Drop);
        var (output, _) = new Script(plan, [a, a, b, a, a, b, b], new HashSet<int>(), [1, 1, 1, -1, -1, -1, 1]).Run(32);
        Assert.Equal(["+1 1970-01-01 00:00:00 | b | 1 | 1 | NULL"], Recorder.Sum(output[Ports.Changes]));
        Assert.Single(output[Ports.Changes], r => !r.StartsWith("--", StringComparison.Ordinal));
    }

    [Fact]
    public void Memory_stays_flat_while_keys_pass()
    {
        var memory = new MemoryAccountant(batchRows: 1000);
        var owner = memory.Owner("x");
        foreach (var name in new[] { "first by time and shop", "first by shop with a lifetime", "least by time and shop" })
        {
            var after = new List<long>();
            var output = new Recorder();
            using (var operation = Plan(name, Plans.Source(0)).CreateOperator(new(memory, owner, new Notes(), Demand.Final))!)
            {
                for (var round = 0; round < 60; round++)
                {
                    var time = round * 100_000_000L;
                    for (var b = 0; b < 3; b++)
                    {
                        var batch = StoredRows.Batch(memory, Plans.Schema, [.. Enumerable.Range(0, 1000).Select(i => new object?[] { time, $"shop {round} {b} {i}", 1, 1, true })]);
                        operation.OnBatch(0, batch, output);
                        batch.Release();
                    }
                    operation.OnFrontier(new(new(time + 1), new(time + 1)), output);
                    while (operation.Resume(output)) { }
                    after.Add(owner.Bytes);
                }
            }
            Assert.InRange(after[30..].Max(), 0, after[..30].Max() * 11 / 10);
            Assert.Equal(0, owner.Bytes);
        }
        Assert.Equal(0, memory.Alive);
    }
}
