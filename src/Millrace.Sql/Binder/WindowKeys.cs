using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>Which window columns and keys GROUP BY must have for windows that the start alone does not tell apart, and for sessions, whose groups they are.</summary>
internal static class WindowKeys
{
    /// <summary>Checks GROUP BY over a window.</summary>
    /// <param name="select">The select.</param>
    /// <param name="from">Its FROM.</param>
    /// <param name="keys">The keys of GROUP BY, window columns included.</param>
    /// <param name="sets">Its grouping sets.</param>
    /// <param name="isWindowed">Whether windows are what is grouped by, and not only columns among others.</param>
    public static void Check(SelectBody select, From from, List<Expression> keys, GroupingSets sets, bool isWindowed)
    {
        var start = from.Node.Schema.Count;
        if (from.Window is { Kind: WindowKind.Cumulate } && isWindowed && !keys.OfType<ColumnReference>().Any(k => k.Index > start))
            throw new SqlError(Codes.CumulateKey, select.GroupBy[0].Span.To(select.GroupBy[^1].Span), "the windows of CUMULATE share their start; add window_end to GROUP BY.");
        if (from.Window is not { Kind: WindowKind.Session }) return;
        if (!isWindowed || sets.Sets.Count > 1) throw NoRows(select.From!.Span);
        var own = keys.Where(k => k is not ColumnReference column || column.Index < start).ToHashSet();
        if (!from.Partition.IsDefaultOrEmpty && !own.SetEquals(from.Partition))
            throw new SqlError(Codes.SessionKeys, select.GroupBy[0].Span.To(select.GroupBy[^1].Span), "the sessions are those of PARTITION BY; GROUP BY needs window_start or window_end, exactly these columns, and no others.");
    }

    /// <summary>The rows of SESSION by themselves do not exist.</summary>
    public static SqlError NoRows(Span from) => new(Codes.SessionRows, from,
        "SESSION gives one row a session and key: write GROUP BY window_start, window_end and the keys, without grouping sets. To join sessions, group them in a query in FROM: (SELECT ... FROM SESSION(...) GROUP BY ...) AS s.");
}
