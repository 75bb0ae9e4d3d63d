using Millrace.Data;
using Millrace.Expressions;
using Millrace.Operators.Joins;
using Millrace.Planning;
using Millrace.Tests.Stores;
using Millrace.Time;

namespace Millrace.Tests.Operators.Joins;

/// <summary>What a join remembers and for how long, and which rows come too late for it.</summary>
public sealed class JoinStateTests
{
    static readonly Schema s_left = new(new Field("at", DataType.Timestamp), new Field("k", DataType.Integer), new Field("text", DataType.Text));
    static readonly Schema s_right = new(new Field("t", DataType.Timestamp), new Field("j", DataType.Integer), new Field("end", DataType.Timestamp));

    static Expression L(int column) => Plans.Column(s_left, column);
    static Expression R(int column) => new ColumnReference(3 + column, s_right[column].Name, s_right[column].Type);

    static Join Make(JoinKind kind, params Expression[] conditions)
    {
        var condition = new Logical(true, [Plans.Call("=", L(1), R(1)), .. conditions]);
        var plan = PlanBuilder.Join(Plans.Source(0, s_left), Plans.Source(0, s_right), kind, condition, null, "v", LatePolicy.Drop, new(2_000_000, null));
        return plan as Join ?? (Join)plan.Inputs[0];
    }

    static Expression Later(Expression time, int seconds) => Plans.Call("+", time, new Literal(Interval.FromSeconds(seconds), DataType.Interval));

    [Theory]
    [InlineData(JoinKind.Inner)]
    [InlineData(JoinKind.Left)]
    [InlineData(JoinKind.Full)]
    [InlineData(JoinKind.Semi)]
    [InlineData(JoinKind.Anti)]
    public void State_stays_flat_where_times_are_bounded(JoinKind kind)
    {
        var memory = new MemoryAccountant(batchRows: 64);
        var owner = memory.Owner("join");
        using var join = new JoinOperator(Make(kind, Plans.Call(">=", R(0), L(0)), Plans.Call("<=", R(0), Later(L(0), 5))), new(memory, owner, new Notes()));
        var output = new Recorder();
        var (most, mostBytes, early) = (0L, 0L, 0L);
        for (var second = 0; second < 3000; second++)
        {
            for (var input = 0; input < 2; input++)
            {
                object?[][] rows = [.. Enumerable.Range(0, 20).Select(i => (object?[])[second * 1_000_000L + i, second * 7 % 1000 + i, input == 0 ? $"text {second} {i}" : (object)0L])];
                var batch = StoredRows.Batch(memory, input == 0 ? s_left : s_right, rows);
                join.OnBatch(input, batch, output);
                batch.Release();
            }
            for (var input = 0; input < 2; input++) join.OnInputFrontier(input, new(new(second * 1_000_000L), new(second * 1_000_000L)), output);
            join.OnFrontier(new(new(second * 1_000_000L), new(second * 1_000_000L)), output);
            if (second % 10 == 0) join.OnBarrier(1, output);
            most = Math.Max(most, join.StateRows);
            if (second == 1000) early = owner.Bytes;
            if (second > 1000) mostBytes = Math.Max(mostBytes, owner.Bytes);
        }
        Assert.InRange(most, 20, 8 * 40);
        const int pages = 4 << 16; // of texts, which turn at any time
        Assert.True(mostBytes <= early + early / 4 + pages, $"{early} bytes after 1000 seconds, {mostBytes} later");
    }

    [Fact]
    public void A_column_that_says_how_long_a_row_counts_bounds_it()
    {
        // Nexmark's auctions: bids while an auction is open.
        var join = Make(JoinKind.Inner, Plans.Call("<=", R(0), L(0)), Plans.Call("<=", L(0), R(2)));
        Assert.Equal("rows within the time bounds", join.StateBound);
        Assert.Equal([new RowTime(2, 0)], join.RightDeadlines);
        Assert.Equal([new RowTime(0, 0)], join.LeftDeadlines);
        // A pair is told when its bid comes, or before its auction's time is past.
        Assert.Equal([new EventTime(0, 0)], join.Times);
    }

    [Fact]
    public void Times_of_pairs_lag_by_how_far_partners_may_be_apart()
    {
        var join = Make(JoinKind.Inner, Plans.Call(">=", R(0), L(0)), Plans.Call("<=", R(0), Later(L(0), 5)));
        Assert.Equal([new EventTime(0, 5_000_000), new EventTime(3, 0)], join.Times);
        Assert.Equal(ChangeMode.Append, join.Mode);
        Assert.Empty(Make(JoinKind.Inner).Times);
        Assert.Equal(ChangeMode.Append, Make(JoinKind.Left, Plans.Call(">=", R(0), L(0)), Plans.Call("<=", R(0), Later(L(0), 5))).Mode);
        Assert.Equal(ChangeMode.Retract, Make(JoinKind.Left, Plans.Call(">=", R(0), L(0))).Mode);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_row_is_late_by_its_own_watermark_however_rows_are_cut(int cut)
    {
        var memory = new MemoryAccountant(batchRows: 8);
        var notes = new Notes();
        var join = new JoinOperator(Make(JoinKind.Full, Plans.Call(">=", R(0), L(0)), Plans.Call("<=", R(0), Later(L(0), 5))), new(memory, memory.Owner("join"), notes));
        var output = new Recorder();
        object?[][] left = [[7_000_000L, 1, "in time"], [6_999_999L, 1, "late"], [7_000_000L, 1, "in time too"]];
        for (var row = 0; row < left.Length; row += cut)
        {
            var batch = StoredRows.Batch(memory, s_left, left[row..Math.Min(left.Length, row + cut)]);
            batch.Watermarks = memory.Rent<long>(DataType.Timestamp);
            for (var i = 0; i < batch.RowCount; i++) batch.Watermarks.Append(7_000_000);
            join.OnBatch(0, batch, output);
            batch.Release();
        }
        // The right side's source allows two seconds more: it has taken them off.
        var right = StoredRows.Batch(memory, s_right, [5_000_000L, 1, 0L], [4_999_999L, 1, 0L]);
        right.Watermarks = memory.Rent<long>(DataType.Timestamp);
        right.Watermarks.Append(5_000_000);
        right.Watermarks.Append(5_000_000);
        join.OnBatch(1, right, output);
        right.Release();
        Assert.Equal(["1970-01-01 00:00:06.999999 | 1 | late missed 6999999 at 7000000", "1970-01-01 00:00:04.999999 | 1 | 1970-01-01 00:00:00 missed 4999999 at 5000000"], notes.Late);
        for (var input = 0; input < 2; input++) join.OnInputFrontier(input, Frontier.End, output);
        Assert.Equal(3, output[0].Count); // nobody has a partner
        join.Dispose();
        Assert.Equal(0, memory.Alive);
    }

    [Theory]
    [InlineData(false, false, "TF")]
    [InlineData(true, false, "FT")] // what the filter lets through comes on the right as well
    [InlineData(false, true, "TF")]
    [InlineData(true, true, "TT")] // each side may have rows that the other has not
    public void A_late_row_of_a_table_joined_with_itself_is_told_once(bool filterLeft, bool filterRight, string tells)
    {
        var rows = Plans.Source(0, s_left);
        PlanNode Side(bool filter, int than) => filter ? PlanBuilder.Filter(rows, Plans.Call("<", L(1), new Literal(than, DataType.Integer))) : rows;
        var condition = new Logical(true, [Plans.Call("=", L(1), R(1)), Plans.Call(">=", R(0), L(0)), Plans.Call("<=", R(0), Later(L(0), 5))]);
        var node = (Join)PlanBuilder.Join(Side(filterLeft, 10), Side(filterRight, 20), JoinKind.Inner, condition, null, "v", LatePolicy.Drop, LatePolicy.Drop);
        Assert.Equal(tells, $"{(node.TellsLate(true) ? "T" : "F")}{(node.TellsLate(false) ? "T" : "F")}");
        var memory = new MemoryAccountant(batchRows: 8);
        var notes = new Notes();
        using (var join = new JoinOperator(node, new(memory, memory.Owner("join"), notes)))
        {
            var output = new Recorder();
            for (var input = 0; input < 2; input++)
            {
                var batch = StoredRows.Batch(memory, s_left, [6_999_999L, 1, "late"]);
                batch.Watermarks = memory.Rent<long>(DataType.Timestamp);
                batch.Watermarks.Append(7_000_000);
                join.OnBatch(input, batch, output);
                batch.Release();
            }
        }
        Assert.Equal(Enumerable.Repeat("1970-01-01 00:00:06.999999 | 1 | late missed 6999999 at 7000000", tells.Count(t => t == 'T')), notes.Late);
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void A_table_joined_with_itself_by_different_times_has_different_late_rows()
    {
        var rows = Plans.Source(0, s_right);
        var columns = PlanBuilder.Project(rows, [(new ColumnReference(2, "end", DataType.Timestamp), "at"), (new ColumnReference(1, "k", DataType.Integer), "k"), (new ColumnReference(0, "t", DataType.Timestamp), "t")]);
        var condition = new Logical(true, [Plans.Call("=", L(1), R(1)), Plans.Call("=", new ColumnReference(2, "t", DataType.Timestamp), R(0))]);
        var node = (Join)PlanBuilder.Join(columns, rows, JoinKind.Inner, condition, null, "v", LatePolicy.Drop, LatePolicy.Drop);
        Assert.True(node.TellsLate(true));
        Assert.False(node.TellsLate(false));
        var other = (Join)PlanBuilder.Join(Plans.Source(0, s_left), rows, JoinKind.Inner, new Logical(true, [Plans.Call("=", L(0), R(0))]), null, "v", LatePolicy.Drop, LatePolicy.Drop);
        Assert.True(other.TellsLate(true) && other.TellsLate(false));
    }

    [Fact]
    public void When_a_side_has_ended_the_other_is_not_remembered()
    {
        var memory = new MemoryAccountant(batchRows: 8);
        var join = new JoinOperator(Make(JoinKind.Inner), new(memory, memory.Owner("join"), new Notes()));
        var output = new Recorder();
        var table = StoredRows.Batch(memory, s_right, [1L, 1, 0L], [2L, 2, 0L]);
        join.OnBatch(1, table, output);
        table.Release();
        var early = StoredRows.Batch(memory, s_left, [1L, 2, "early"]);
        join.OnBatch(0, early, output);
        early.Release();
        Assert.Equal(3, join.StateRows);
        join.OnInputFrontier(1, Frontier.End, output);
        var rows = StoredRows.Batch(memory, s_left, [5L, 1, "one"], [5L, 3, "none"]);
        join.OnBatch(0, rows, output);
        rows.Release();
        Assert.Equal(2, join.StateRows);
        Assert.Equal(2, output[0].Count);
        join.Dispose();
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void Many_to_many_matches_come_in_batches_and_can_be_left_at_any()
    {
        var memory = new MemoryAccountant(batchRows: 32);
        var join = new JoinOperator(Make(JoinKind.Inner), new(memory, memory.Owner("join"), new Notes()));
        var output = new Recorder(isAlwaysFull: true);
        for (var i = 0; i < 4; i++)
        {
            var table = StoredRows.Batch(memory, s_right, [.. Enumerable.Range(0, 32).Select(r => (object?[])[(long)r, 1, 0L])]);
            join.OnBatch(1, table, output);
            table.Release();
        }
        var rows = StoredRows.Batch(memory, s_left, [.. Enumerable.Range(0, 32).Select(r => (object?[])[(long)r, 1, "x"])]);
        join.OnBatch(0, rows, output);
        rows.Release();
        Assert.Equal(32, output[0].Count); // returned at once
        while (join.Resume(output)) { }
        Assert.Equal(32 * 128, output[0].Count);
        Assert.All(output.BatchSizes, s => Assert.InRange(s, 1, 32));
        join.Dispose();
        Assert.Equal(0, memory.Alive);
    }
}
