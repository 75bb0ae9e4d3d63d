using Millrace.Data;

namespace Millrace.Planning;

/// <summary>A column to sort by.</summary>
public sealed record SortKey(int Column, bool Descending, bool NullsFirst)
{
    /// <summary>An order in the words of SQL.</summary>
    internal static string ToSql(IEnumerable<SortKey> order, Schema schema) =>
        string.Join(", ", order.Select(o => schema[o.Column].Name + (o.Descending ? " DESC" : "") + (o.NullsFirst == o.Descending ? "" : o.NullsFirst ? " NULLS FIRST" : " NULLS LAST")));
}
