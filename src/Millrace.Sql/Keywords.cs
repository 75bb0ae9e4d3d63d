namespace Millrace.Sql;

/// <summary>Words that cannot be names unless they are quoted.</summary>
internal static class Keywords
{
    static readonly HashSet<string> s_reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "all", "and", "any", "array", "as", "asc", "between", "by", "case", "cast", "check", "constraint", "create", "cross", "desc", "distinct", "else", "emit", "end", "except",
        "exists", "false", "fetch", "for", "from", "full", "group", "having", "ilike", "in", "inner", "intersect", "into", "is", "join", "lateral", "left", "like", "limit", "not", "null",
        "offset", "on", "or", "order", "outer", "primary", "right", "select", "similar", "some", "table", "then", "true", "union", "unique", "using", "values", "when", "where",
        "window", "with",
    };

    /// <summary>Whether an unquoted word is reserved.</summary>
    public static bool IsReserved(ReadOnlySpan<char> word) => s_reserved.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);
}
