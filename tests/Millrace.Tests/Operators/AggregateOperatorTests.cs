using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Operators;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Tests.Operators;

public sealed class AggregateOperatorTests(ITestOutputHelper log)
{
    const Demand All = Demand.Changes | Demand.OnClose | Demand.Final;

    public static TheoryData<string> Cases => new("tumble", "tumble by product", "tumble by both", "tumble without keys", "hop", "hop that does not divide", "hop with gaps", "hop in small steps", "hop by days in a zone", "cumulate", "cumulate days in a zone", "months", "unwindowed",
        "unwindowed without keys");

    internal static (WindowSpec? Window, ImmutableArray<int> Keys) Case(string name) => name switch
    {
        "tumble" => (Plans.Tumble(20_000), [1]),
        "tumble by product" => (Plans.Tumble(7_000), [2]),
        "tumble by both" => (Plans.Tumble(20_000), [1, 2]),
        "tumble without keys" => (Plans.Tumble(10_000), []),
        "hop" => (Plans.Hop(40_000, 10_000), [1]),
        "hop that does not divide" => (Plans.Hop(25_000, 10_000), [2]),
        "hop with gaps" => (Plans.Hop(5_000, 10_000), [1]),
        "hop by days in a zone" => (new WindowSpec(WindowKind.Hop, 0, new(0, 3, 0), new(0, 1, 0), new(0, 0, 3_600_000_000), "Europe/Berlin"), [1]),
        "hop in small steps" => (Plans.Hop(30_000, 1_000), [1]),
        "hop in steps of three panes" => (Plans.Hop(20_000, 3_000), [2]),
        "cumulate in small steps" => (Plans.Cumulate(30_000, 1_000), [1]),
        "cumulate" => (Plans.Cumulate(40_000, 10_000), [1]),
        "cumulate days in a zone" => (new WindowSpec(WindowKind.Cumulate, 0, new(0, 7, 0), new(0, 1, 0), default, "Europe/Berlin"), [1]),
        "months" => (new WindowSpec(WindowKind.Tumble, 0, new(1, 0, 0), new(1, 0, 0), default, null), [2]),
        "unwindowed" => (null, [1]),
        _ => (null, []),
    };

    internal static long Step(string name) => name is "months" or "hop by days in a zone" or "cumulate days in a zone" ? 20_000_000_000 : 1_000;

    Script Make(string name, Demand demand, long disorder, long delay, int count = 400)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var step = Step(name);
        var rows = Plans.Rows(random, count, disorder * step, step);
        var (window, keys) = Case(name);
        var plan = Plans.Aggregate(Plans.Source(delay * step), window, keys, ("count", -1), ("sum", 3), ("min", 3), ("max", 1));
        var barriers = Enumerable.Range(1, 12).Select(_ => random.Next(1, count)).Append(count / 2).ToHashSet();
        return new Script(plan, rows, barriers) { Demand = demand };
    }

    [Theory, MemberData(nameof(Cases))]
    public void Results_equal_those_of_a_naive_evaluation(string name)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var step = Step(name);
        var (window, keys) = Case(name);
        const int delay = 10;
        var rows = Plans.Rows(random, 500, 20 * step, step);
        var plan = Plans.Aggregate(Plans.Source(delay * step), window, keys, ("count", -1), ("sum", 3), ("min", 3), ("max", 1));
        var (output, notes) = new Script(plan, rows, new HashSet<int> { 100, 101, 250, 400 }) { Demand = All }.Run(32);
        var (expected, late, timeless) = Naive(window, keys, rows, delay * step);
        Assert.Equal(expected, Recorder.Sum(output[Ports.Changes]));
        Assert.Equal(expected, Recorder.Sum(output[Ports.OnClose]));
        Assert.Equal(expected, Recorder.Sum(output[Ports.Final]));
        Assert.Equal(expected.Count, output[Ports.Final].Count(r => !r.StartsWith("--", StringComparison.Ordinal)));
        Assert.Equal(late, notes.Late.Count);
        Assert.Equal(timeless, notes.TimelessRows);
        if (window is not null && name != "hop with gaps") Assert.NotEqual(0, late + timeless);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Late_rows_that_update_give_what_all_rows_give_on_every_port(string name)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var step = Step(name);
        var (window, keys) = Case(name);
        const int delay = 5, allowed = 20;
        var rows = Plans.Rows(random, 400, 60 * step, step);
        foreach (var row in rows)
            if (row[0] is long time && random.Next(3) > 0) row[0] = time / step * step + 30 * step; // most are in time
        var (expected, late, timeless) = Naive(window, keys, rows, (delay + allowed) * step);
        var barriers = Enumerable.Range(1, 12).Select(_ => random.Next(1, rows.Count)).Append(200).ToHashSet();
        var plan = Plans.Aggregate(Plans.Source(delay * step, allowed: allowed * step), window, keys, ("count", -1), ("sum", 3), ("min", 3), ("max", 1));
        foreach (var demand in (Demand[])[Demand.Changes, Demand.OnClose, Demand.Final, Demand.Changes | Demand.Final, All])
        {
            foreach (var (cut, isFull, restartAt) in new[] { (1, false, -1), (32, false, 200), (7, true, 200) })
            {
                var (output, notes) = new Script(plan, rows, barriers) { Demand = demand }.Run(cut, isFull, restartAt);
                for (var port = 0; port < 3; port++)
                    if (((int)demand >> port & 1) != 0) Assert.Equal(expected, Recorder.Sum(output[port]));
                if ((demand & Demand.Final) != 0) Assert.Equal(expected.Count, output[Ports.Final].Count(r => !r.StartsWith("--", StringComparison.Ordinal)));
                Assert.Equal(late, notes.Late.Count);
                Assert.Equal(timeless, notes.TimelessRows);
            }
        }
    }

    [Theory]
    [InlineData("hop in small steps", 0), InlineData("hop in small steps", 20)]
    [InlineData("hop in steps of three panes", 0), InlineData("hop in steps of three panes", 20)]
    [InlineData("cumulate in small steps", 0), InlineData("cumulate in small steps", 20)]
    public void Windows_of_many_panes_that_close_in_turn_give_what_all_rows_give(string name, int allowed)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (window, keys) = Case(name);
        const int delay = 5, step = 1_000;
        // Rows come in long stretches in order, so that sums of panes live long, and some far behind.
        var rows = Plans.Rows(random, 600, 3 * step, step);
        foreach (var row in rows)
            if (row[0] is long time && random.Next(60) == 0) row[0] = time - random.Next(40) * step;
        var (all, late, _) = Naive(window, keys, rows, (delay + allowed) * step);
        List<string> expected = [.. all.Select(static r => r[..r.LastIndexOf(" | ", StringComparison.Ordinal)]).Order(StringComparer.Ordinal)];
        var barriers = Enumerable.Range(1, 8).Select(_ => random.Next(1, rows.Count)).Append(300).ToHashSet();
        var plan = Plans.Aggregate(Plans.Source(delay * step, allowed: allowed * step), window!, keys, ("count", -1), ("sum", 3), ("min", 3)); // whose states are small
        foreach (var demand in (Demand[])[Demand.Final, Demand.OnClose, All])
        {
            foreach (var (cut, isFull, restartAt) in new[] { (1, false, -1), (32, false, 300), (7, true, 300) })
            {
                var (output, notes) = new Script(plan, rows, barriers) { Demand = demand }.Run(cut, isFull, restartAt);
                for (var port = 0; port < 3; port++)
                    if (((int)demand >> port & 1) != 0) Assert.Equal(expected, Recorder.Sum(output[port]).Order(StringComparer.Ordinal));
                Assert.Equal(late, notes.Late.Count);
            }
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Windows_over_windows_that_late_rows_update_give_what_all_rows_give(string name)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var step = Step(name);
        var (window, keys) = Case(name);
        if (window is null) return;
        const int delay = 5, allowed = 20;
        var rows = Plans.Rows(random, 400, 40 * step, step);
        var inner = Plans.Aggregate(Plans.Source(delay * step, allowed: allowed * step), window, keys, ("count", -1));
        var size = 50 * step;
        var outer = PlanBuilder.Aggregate(inner, new WindowSpec(WindowKind.Tumble, 2, new(0, 0, size), new(0, 0, size), default, null), [],
            [(Plans.Call(inner.Schema, "sum", inner.Schema.Count - 1), "n"), (Plans.Call(inner.Schema, "max", inner.Schema.Count - 1), "most")], "outer", new(allowed * step, null));
        if (outer is Project) outer = outer.Inputs[0];
        var (groups, _, _) = Naive(window, keys, rows, (delay + allowed) * step);
        var expected = groups.Select(g => g[3..].Split(" | ")).GroupBy(g => Floor(Parse(g[2]), size))
            .Select(g => $"+1 {Show(g.Key, true)} | {Show(g.Key + size, true)} | {Show(g.Key + size - 1, true)} | {g.Sum(r => long.Parse(r[3 + keys.Length], System.Globalization.CultureInfo.InvariantCulture))} | {g.Max(r => long.Parse(r[3 + keys.Length], System.Globalization.CultureInfo.InvariantCulture))}")
            .OrderBy(r => r[3..], StringComparer.Ordinal).ToList();
        foreach (var demand in (Demand[])[Demand.Changes, Demand.OnClose, Demand.Final])
        {
            var (output, _) = new Script(outer, rows, new HashSet<int> { 50, 200, 201, 340 }) { Demand = demand }.Run(7);
            Assert.Equal(expected, Recorder.Sum(output[demand == Demand.Changes ? Ports.Changes : demand == Demand.OnClose ? Ports.OnClose : Ports.Final]));
        }
    }

    static long Floor(long time, long size) => (time < 0 ? (time + 1) / size - 1 : time / size) * size;

    static long Parse(string time) => Millrace.Expressions.ValueText.TryParseTimestamp(System.Text.Encoding.UTF8.GetBytes(time), out var value) ? value : throw new FormatException(time);

    static (List<string> Rows, int Late, int Timeless) Naive(WindowSpec? window, ImmutableArray<int> keys, List<object?[]> rows, long delay)
    {
        var groups = new Dictionary<string, List<object?[]>>();
        if (window is null && keys.IsEmpty) groups[""] = [];
        var windows = window is null ? null : AlignedWindows.Create(window);
        var largest = long.MinValue;
        var (late, timeless) = (0, 0);
        foreach (var row in rows)
        {
            var key = string.Concat(keys.Select(k => $"{Show(row[k])} | "));
            if (windows is null)
            {
                Put(key, row);
                continue;
            }
            if (row[0] is not long time)
            {
                timeless++;
                continue;
            }
            var closed = largest == long.MinValue ? long.MinValue : largest - delay;
            for (var w = windows.Last(time); windows.EndOf(w) > time; w--)
            {
                if (window!.Kind == WindowKind.Cumulate && windows.StartOf(w) > time) continue;
                if (windows.EndOf(w) <= closed) late++;
                else Put($"{Show(windows.StartOf(w), true)} | {Show(windows.EndOf(w), true)} | {Show(windows.EndOf(w) - 1, true)} | {key}", row);
            }
            largest = Math.Max(largest, time);
        }
        void Put(string group, object?[] row)
        {
            if (!groups.TryGetValue(group, out var list)) groups[group] = list = [];
            list.Add(row);
        }
        var results = groups.Select(g =>
        {
            var quantities = g.Value.Select(r => r[3]).OfType<int>().ToList();
            var shops = g.Value.Select(r => r[1]).OfType<string>().ToList();
            return $"+1 {g.Key}{g.Value.Count} | {(quantities.Count == 0 ? "NULL" : quantities.Sum())} | {(quantities.Count == 0 ? "NULL" : quantities.Min())} | {shops.Max(StringComparer.Ordinal) ?? "NULL"}";
        });
        return ([.. results.OrderBy(r => r[3..], StringComparer.Ordinal)], late, timeless);
    }

    static string Show(object? value, bool isTime = false)
    {
        if (value is null) return "NULL";
        if (!isTime) return value.ToString()!;
        var bytes = new byte[64];
        return System.Text.Encoding.UTF8.GetString(bytes, 0, Millrace.Expressions.ValueText.FormatTimestamp((long)value, bytes));
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_batch_of_n_rows_is_n_batches_of_one(string name)
    {
        var script = Make(name, All, disorder: 20, delay: 10);
        var (whole, notes) = script.Run(32);
        var (single, singleNotes) = script.Run(1);
        for (var port = 0; port < 3; port++) Assert.Equal(whole[port], single[port]);
        Assert.Equal(notes.Late.Order(StringComparer.Ordinal), singleNotes.Late.Order(StringComparer.Ordinal));
        Assert.Equal(notes.TimelessRows, singleNotes.TimelessRows);
    }

    [Theory, MemberData(nameof(Cases))]
    public void State_saved_and_loaded_in_the_middle_changes_nothing(string name)
    {
        var script = Make(name, All, disorder: 20, delay: 10);
        var (straight, _) = script.Run(7);
        var (restarted, _) = script.Run(7, restartAt: 200);
        for (var port = 0; port < 3; port++) Assert.Equal(straight[port], restarted[port]);
    }

    [Theory, MemberData(nameof(Cases))]
    public void An_outlet_that_is_always_full_changes_nothing(string name)
    {
        var script = Make(name, All, disorder: 20, delay: 10);
        var (free, _) = script.Run(32);
        var (full, _) = script.Run(32, isFull: true);
        for (var port = 0; port < 3; port++) Assert.Equal(free[port], full[port]);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Order_within_the_lateness_does_not_matter(string name)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var step = Step(name);
        var (window, keys) = Case(name);
        var plan = Plans.Aggregate(Plans.Source(40 * step), window, keys, ("count", -1), ("sum", 3));
        var rows = Plans.Rows(random, 300, 10 * step, step);
        var shuffled = rows.Chunk(20).SelectMany(c => c.OrderBy(_ => random.Next()).ToArray()).ToList();
        var (ordered, notes) = new Script(plan, rows, new HashSet<int>()) { Demand = Demand.OnClose }.Run(32);
        var (other, otherNotes) = new Script(plan, shuffled, new HashSet<int>()) { Demand = Demand.OnClose }.Run(32);
        Assert.Equal(Recorder.Sum(ordered[Ports.OnClose]), Recorder.Sum(other[Ports.OnClose]));
        Assert.Empty(notes.Late);
        Assert.Empty(otherNotes.Late);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Rows_taken_back_leave_what_the_others_make(string name)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var step = Step(name);
        var (window, keys) = Case(name);
        var rows = new List<object?[]>();
        var weights = new List<int>();
        foreach (var row in Plans.Rows(random, 200, 3 * step, step))
        {
            rows.Add(row);
            weights.Add(1);
        }
        var kept = new List<object?[]>();
        foreach (var row in rows.ToList())
        {
            if (random.Next(4) > 0 && row[1] is not "shop 1") kept.Add(row);
            else
            {
                rows.Add(row);
                weights.Add(-1);
            }
        }
        var plan = Plans.Aggregate(Plans.Retracting(), window, keys, ("count", -1), ("sum", 3), ("min", 3), ("max", 1));
        var script = new Script(plan, rows, new HashSet<int> { 50, 150, 200, 240, 250 }, weights) { Demand = All };
        var (output, _) = script.Run(32);
        var expected = Naive(window, keys, kept, long.MaxValue / 2).Rows;
        for (var port = 0; port < 3; port++) Assert.Equal(expected, Recorder.Sum(output[port]));
        var (single, _) = script.Run(1, isFull: true, restartAt: 200);
        for (var port = 0; port < 3; port++) Assert.Equal(output[port], single[port]);
    }

    [Fact]
    public void A_changed_group_is_told_once_a_barrier_with_its_old_row()
    {
        object?[] Row(string shop, int quantity) => [0L, shop, 1, quantity, true];
        var plan = Plans.Aggregate(Plans.Source(0), null, [1], ("sum", 3));
        var (output, _) = new Script(plan, [Row("b", 1), Row("a", 2), Row("b", 3), Row("a", 5)], new HashSet<int> { 3, 4 }).Run(32);
        Assert.Equal(["+1 b | 4", "+1 a | 2", "-- barrier at 3", "-1 a | 2", "+1 a | 7", "-- barrier at 4"], output[Ports.Changes]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_of_several_windows_that_the_clock_has_closed_are_late_though_no_row_was_ahead_of_them(bool isSliding)
    {
        var memory = new MemoryAccountant(batchRows: 32);
        var owner = memory.Owner("x");
        var (output, notes) = (new Recorder(), new Notes());
        var plan = Plans.Aggregate(Plans.Source(0), isSliding ? Plans.Hop(10, 5) : Plans.Tumble(10), [], ("count", -1));
        using (var operation = plan.CreateOperator(new(memory, owner, notes, Demand.Final))!)
        {
            operation.OnFrontier(new(new(20), new(20)), output);
            object?[] Row(long at) => [at, "shop", 1, 1, true];
            var batch = Millrace.Tests.Stores.StoredRows.Batch(memory, Plans.Schema, (int[]?)null, Row(5), Row(12), Row(25), Row(31));
            operation.OnBatch(0, batch, output);
            batch.Release();
            operation.OnFrontier(Frontier.End, output);
        }
        Assert.Equal(isSliding ? ["10", "15", "15", "20"] : ["10", "20"], notes.Late.Select(l => l.Split(" missed ")[1].Split(' ')[0]));
        Assert.Equal(isSliding ? ["1", "2", "1"] : ["1", "1"], output[Ports.Final].Select(r => r.Split(" | ")[^1]));
        Assert.Equal(0, memory.Alive);
        Assert.Equal(0, owner.Bytes);
    }

    [Fact]
    public void A_filter_picks_the_rows_of_one_aggregate()
    {
        var input = Plans.Source(0);
        var plan = Plans.Aggregate(input, null, [],
            [(Plans.Call(input.Schema, "sum", 3, filter: 4), "good"), (Plans.Call(input.Schema, "count", -1, filter: 4), "n"), (Plans.Call(input.Schema, "count", -1), "all")]);
        object?[][] rows = [[0L, "a", 1, 10, true], [0L, "a", 1, 20, false], [0L, "a", 1, 40, null], [0L, "a", 1, 80, true]];
        var (output, _) = new Script(plan, rows, new HashSet<int>()) { Demand = Demand.Final }.Run(32);
        Assert.Equal(["+1 90 | 2 | 4"], output[Ports.Final]);
    }

    [Fact]
    public void Without_windows_and_keys_there_is_a_group_even_without_rows_and_one_lane_has_it()
    {
        var plan = Plans.Aggregate(Plans.Source(0), null, [], ("count", -1));
        var told = new List<string>();
        for (var lane = 0; lane < 4; lane++)
        {
            var memory = new MemoryAccountant();
            var output = new Recorder();
            using (var operation = plan.CreateOperator(new(memory, memory.Owner("x"), new Notes(), Demand.Changes, lane, 4))!) operation.OnBarrier(1, output);
            told.AddRange(output[Ports.Changes]);
            Assert.Equal(0, memory.Alive);
        }
        Assert.Equal(["+1 0"], told);
    }

    [Fact]
    public void A_row_too_late_for_one_hop_still_counts_for_the_next()
    {
        // Windows of 20 every 10; the row at 5 comes when the watermark stands at 12, so it misses [-10, 10) and counts in [0, 20).
        object?[] Row(long time, int quantity) => [time, "a", 1, quantity, true];
        var plan = Plans.Aggregate(Plans.Source(0), Plans.Hop(20, 10), [1], ("sum", 3));
        var (output, notes) = new Script(plan, [Row(4, 1), Row(12, 2), Row(5, 4)], new HashSet<int>()) { Demand = Demand.Final }.Run(32);
        Assert.Equal(["1", "7", "2"], output[Ports.Final].Select(r => r[(r.LastIndexOf('|') + 2)..]));
        var late = Assert.Single(notes.Late);
        Assert.EndsWith("missed 10 at 12", late);
    }

    [Fact]
    public void Windows_with_few_of_many_keys_take_rows_in_turns()
    {
        var random = new Random(5);
        var rows = new List<object?[]>();
        for (var key = 0; key < 6000; key++) rows.Add([5L, "a", key, 1, true]);
        for (var i = 0; i < 600; i++) rows.Add([random.NextInt64(1_000_000, 4_000_000), "a", random.Next(7000), 1, true]);
        var expected = rows.GroupBy(r => ((long)r[0]! / 1_000_000, (int)r[2]!)).Select(g => $"+1 1970-01-01 00:00:0{g.Key.Item1} {g.Key.Item2} {g.Count()}").Order().ToList();
        var plan = Plans.Aggregate(Plans.Source(10_000_000), Plans.Tumble(1_000_000), [2], ("count", -1));
        foreach (var cut in new[] { 1, 32 })
        {
            var (output, _) = new Script(plan, rows, new HashSet<int> { 6000, 6300 }) { Demand = Demand.Final }.Run(cut, restartAt: 6300);
            var found = output[Ports.Final].Where(r => r[0] == '+').Select(r => r.Split(" | ")).Select(c => $"{c[0]} {c[3]} {c[4]}").Order().ToList();
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void Memory_stays_flat_while_keys_come_and_go()
    {
        var memory = new MemoryAccountant();
        var owner = memory.Owner("x");
        var plan = Plans.Aggregate(Plans.Source(0), Plans.Tumble(1_000_000), [1, 2], ("count", -1), ("max", 1));
        var output = new Counter();
        var after = new List<long>();
        using (var operation = plan.CreateOperator(new(memory, owner, new Notes(), Demand.Changes | Demand.Final))!)
        {
            for (var round = 0; round < 60; round++)
            {
                for (var b = 0; b < 10; b++)
                {
                    var batch = memory.RentBatch(Plans.Schema);
                    var (at, shop, product, quantity, good) = (memory.Rent<long>(DataType.Timestamp), memory.RentText(DataType.Text), memory.Rent<int>(DataType.Integer),
                        memory.Rent<int>(DataType.Integer), memory.Rent<byte>(DataType.Boolean));
                    for (var i = 0; i < 1000; i++)
                    {
                        at.Append(round * 1_000_000L);
                        shop.Append(System.Text.Encoding.UTF8.GetBytes($"shop {round} {b} {i}"));
                        product.Append(i);
                        quantity.Append(1);
                        good.Append(1);
                    }
                    foreach (var column in new Column[] { at, shop, product, quantity, good }) batch.Add(column);
                    batch.RowCount = 1000;
                    operation.OnBatch(0, batch, output);
                    batch.Release();
                    if (b == 5) operation.OnBarrier(1, output);
                }
                operation.OnFrontier(new(new(round * 1_000_000L + 1_000_000), new(round * 1_000_000L + 1_000_000)), output);
                after.Add(memory.UsedBytes);
            }
            Assert.Equal(0, ((IStateful)operation).StateRows);
        }
        Assert.InRange(after[20..].Max(), 0, after[..20].Max() * 11 / 10);
        Assert.Equal(60 * 10_000, output.FinalRows);
        Assert.Equal(0, memory.Alive);
        Assert.Equal(0, owner.Bytes);
    }

    sealed class Counter : IOutput
    {
        public long FinalRows { get; private set; }
        public bool IsFull => false;
        public void Advance(Frontier frontier) { }

        public void Push(Batch batch, int port = 0)
        {
            if (port == Ports.Final) FinalRows += batch.RowCount;
            batch.Release();
        }
    }
}
