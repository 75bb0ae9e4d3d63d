using System.Collections.Immutable;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>Functions in FROM: f(x), LATERAL f(x), UNNEST(f(x)), TABLE(f(x)), each with or without WITH ORDINALITY.</summary>
internal sealed partial class Parser
{
    FromItem ParseLateral()
    {
        var start = Word("lateral");
        if (IsSymbol("("))
        {
            throw new SqlError(Codes.NotYet, start.Span.To(Current.Span),
                "a query behind LATERAL does not exist yet. Table functions can stand there: LATERAL string_to_table(t.tags, ',') AS u(tag); a query that does not depend on the tables before it needs no LATERAL.");
        }
        if (IsWord("table") && IsSymbol(Ahead(1), "(")) return ParseTableCall();
        return ParseCallInFrom(Name("a table function"));
    }

    /// <summary>TABLE(f(x)).</summary>
    FromItem ParseTableCall()
    {
        Word("table");
        Symbol("(");
        var item = ParseCallInFrom(Name("a table function, TUMBLE, HOP, CUMULATE or SESSION"));
        Symbol(")");
        return item is TableFunctionItem call && TryOrdinality() ? call with { HasOrdinality = true } : item;
    }

    FromItem ParseCallInFrom(Name function)
    {
        if (function.Text is "ml_predict" or "ml_explain" or "ml_evaluate") return ParseModelFunction(function);
        if (function.Text is "tumble" or "hop" or "cumulate" or "session" or "detect_objects") return ParseTableFunction(function);
        if (function.Text != "unnest") return ParseRows(function);
        Symbol("(");
        if (!IsName || !IsSymbol(Ahead(1), "("))
            throw new SqlError(Codes.BadTableFunction, Current.Span, "UNNEST takes a table function, e.g. UNNEST(string_to_table(x, ',')): there are no arrays. The elements of a JSON array are json_array_elements_text(x).");
        var rows = ParseRows(Name("a table function"));
        if (IsSymbol(",")) throw NotYet(Current.Span, "UNNEST of several", "Write one UNNEST behind the other, joined by CROSS JOIN.");
        Symbol(")");
        return TryOrdinality() ? rows with { HasOrdinality = true } : rows;
    }

    TableFunctionItem ParseRows(Name function)
    {
        Symbol("(");
        ImmutableArray<Expr> arguments = IsSymbol(")") ? [] : List(() => ParseExpression());
        Symbol(")");
        return new TableFunctionItem(function, arguments, TryOrdinality(), null, [], function.Span.To(Previous.Span));
    }

    bool TryOrdinality() => TryWords("with", "ordinality");
}
