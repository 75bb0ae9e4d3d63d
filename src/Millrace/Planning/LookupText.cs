using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>What a look-up joins by, for EXPLAIN.</summary>
static class LookupText
{
    public static string Of(JoinKind kind, Schema left, ImmutableArray<int> leftKeys, Schema right, ImmutableArray<int> rightKeys, Expression? condition, string? time = null)
    {
        var equal = leftKeys.Select((k, i) => $"{left[k].Name} = {right[rightKeys[i]].Name}");
        var all = equal.Concat([time, condition is null ? null : condition.ToSql()]).OfType<string>();
        return $"{kind.ToString().ToUpperInvariant()} on {string.Join(" AND ", all)}";
    }
}
