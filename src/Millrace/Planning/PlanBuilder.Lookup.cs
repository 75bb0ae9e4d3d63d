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

    /// <summary>A left row meets one right row at most where its keys hold the right side's key; otherwise both keys together tell joined rows apart.</summary>
    static ImmutableArray<int> LookupKey(PlanNode left, PlanNode right, ImmutableArray<int> rightKeys) =>
        left.Key.IsEmpty || right.Key.IsEmpty ? []
        : right.Key.All(rightKeys.Contains) ? left.Key
        : left.Key.AddRange(right.Key.Select(k => k + left.Schema.Count));
}
