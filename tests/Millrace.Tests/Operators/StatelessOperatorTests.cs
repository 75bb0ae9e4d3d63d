using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Operators;
using Millrace.Planning;
using Millrace.Tests.Stores;
using Millrace.Time;

namespace Millrace.Tests.Operators;

public sealed class StatelessOperatorTests(ITestOutputHelper log)
{
    static readonly object?[][] s_rows = [[10L, "a", 1, 0, true], [20L, "b", 2, 5, false], [30L, null, 3, null, null], [40L, "d", 4, 2, true]];

    static List<string> Run(PlanNode node, object?[][] rows, out Notes notes, BadData badData = BadData.Drop, Action<Batch, MemoryAccountant>? prepare = null)
    {
        var memory = new MemoryAccountant(batchRows: 64);
        var output = new Recorder();
        notes = new Notes(badData);
        using (var operation = node.CreateOperator(new(memory, memory.Owner("x"), notes))!)
        {
            var batch = StoredRows.Batch(memory, node.Inputs[0].Schema, rows);
            prepare?.Invoke(batch, memory);
            operation.OnBatch(0, batch, output);
            batch.Release();
            operation.OnFrontier(Frontier.End, output);
        }
        Assert.Equal(0, memory.Alive);
        return [.. output[0]];
    }

    static Expression Ratio(Schema schema) => Plans.Call("/", Plans.Integer(10), Plans.Column(schema, 3));

    [Fact]
    public void A_filter_keeps_the_rows_that_are_true_and_passes_a_whole_batch_on_as_it_is()
    {
        var input = Plans.Source(0);
        var rows = Run(PlanBuilder.Filter(input, Plans.Call(">", Plans.Column(Plans.Schema, 3), Plans.Integer(1))), s_rows, out _);
        Assert.Equal(["b", "d"], rows.Select(r => r.Split(" | ")[1]));
        Batch? given = null;
        var passed = new Passing(b => Assert.Same(given, b));
        var memory = new MemoryAccountant();
        using (var operation = PlanBuilder.Filter(input, Plans.Call(">", Plans.Column(Plans.Schema, 2), Plans.Integer(0))).CreateOperator(new(memory, memory.Owner("x"), new Notes()))!)
        {
            given = StoredRows.Batch(memory, Plans.Schema, s_rows);
            operation.OnBatch(0, given, passed);
            given.Release();
        }
        Assert.Equal(1, passed.Count);
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void A_projection_shares_columns_and_what_a_batch_carries()
    {
        var memory = new MemoryAccountant();
        var node = PlanBuilder.Project(Plans.Source(0), [(Plans.Column(Plans.Schema, 1), "shop"), (Plans.Call("+", Plans.Column(Plans.Schema, 2), Plans.Integer(1)), "next")]);
        Batch? given = null;
        var passed = new Passing(b =>
        {
            Assert.Same(given![1], b[0]);
            Assert.Same(given.Weights, b.Weights);
            Assert.Equal("a | 2", Recorder.Text(b, 0));
        });
        using (var operation = node.CreateOperator(new(memory, memory.Owner("x"), new Notes()))!)
        {
            given = StoredRows.Batch(memory, Plans.Schema, [1, -1, 1, 1], s_rows);
            operation.OnBatch(0, given, passed);
            given.Release();
        }
        Assert.Equal(1, passed.Count);
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void Rows_that_fail_are_left_out_or_keep_NULL_in_the_place_that_failed()
    {
        var node = PlanBuilder.Project(Plans.Source(0), [(Plans.Column(Plans.Schema, 1), "shop"), (Ratio(Plans.Schema), "ratio"), (Plans.Call("+", Plans.Column(Plans.Schema, 2), Plans.Integer(1)), "next")]);
        Assert.Equal(["+1 b | 2 | 3", "+1 NULL | NULL | 4", "+1 d | 5 | 5"], Run(node, s_rows, out var notes));
        Assert.Single(notes.Failures);
        Assert.Equal(["+1 a | NULL | 2", "+1 b | 2 | 3", "+1 NULL | NULL | 4", "+1 d | 5 | 5"], Run(node, s_rows, out notes, BadData.Null));
        Assert.Single(notes.Failures);
    }

    [Fact]
    public void Every_constraint_sees_every_row_and_the_first_that_is_not_a_warning_acts()
    {
        Constraint Rule(string name, Expression predicate, ViolationAction action) => new(name, predicate, name, action);
        var positive = Plans.Call(">", Plans.Column(Plans.Schema, 3), Plans.Integer(0));
        var node = PlanBuilder.Expect(Plans.Source(0), "sales",
        [
            Rule("warned", positive, ViolationAction.Warn),
            Rule("set_aside", positive, ViolationAction.Quarantine),
            Rule("dropped", Plans.Call("<", Plans.Column(Plans.Schema, 2), Plans.Integer(4)), ViolationAction.DropRow),
            Rule("too_late_to_act", positive, ViolationAction.DropRow),
        ]);
        Assert.Equal(["b", "NULL"], Run(node, s_rows, out var notes).Select(r => r.Split(" | ")[1]));
        Assert.Equal(["sales.warned: 4 seen, 1 violated, 0 acted", "sales.set_aside: 4 seen, 1 violated, 1 acted", "sales.dropped: 4 seen, 1 violated, 1 acted",
            "sales.too_late_to_act: 4 seen, 1 violated, 0 acted"], notes.Checks);
        Assert.StartsWith("set_aside: ", Assert.Single(notes.Aside));
    }

    [Fact]
    public void A_predicate_that_fails_takes_the_row_out_unless_bad_data_are_null()
    {
        var node = PlanBuilder.Expect(Plans.Source(0), "sales", [new Constraint("ratio", Plans.Call(">", Ratio(Plans.Schema), Plans.Integer(0)), "", ViolationAction.DropRow)]);
        Assert.Equal(3, Run(node, s_rows, out var notes).Count);
        Assert.Single(notes.Failures);
        Assert.Equal(4, Run(node, s_rows, out _, BadData.Null).Count);
    }

    [Fact]
    public void Rows_that_are_behind_learn_what_was_closed_before_them()
    {
        var memory = new MemoryAccountant();
        var output = new Passing(b => Assert.Equal([long.MinValue, 0, 20, 20], b.Watermarks!.Values.ToArray()));
        using (var operation = Plans.Source(10).CreateOperator(new(memory, memory.Owner("x"), new Notes()))!)
        {
            var batch = StoredRows.Batch(memory, Plans.Schema, [10L, "a", 1, 1, true], [30L, "b", 1, 1, true], [19L, "c", 1, 1, true], [null, "d", 1, 1, true]);
            operation.OnBatch(0, batch, output);
            batch.Release();
        }
        Assert.Equal([new Frontier(new(20), new(20))], output.Frontiers);
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void Watermarks_by_vector_are_those_one_by_one()
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var length = 0; length <= 200; length++)
        {
            var times = Enumerable.Range(0, length).Select(i => random.Next(40) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(60) == 0 ? long.MaxValue : i * 10 - random.Next(100)).ToArray();
            foreach (var delay in new[] { 0L, 50, 120 })
            {
                var (a, b) = (random.Next(2) == 0 ? long.MinValue : 100L, 0L);
                b = a;
                Assert.Equal(AssignWatermarkOperator.ScanOneByOne(times, delay, ref a), AssignWatermarkOperator.Scan(times, delay, ref b));
                Assert.Equal(a, b);
            }
        }
    }

    [Fact]
    public void A_row_stands_once_for_each_window_that_it_falls_in()
    {
        var node = PlanBuilder.Window(Plans.Source(0), Plans.Hop(20, 10));
        var rows = Run(node, [[5L, "a", 1, 1, true], [null, "b", 1, 1, true]], out var notes);
        Assert.Equal(1, notes.TimelessRows);
        Assert.Equal(["1969-12-31 23:59:59.99999 | 1970-01-01 00:00:00.00001 | 1970-01-01 00:00:00.000009", "1970-01-01 00:00:00 | 1970-01-01 00:00:00.00002 | 1970-01-01 00:00:00.000019"],
            rows.Select(r => string.Join(" | ", r.Split(" | ")[5..])));
    }

    [Fact]
    public void A_lag_holds_back_frontiers_and_the_watermarks_of_rows()
    {
        var memory = new MemoryAccountant();
        var input = Plans.Source(0);
        var node = new DelayFrontier { Schema = input.Schema, Input = input, LagMicroseconds = 100 };
        var output = new Passing(b => Assert.Equal([long.MinValue, 50L], b.Watermarks!.Values.ToArray()));
        using (var operation = node.CreateOperator(new(memory, memory.Owner("x"), new Notes()))!)
        {
            var batch = StoredRows.Batch(memory, Plans.Schema, [10L, "a", 1, 1, true], [30L, "b", 1, 1, true]);
            batch.Watermarks = memory.Rent<long>(DataType.Timestamp);
            batch.Watermarks.Append(long.MinValue);
            batch.Watermarks.Append(150);
            operation.OnBatch(0, batch, output);
            Assert.Equal(150, batch.Watermarks[1]);
            batch.Release();
            operation.OnFrontier(new(new(1000), new(900)), output);
            operation.OnFrontier(Frontier.End, output);
        }
        Assert.Equal([new Frontier(new(900), new(800)), Frontier.End], output.Frontiers);
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void Values_come_before_the_end_even_where_there_is_no_room()
    {
        var memory = new MemoryAccountant(batchRows: 2);
        var schema = new Schema(new Field("x", DataType.Integer), new Field("y", DataType.Text));
        ImmutableArray<Expression> Row(int? x, string? y) => [new Literal(x, DataType.Integer), new Literal(y, DataType.Text)];
        var output = new Recorder(isAlwaysFull: true);
        using (var operation = new Values { Schema = schema, Rows = [Row(1, "a"), Row(null, "b"), Row(3, null)] }.CreateOperator(new(memory, memory.Owner("x"), new Notes()))!)
        {
            operation.OnFrontier(Frontier.End, output);
            while (operation.Resume(output)) { }
        }
        Assert.Equal(["+1 1 | a", "+1 NULL | b", "+1 3 | NULL"], output[0]);
        Assert.Equal([Frontier.End], output.Frontiers);
        Assert.Equal(0, memory.Alive);
    }

    [Theory]
    [InlineData(null, 0), InlineData(5L, 0), InlineData(5L, 3), InlineData(null, 7), InlineData(0L, 0), InlineData(1000L, 2)]
    public void Rows_are_sorted_and_cut(long? limit, long offset)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var rows = Plans.Rows(random, 300, 10).Where(r => r[0] is not null).ToList();
        var node = PlanBuilder.Sort(Plans.Source(0), [new(2, true, false), new(1, false, true)], limit, offset);
        var memory = new MemoryAccountant(batchRows: 16);
        var owner = memory.Owner("x");
        var output = new Recorder(isAlwaysFull: true);
        using (var operation = node.CreateOperator(new(memory, owner, new Notes()))!)
        {
            foreach (var chunk in rows.Chunk(16))
            {
                var batch = StoredRows.Batch(memory, Plans.Schema, chunk);
                operation.OnBatch(0, batch, output);
                batch.Release();
            }
            operation.OnFrontier(Frontier.End, output);
            while (operation.Resume(output)) { }
        }
        var expected = rows.OrderByDescending(r => r[2] is null ? int.MinValue : (int)r[2]!).ThenBy(r => (string?)r[1] ?? "", StringComparer.Ordinal).Skip((int)offset).Take((int)(limit ?? 1000));
        Assert.Equal(expected.Select(r => $"{r[2] ?? "NULL"} | {r[3] ?? "NULL"}"), output[0].Select(r => string.Join(" | ", r.Split(" | ")[2..4])));
        Assert.Equal(0, memory.Alive);
        Assert.Equal(0, owner.Bytes);
    }

    [Fact]
    public void A_limit_without_an_order_takes_the_first_rows()
    {
        var rows = Run(PlanBuilder.Sort(Plans.Source(0), [], 2, 1), s_rows, out _);
        Assert.Equal(["b", "NULL"], rows.Select(r => r.Split(" | ")[1]));
    }

    sealed class Passing(Action<Batch> check) : IOutput
    {
        public int Count { get; private set; }
        public List<Frontier> Frontiers { get; } = [];
        public bool IsFull => false;
        public void Advance(Frontier frontier) => Frontiers.Add(frontier);

        public void Push(Batch batch, int port = 0)
        {
            batch.AssertWhole();
            Count++;
            check(batch);
            batch.Release();
        }
    }
}
