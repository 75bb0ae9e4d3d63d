using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Operators;
using Millrace.Planning;

namespace Millrace.Tests.Operators;

/// <summary>Laws of SESSION over random rows, against sessions that are found by sorting all rows.</summary>
public sealed class SessionOperatorTests(ITestOutputHelper log)
{
    const long Gap = 3_000, Delay = 4_000;

    public static TheoryData<long, string> Cases => new MatrixTheoryData<long, string>([0, 5_000, 40_000], ["shop", "shop and product", "none"]);

    static ImmutableArray<int> Keys(string name) => name switch { "shop" => [1], "none" => [], _ => [1, 2] };

    static PlanNode Plan(long allowed, string keys)
    {
        var late = new LatePolicy(allowed, null);
        var source = new SourceDefinition { Name = "sales", Schema = Plans.Schema, Paths = [.. Plans.Schema.Fields.Select(f => f.Name)], Connector = "memory", Late = late };
        var input = PlanBuilder.Source(source, null, [], 0, Delay, null);
        var window = new WindowSpec(WindowKind.Session, 0, new(0, 0, Gap), new(0, 0, Gap), default, null);
        var distinct = Plans.Call(Plans.Schema, "count", 3) with { Distinct = true };
        return PlanBuilder.Aggregate(input, window, Keys(keys),
            [(Plans.Call(Plans.Schema, "count", -1), "n"), (Plans.Call(Plans.Schema, "sum", 3), "total"), (Plans.Call(Plans.Schema, "max", 1), "most"), (distinct, "kinds"),
                (Plans.Call(Plans.Schema, "count", -1, filter: 4), "good")], "view", late);
    }

    (List<object?[]> Rows, HashSet<int> Barriers) Make(int count = 400)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var rows = Plans.Rows(random, count, 0, step: 600);
        foreach (var row in rows)
            if (row[0] is long time) row[0] = time - random.NextInt64(random.Next(8) == 0 ? 60_000 : 5_000);
        return (rows, Enumerable.Range(1, 14).Select(_ => random.Next(1, count)).Append(count / 2).ToHashSet());
    }

    [Theory, MemberData(nameof(Cases))]
    public void Every_port_adds_up_to_the_sessions_of_all_rows_that_are_not_late(long allowed, string keys)
    {
        var (rows, barriers) = Make();
        var (expected, late, timeless) = Naive(rows, Keys(keys), allowed);
        foreach (var demand in (Demand[])[Demand.Changes, Demand.OnClose, Demand.Final, Demand.Changes | Demand.Final, Demand.Changes | Demand.OnClose | Demand.Final])
        {
            foreach (var cut in (int[])[1, 7, 32])
            {
                foreach (var (isFull, restartAt) in new[] { (false, -1), (true, rows.Count / 2) })
                {
                    var (output, notes) = new Script(Plan(allowed, keys), rows, barriers) { Demand = demand }.Run(cut, isFull, restartAt);
                    for (var port = 0; port < 3; port++)
                        if (((int)demand >> port & 1) != 0) Assert.Equal(expected, Recorder.Sum(output[port]));
                    if ((demand & Demand.Final) != 0) Assert.Equal(expected.Count, output[Ports.Final].Count(r => !r.StartsWith("--", StringComparison.Ordinal)));
                    Assert.Equal(late, notes.Late.Count);
                    Assert.Equal(timeless, notes.TimelessRows);
                }
            }
        }
        if (allowed == 0) Assert.NotEqual(0, late);
    }

    /// <summary>Row by row: which sessions of its key there are, from all rows kept so far; then all sessions at the end.</summary>
    static (List<string> Rows, int Late, int Timeless) Naive(List<object?[]> rows, ImmutableArray<int> keys, long allowed)
    {
        var sessions = new List<(string Key, List<object?[]> Rows)>();
        var largest = long.MinValue;
        var (late, timeless) = (0, 0);
        foreach (var row in rows)
        {
            if (row[0] is not long time)
            {
                timeless++;
                continue;
            }
            var key = string.Concat(keys.Select(k => $"{Show(row[k])} | "));
            var mark = largest == long.MinValue ? long.MinValue : largest - Delay - allowed;
            largest = Math.Max(largest, time);
            var touching = sessions.Where(s => s.Key == key && Last(s.Rows) + Gap >= mark && time <= Last(s.Rows) + Gap && time >= First(s.Rows) - Gap).ToList();
            if (touching.Count == 0 && time + Gap < mark)
            {
                late++;
                continue;
            }
            sessions.RemoveAll(touching.Contains);
            sessions.Add((key, [.. touching.SelectMany(t => t.Rows), row]));
        }
        var results = sessions.Select(s =>
        {
            var quantities = s.Rows.Select(r => r[3]).OfType<int>().ToList();
            var shops = s.Rows.Select(r => r[1]).OfType<string>().ToList();
            return $"+1 {Time(First(s.Rows))} | {Time(Last(s.Rows) + Gap)} | {Time(Last(s.Rows) + Gap - 1)} | {s.Key}{s.Rows.Count} | {(quantities.Count == 0 ? "NULL" : quantities.Sum())} | "
                + $"{shops.Max(StringComparer.Ordinal) ?? "NULL"} | {quantities.Distinct().Count()} | {s.Rows.Count(r => r[4] is true)}";
        });
        return ([.. results.OrderBy(r => r[3..], StringComparer.Ordinal)], late, timeless);
    }

    static long First(List<object?[]> rows) => rows.Min(r => (long)r[0]!);
    static long Last(List<object?[]> rows) => rows.Max(r => (long)r[0]!);
    static string Show(object? value) => value?.ToString() ?? "NULL";

    static string Time(long time)
    {
        var bytes = new byte[64];
        return System.Text.Encoding.UTF8.GetString(bytes, 0, Millrace.Expressions.ValueText.FormatTimestamp(time, bytes));
    }

    [Fact]
    public void Sessions_that_begin_before_the_first_one_end_in_time()
    {
        object?[] Row(long time, string shop) => [time, shop, 1, 1, true];
        var (output, _) = new Script(Plan(0, "shop"), [Row(100_000, "a"), Row(93_500, "b"), Row(101_000, "a")], new HashSet<int> { 3 }) { Demand = Demand.Final }.Run(1);
        Assert.Equal(["+1", "-- barrier at 3", "+1"], output[Ports.Final].Select(r => r.StartsWith("--", StringComparison.Ordinal) ? r : r[..2]));
    }

    [Fact]
    public void A_row_between_two_sessions_that_were_told_takes_both_back_and_tells_one()
    {
        object?[] Row(long time, int quantity) => [time, "a", 1, quantity, true];
        var plan = Plan(40_000, "shop");
        var (output, _) = new Script(plan, [Row(0, 1), Row(5_000, 2), Row(20_000, 4), Row(4_000, 8), Row(2_500, 16)], new HashSet<int> { 3, 5 }) { Demand = Demand.OnClose }.Run(32);
        var told = output[Ports.OnClose].Select(r => r.StartsWith("--", StringComparison.Ordinal) ? r : $"{r[..2]} {r.Split(" | ")[4]} rows, {r.Split(" | ")[5]}");
        Assert.Equal(["+1 1 rows, 1", "+1 1 rows, 2", "-- barrier at 3", "-1 1 rows, 1", "-1 1 rows, 2", "+1 4 rows, 27", "-- barrier at 5", "+1 1 rows, 4"], told);
    }

    [Fact]
    public void Memory_stays_flat_while_keys_come_and_go()
    {
        var memory = new MemoryAccountant();
        var owner = memory.Owner("x");
        using (var operation = Plan(0, "shop and product").CreateOperator(new(memory, owner, new Notes(), Demand.Final))!)
        {
            // The aggregate's own operator: what lies below is not part of it.
            var output = new Recorder();
            var after = new List<long>();
            for (var round = 0; round < 100; round++)
            {
                var batch = Stores.StoredRows.Batch(memory, Plans.Schema, null, [.. Enumerable.Range(0, 2_000).Select(i => (object?[])[round * 10_000L, $"shop {round} {i}", i, 1, true])]);
                operation.OnBatch(0, batch, output);
                batch.Release();
                operation.OnFrontier(new(new(round * 10_000L + 9_000), new(round * 10_000L + 9_000)), output);
                operation.OnBarrier(round, output);
                Assert.Equal(0, ((IStateful)operation).StateRows);
                after.Add(owner.Bytes);
            }
            Assert.InRange(after[80..].Max(), 0, after[..80].Max() * 11 / 10); // keys without sessions are kept up to a number
            Assert.Equal(100 * 2_000, output[Ports.Final].Count(r => !r.StartsWith("--", StringComparison.Ordinal)));
        }
        Assert.Equal(0, memory.Alive);
        Assert.Equal(0, owner.Bytes);
    }
}
