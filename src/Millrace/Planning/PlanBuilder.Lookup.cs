using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>Look-ups: static, temporal, ASOF, as of now.</summary>
public static partial class PlanBuilder
{
    /// <summary>Rows looked up in a table that ends.</summary>
    /// <param name="left">The rows.</param>
    /// <param name="right">The table: <see cref="StaticTables.Is"/>.</param>
    /// <param name="keys">Expressions over the rows and over the table that must be equal, of the same types.</param>
    /// <param name="rest">What must be true besides, over the columns of both, left before right.</param>
    /// <param name="kind">Which rows go on: inner, left, semi or anti.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode Lookup(PlanNode left, PlanNode right, IReadOnlyList<(Expression Left, Expression Right)> keys, IReadOnlyList<Expression> rest, JoinKind kind, string where = "") =>
        WithKeys(left, right, keys, rest, kind.GivesPairs, where, (l, r, leftKeys, rightKeys, condition) => Lookup(l, r, leftKeys, rightKeys, condition, kind, where));

    /// <summary>Rows joined with what another side holds when they come.</summary>
    public static PlanNode LookupNow(PlanNode left, PlanNode right, IReadOnlyList<(Expression Left, Expression Right)> keys, IReadOnlyList<Expression> rest, bool keepsLeft, string where = "") =>
        WithKeys(left, right, keys, rest, true, where, (l, r, leftKeys, rightKeys, condition) => new LookupNow
        {
            Schema = new Schema(l.Schema.Fields.Concat(r.Schema.Fields)),
            Left = l,
            Right = r,
            LeftKeys = leftKeys,
            RightKeys = rightKeys,
            Condition = condition,
            KeepsLeft = keepsLeft,
            Key = LookupKey(l, r, rightKeys),
            Times = l.Times,
            Where = where,
        });

    /// <summary>Rows joined with the row of another side that held at their time.</summary>
    /// <param name="left">The rows.</param>
    /// <param name="right">The versions.</param>
    /// <param name="keys">Expressions over both that must be equal.</param>
    /// <param name="rest">What must be true besides, over the columns of both, left before right.</param>
    /// <param name="how">The rest of how they are joined; its keys and condition are replaced.</param>
    /// <param name="view">Name of the view, for late rows.</param>
    /// <param name="leftLate">Policy of the sources on the left.</param>
    /// <param name="rightLate">Policy of the sources on the right.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode Temporal(PlanNode left, PlanNode right, IReadOnlyList<(Expression Left, Expression Right)> keys, IReadOnlyList<Expression> rest, TemporalCondition how, string view,
        LatePolicy leftLate, LatePolicy rightLate, string where = "") =>
        WithKeys(left, right, keys, rest, true, where, (l, r, leftKeys, rightKeys, condition) =>
            Temporal(l, r, how with { LeftKeys = leftKeys, RightKeys = rightKeys, Condition = condition }, view, leftLate, rightLate, where));

    /// <summary>Computes keys that are no columns below the node, and leaves them out above it.</summary>
    static PlanNode WithKeys(PlanNode left, PlanNode right, IReadOnlyList<(Expression Left, Expression Right)> keys, IReadOnlyList<Expression> rest, bool givesPairs, string where,
        Func<PlanNode, PlanNode, ImmutableArray<int>, ImmutableArray<int>, Expression?, PlanNode> make)
    {
        var (leftWidth, rightWidth) = (left.Schema.Count, right.Schema.Count);
        var (leftItems, rightItems) = (Items(left), Items(right));
        var leftKeys = keys.Select(k => ColumnFor(leftItems, k.Left)).ToImmutableArray();
        var rightKeys = keys.Select(k => ColumnFor(rightItems, k.Right)).ToImmutableArray();
        if (leftItems.Count > leftWidth) left = Project(left, leftItems, where);
        if (rightItems.Count > rightWidth) right = Project(right, rightItems, where);
        var added = left.Schema.Count - leftWidth;
        var all = rest.Select(c => added == 0 ? c : JoinCondition.Moved(c, i => i < leftWidth ? i : i + added)).ToList();
        var node = make(left, right, leftKeys, rightKeys, all.Count switch { 0 => null, 1 => all[0], _ => new Logical(true, [.. all]) });
        if (added == 0 && (right.Schema.Count == rightWidth || !givesPairs)) return node;
        var shown = Enumerable.Range(0, leftWidth).Concat(givesPairs ? Enumerable.Range(left.Schema.Count, rightWidth) : []);
        return Project(node, [.. shown.Select(i => ((Expression)new ColumnReference(i, node.Schema[i].Name, node.Schema[i].Type), node.Schema[i].Name))], where);
    }

    /// <summary>Rows looked up in a table that ends.</summary>
    /// <param name="left">The rows.</param>
    /// <param name="right">The table: <see cref="StaticTables.Is"/>.</param>
    /// <param name="leftKeys">Columns of the rows that must equal <paramref name="rightKeys"/>, of the same types.</param>
    /// <param name="rightKeys">Columns of the table.</param>
    /// <param name="condition">What must be true besides, over the columns of both, left before right; or null.</param>
    /// <param name="kind">Which rows go on: inner, left, semi or anti.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode Lookup(PlanNode left, PlanNode right, ImmutableArray<int> leftKeys, ImmutableArray<int> rightKeys, Expression? condition, JoinKind kind, string where = "") =>
        new LookupJoin
        {
            Schema = kind.GivesPairs ? new Schema(left.Schema.Fields.Concat(right.Schema.Fields)) : left.Schema,
            Left = left,
            Right = right,
            LeftKeys = leftKeys,
            RightKeys = rightKeys,
            Condition = condition,
            Kind = kind,
            Key = kind.GivesPairs ? LookupKey(left, right, rightKeys) : left.Key,
            Times = left.Times,
            Where = where,
        };

    /// <summary>Rows joined with the row of another side that held at their time. Equal keys, and which times are compared, stand in <paramref name="how"/>.</summary>
    /// <param name="left">The rows.</param>
    /// <param name="right">The versions: rows with the time from which each holds.</param>
    /// <param name="how">By what they are joined.</param>
    /// <param name="view">Name of the view, for late rows.</param>
    /// <param name="leftLate">Policy of the sources on the left.</param>
    /// <param name="rightLate">Policy of the sources on the right.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode Temporal(PlanNode left, PlanNode right, TemporalCondition how, string view, LatePolicy leftLate, LatePolicy rightLate, string where = "")
    {
        var (leftLag, rightLag) = (LagOf(left, how.LeftTime) ?? 0, LagOf(right, how.RightTime) ?? 0);
        return new TemporalJoin
        {
            Schema = new Schema(left.Schema.Fields.Concat(right.Schema.Fields)),
            Left = left,
            Right = right,
            LeftKeys = how.LeftKeys,
            RightKeys = how.RightKeys,
            LeftTime = new(how.LeftTime, leftLag),
            RightTime = new(how.RightTime, rightLag),
            IsStrict = how.IsStrict,
            Deleted = how.Deleted,
            LastWins = how.LastWins,
            Condition = how.Condition,
            KeepsLeft = how.KeepsLeft,
            ToleranceMicroseconds = how.ToleranceMicroseconds,
            View = view,
            LeftLate = leftLate,
            RightLate = rightLate,
            Key = left.Key,
            Times = LagOf(left, how.LeftTime) is null || LagOf(right, how.RightTime) is null ? [] : [new(how.LeftTime, Math.Max(leftLag, rightLag))],
            Where = where,
        };
    }

    /// <summary>A left row meets one right row at most where its keys hold the right side's key; otherwise both keys together tell joined rows apart.</summary>
    static ImmutableArray<int> LookupKey(PlanNode left, PlanNode right, ImmutableArray<int> rightKeys) =>
        left.Key.IsEmpty || right.Key.IsEmpty ? []
        : right.Key.All(rightKeys.Contains) ? left.Key
        : left.Key.AddRange(right.Key.Select(k => k + left.Schema.Count));
}

/// <summary>What a row must have in common with the row that held at its time.</summary>
public sealed record TemporalCondition
{
    /// <summary>Columns of the rows that must equal <see cref="RightKeys"/>.</summary>
    public required ImmutableArray<int> LeftKeys { get; init; }
    /// <summary>Columns of the versions.</summary>
    public required ImmutableArray<int> RightKeys { get; init; }
    /// <summary>The rows' TIMESTAMP column.</summary>
    public required int LeftTime { get; init; }
    /// <summary>The versions' TIMESTAMP column.</summary>
    public required int RightTime { get; init; }
    /// <summary>Whether a version must be earlier than the row; otherwise it may have the same time.</summary>
    public bool IsStrict { get; init; }
    /// <summary>A BOOLEAN column of the versions that is true where the key holds no row from then on, or -1.</summary>
    public int Deleted { get; init; } = -1;
    /// <summary>Whether of versions of one key and time the last to come holds; otherwise the least row.</summary>
    public bool LastWins { get; init; }
    /// <summary>What must be true besides, over the columns of both, left before right; or null.</summary>
    public Expression? Condition { get; init; }
    /// <summary>LEFT JOIN.</summary>
    public bool KeepsLeft { get; init; }
    /// <summary>How much older than the row a version may be; null = any.</summary>
    public long? ToleranceMicroseconds { get; init; }
}
