using System.Collections.Immutable;
using Millrace.Expressions;

namespace Millrace.Planning.Rules;

/// <summary>Of tables that rows are looked up in one after the other, those come first that let fewer rows pass, then those that are smaller; of two tables the smaller is looked up in.</summary>
/// <remarks>
/// <para>How many pass follows from the conditions on a table, its size from what its source declares (<see cref="Sizes"/>); where nothing is known the order of the text stays. Only
/// look-ups that do not need each other's columns change places, and none whose condition can fail: it would be evaluated for other rows.</para>
/// <para>Joins of rows that come and go stay in the order of the text, because which of their rows are late depends on it.</para>
/// </remarks>
sealed class OrderJoins : PlanRule
{
    public override string Name => "order_joins";

    protected override PlanNode Apply(PlanNode node)
    {
        if (node is not LookupJoin { Left: var left } upper || upper.Mode == ChangeMode.Retract) return node;
        if (IsBuiltFromTheLarger(upper)) return Turned(upper);
        if (!IsReadOnce(left)) return node;
        var columns = Enumerable.Range(0, left.Schema.Count).ToArray(); // of the upper one's left side, in the lower one's rows
        while (left is Project project && project.Expressions.All(e => e is ColumnReference) && IsReadOnce(project.Input))
        {
            columns = [.. columns.Select(c => ((ColumnReference)project.Expressions[c]).Index)];
            left = project.Input;
        }
        return left is LookupJoin lower && CanPass(upper) && CanPass(lower) && IsFirst(upper, lower) ? Swapped(upper, lower, columns) ?? node : node;
    }

    static bool IsBuiltFromTheLarger(LookupJoin join) => join is { Kind: JoinKind.Inner, Right.Mode: ChangeMode.Append } && StaticTables.Is(join.Left)
        && Sizes.Rows(join.Left) is { } rows && Sizes.Rows(join.Right) is { } table && rows < table;

    static Project Turned(LookupJoin join)
    {
        var (left, right) = (join.Left.Schema.Count, join.Right.Schema.Count);
        int To(int column) => column < left ? column + right : column - left;
        var turned = Over(join, join.Right, join.Left, join.RightKeys, join.LeftKeys, join.Condition is null ? null : JoinCondition.Moved(join.Condition, To));
        return Picked(join, turned, Enumerable.Range(0, left + right).Select(To));
    }

    static bool CanPass(LookupJoin join) => join.Condition is null || !Fallible.Is(join.Condition);

    static bool IsFirst(LookupJoin upper, LookupJoin lower)
    {
        var (own, other) = (Passing(upper), Passing(lower));
        if (own != other) return own < other;
        return Sizes.Rows(upper.Right) is { } rows && Sizes.Rows(lower.Right) is { } more && rows < more;
    }

    /// <summary>Rows that go on, for each that comes: a left join lets all pass.</summary>
    static double Passing(LookupJoin join) => join.Kind switch
    {
        JoinKind.Left => 1,
        JoinKind.Inner => Sizes.Kept(join.Right),
        _ => 0.5,
    };

    PlanNode? Swapped(LookupJoin upper, LookupJoin lower, int[] columns)
    {
        var rows = lower.Left;
        var (width, added) = (rows.Schema.Count, upper.Kind.GivesPairs ? upper.Right.Schema.Count : 0);
        // The upper table's columns come before the lower one's now.
        int First(int column) => column < columns.Length ? columns[column] : column - columns.Length + width;
        int Second(int column) => column < width ? column : column + added;
        var reads = new bool[upper.Left.Schema.Count + upper.Right.Schema.Count];
        ColumnUse.Mark(upper.LeftKeys, reads);
        if (upper.Condition is not null) ColumnUse.Mark(upper.Condition, reads);
        for (var c = 0; c < columns.Length; c++)
            if (reads[c] && columns[c] >= width) return null;

        var first = Apply(Over(upper, rows, upper.Right, [.. upper.LeftKeys.Select(First)], upper.RightKeys, upper.Condition is null ? null : JoinCondition.Moved(upper.Condition, First)));
        var second = Over(lower, first, lower.Right, lower.LeftKeys, lower.RightKeys, lower.Condition is null ? null : JoinCondition.Moved(lower.Condition, Second));
        IEnumerable<int> places = columns.Select(Second);
        if (upper.Kind.GivesPairs) places = places.Concat(Enumerable.Range(width, added));
        return Picked(upper, second, places);
    }

    /// <summary>The columns of a join out of those of another.</summary>
    static Project Picked(LookupJoin join, LookupJoin from, IEnumerable<int> places) => new()
    {
        Schema = join.Schema,
        Input = from,
        Expressions = [.. places.Select(p => (Expression)new ColumnReference(p, from.Schema[p].Name, from.Schema[p].Type))],
        Key = join.Key,
        Times = join.Times,
        Where = join.Where,
    };

    static LookupJoin Over(LookupJoin join, PlanNode rows, PlanNode table, ImmutableArray<int> keys, ImmutableArray<int> tableKeys, Expression? condition) => new()
    {
        Schema = join.Kind.GivesPairs ? new(rows.Schema.Fields.Concat(table.Schema.Fields)) : rows.Schema,
        Left = rows,
        Right = table,
        LeftKeys = keys,
        RightKeys = tableKeys,
        Condition = condition,
        Kind = join.Kind,
        Times = rows.Times,
        Where = join.Where,
    };
}
