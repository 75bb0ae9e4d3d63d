using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Tests.Operators.Lookups;

public sealed class LookupNowTests
{
    static readonly Schema s_left = new(new Field("at", DataType.Timestamp), new Field("key", DataType.Text), new Field("id", DataType.Integer));
    static readonly Schema s_right = new(new Field("key", DataType.Text), new Field("value", DataType.Integer));

    static PlanNode Plan(bool keepsLeft = false, bool hasCondition = false)
    {
        var both = new Schema(s_left.Fields.Concat(s_right.Fields));
        IReadOnlyList<Expression> rest = hasCondition ? [Plans.Call(">", Plans.Column(both, 4), Plans.Integer(1))] : [];
        return PlanBuilder.LookupNow(Plans.Source(0, s_left), Plans.Retracting(s_right), [(Plans.Column(s_left, 1), Plans.Column(s_right, 0))], rest, keepsLeft);
    }

    static Course Typical(bool keepsLeft = false, bool hasCondition = false) => new Course(Plan(keepsLeft, hasCondition))
        .Rows(0, [1L, "a", 1]).Changes(1, (1, ["a", 1]), (1, ["b", 5])).Barrier().Rows(0, [2L, "a", 2], [3L, "b", 3], [4L, null, 4])
        .Changes(1, (-1, ["a", 1]), (1, ["a", 2]), (1, [null, 9]), (1, ["b", 6]), (1, ["b", 6])).Barrier().Rows(0, [5L, "a", 5], [6L, "b", 6])
        .Changes(1, (-1, ["b", 6]), (-1, ["b", 5]), (-1, ["b", 6]), (-1, ["a", 2])).Barrier().Rows(0, [7L, "a", 7], [8L, "b", 8]).End();

    static string Row(int id, string key, string match) => $"+1 1970-01-01 00:00:00.00000{id} | {key} | {id} | {match}";

    [Fact]
    public void Each_row_meets_what_the_table_holds_when_it_comes() =>
        Assert.Equal([Row(2, "a", "a | 1"), Row(3, "b", "b | 5"), Row(5, "a", "a | 2"), Row(6, "b", "b | 5"), Row(6, "b", "b | 6").Replace("+1", "+2", StringComparison.Ordinal)], Typical().RunAll());

    [Fact]
    public void Left_rows_without_a_match_have_nulls() =>
        Assert.Equal(
        [
            Row(1, "a", "NULL | NULL"), Row(2, "a", "NULL | NULL"), Row(3, "b", "b | 5"), Row(4, "NULL", "NULL | NULL"), Row(5, "a", "a | 2"), Row(6, "b", "b | 5"),
            Row(6, "b", "b | 6").Replace("+1", "+2", StringComparison.Ordinal), Row(7, "a", "NULL | NULL"), Row(8, "b", "NULL | NULL"),
        ], Typical(true, true).RunAll());

    [Fact]
    public void A_row_may_be_taken_back_before_it_comes()
    {
        var course = new Course(Plan()).Changes(1, (-1, ["a", 1])).Rows(0, [1L, "a", 1]).Changes(1, (1, ["a", 1])).Rows(0, [2L, "a", 2]).End();
        Assert.Empty(course.RunAll());
    }

    [Fact]
    public void The_table_holds_nobodys_time_back()
    {
        var (output, _) = new Course(Plan()).Rows(0, [1L, "a", 1]).Time(0, 5).Run();
        Assert.Equal([5], output.Frontiers.Select(f => f.Final.Microseconds));
    }
}
