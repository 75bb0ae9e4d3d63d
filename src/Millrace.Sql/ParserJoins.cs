using System.Collections.Immutable;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>FROM: tables joined by JOIN and by commas.</summary>
internal sealed partial class Parser
{
    FromItem ParseFrom()
    {
        var start = Current;
        var item = ParseJoins();
        while (IsSymbol(","))
        {
            var comma = Take();
            item = new JoinItem(JoinSyntax.Cross, item, ParseJoins(), null, [], comma.Span, From(start));
        }
        return item;
    }

    /// <summary>One table and what is joined to it, from left to right.</summary>
    FromItem ParseJoins()
    {
        var start = Current;
        var item = ParseFromItem();
        while (ParseJoinWords(out var word, out var isAsof) is { } kind)
        {
            var right = ParseFromItem();
            if (isAsof || right is TableItem { AsOf: not null })
            {
                item = ParseLookup(start, kind, isAsof, item, right, word);
                continue;
            }
            if (kind == JoinSyntax.Cross)
            {
                item = new JoinItem(kind, item, right, null, [], word, From(start));
                continue;
            }
            if (TryWord("using")) item = new JoinItem(kind, item, right, null, Parenthesised(() => Name("a column")), word, From(start));
            else
            {
                if (!IsWord("on")) throw Expected("ON condition or USING (column, ...)");
                _at++;
                item = new JoinItem(kind, item, right, ParseExpression(), [], word, From(start));
            }
        }
        if (IsWord("tablesample")) throw NotYet(Current.Span, "TABLESAMPLE");
        return item;
    }

    /// <summary>The words of a join up to JOIN, if one follows.</summary>
    JoinSyntax? ParseJoinWords(out Span word, out bool isAsof)
    {
        var start = Current;
        word = start.Span;
        if (IsWord("natural")) throw NotYet(Current.Span, "NATURAL JOIN", "Write JOIN ... USING (column, ...).");
        isAsof = TryWord("asof");
        JoinSyntax kind;
        if (IsWord("join")) kind = JoinSyntax.Inner;
        else if (TryWord("inner")) kind = JoinSyntax.Inner;
        else if (TryWord("cross")) kind = JoinSyntax.Cross;
        else if (TryWord("left")) kind = JoinSyntax.Left;
        else if (TryWord("right")) kind = JoinSyntax.Right;
        else if (TryWord("full")) kind = JoinSyntax.Full;
        else if (isAsof) throw Expected("JOIN or LEFT JOIN");
        else return null;
        if (kind is JoinSyntax.Left or JoinSyntax.Right or JoinSyntax.Full) TryWord("outer");
        word = start.Span.To(Word("join").Span);
        return kind;
    }

    /// <summary>Whether a parenthesis holds joined tables rather than a query.</summary>
    bool IsJoinInParentheses
    {
        get
        {
            if (!IsSymbol("(")) return false;
            var i = 1;
            while (IsSymbol(Ahead(i), "(")) i++;
            return !Is(Ahead(i), "select") && !Is(Ahead(i), "with") && !Is(Ahead(i), "values");
        }
    }

    bool IsQueryInParentheses => IsSymbol("(") && (Is(Ahead(1), "select") || Is(Ahead(1), "with") || Is(Ahead(1), "values"));

    Query ParseQueryInParentheses()
    {
        Symbol("(");
        var query = ParseQuery();
        Symbol(")");
        return query;
    }

    FromItem ParseJoinInParentheses()
    {
        Symbol("(");
        var item = ParseFrom();
        Symbol(")");
        return item;
    }
}
