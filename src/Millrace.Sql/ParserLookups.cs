using System.Collections.Immutable;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>FOR SYSTEM_TIME AS OF and ASOF JOIN.</summary>
internal sealed partial class Parser
{
    // table FOR SYSTEM_TIME AS OF time
    TableItem ParseAsOf(FromItem item)
    {
        var start = Take();
        if (item is not TableItem table) throw new SqlError(Codes.Unexpected, start.Span, "found FOR SYSTEM_TIME behind a window; it stands behind the name of a table.");
        _at++;
        if (!TryWord("as")) throw Expected("AS OF time");
        if (!TryWord("of")) throw Expected("OF time");
        return table with { AsOf = ParseExpression(), Span = item.Span.To(Previous.Span) };
    }

    // a [LEFT] JOIN b FOR SYSTEM_TIME AS OF time ON ... | a ASOF [LEFT] JOIN b ON ...
    LookupItem ParseLookup(Token start, JoinSyntax kind, bool isAsof, FromItem left, FromItem right, Span word)
    {
        if (isAsof && right is TableItem { AsOf: not null }) throw new SqlError(Codes.BadLookup, word, "ASOF JOIN compares times in its ON; FOR SYSTEM_TIME AS OF is the other way to say it. Leave one of them out.");
        if (kind is not (JoinSyntax.Inner or JoinSyntax.Left))
            throw new SqlError(Codes.BadLookup, word, $"{kind.ToString().ToUpperInvariant()} JOIN with a row that held at a time: each row of the left side looks for one of the right, so there are JOIN and LEFT JOIN.");
        if (IsWord("match_condition")) throw NotYet(Current.Span, "MATCH_CONDITION", "Write the comparison of the times in ON.");
        if (TryWord("using")) return new LookupItem(kind, isAsof, left, right, null, Parenthesised(() => Name("a column")), word, From(start));
        if (!IsWord("on")) throw Expected("ON condition or USING (column, ...)");
        _at++;
        return new LookupItem(kind, isAsof, left, right, ParseExpression(), [], word, From(start));
    }
}
