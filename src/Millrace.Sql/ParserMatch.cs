using System.Collections.Immutable;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>MATCH_RECOGNIZE.</summary>
internal sealed partial class Parser
{
    MatchItem ParseMatch(FromItem input)
    {
        var start = Word("match_recognize");
        Symbol("(");
        var partition = TryWords("partition", "by") ? List(() => ParseExpression()) : [];
        if (!IsWords("order", "by")) throw Expected("ORDER BY and the time column");
        _at += 2;
        var order = List(ParseOrderItem);
        var measures = TryWord("measures") ? List(ParseMeasure) : [];
        if (IsWord("all") && Is(Ahead(1), "rows")) throw NotYet(Current.Span, "ALL ROWS PER MATCH", "Write ONE ROW PER MATCH, and what is needed of the rows as MEASURES.");
        if (TryWords("one", "row"))
        {
            Word("per");
            Word("match");
        }
        var (skip, skipTo) = ParseSkip();
        Word("pattern");
        var pattern = ParsePattern(out var patternSpan);
        var within = TryWord("within") ? ParseExpression() : null;
        if (IsWord("subset")) throw NotYet(Current.Span, "SUBSET", "Name the variables one by one.");
        var define = TryWord("define") ? List(ParseDefinition) : [];
        Symbol(")");
        return new MatchItem(input, partition, order, measures, skip, skipTo, pattern, patternSpan, within, define, null, [], From(start));
    }

    SelectItem ParseMeasure()
    {
        if ((IsWord("running") || IsWord("final")) && Ahead(1).Kind == TokenKind.Word && !Is(Ahead(1), "as")) throw NotYet(Current.Span, Raw(Current).ToString().ToUpperInvariant(), "With ONE ROW PER MATCH measures see the whole match.");
        var expression = ParseExpression();
        if (!TryWord("as")) throw Expected("AS and the measure's name");
        return new SelectItem(expression, ParseLabel());
    }

    (SkipMode Mode, Name? To) ParseSkip()
    {
        if (!TryWord("after")) return (SkipMode.PastLastRow, null);
        Word("match");
        Word("skip");
        if (TryWords("past", "last"))
        {
            Word("row");
            return (SkipMode.PastLastRow, null);
        }
        Word("to");
        if (TryWords("next", "row")) return (SkipMode.ToNextRow, null);
        if (TryWord("first")) return (SkipMode.ToFirst, Name("a variable of the pattern"));
        TryWord("last");
        return (SkipMode.ToLast, Name("a variable of the pattern"));
    }

    (Name, Expr) ParseDefinition()
    {
        var variable = Name("a variable of the pattern");
        Word("as");
        return (variable, ParseExpression());
    }

    ImmutableArray<PatternSyntax> ParsePattern(out Span span)
    {
        var start = Symbol("(");
        var pattern = ImmutableArray.CreateBuilder<PatternSyntax>();
        while (!IsSymbol(")") || pattern.Count == 0)
        {
            RefuseOtherPatterns();
            var at = Current;
            var variable = Name("a variable of the pattern");
            var (min, max) = ParseQuantifier();
            var isReluctant = (min, max) != (1, 1) || IsSymbol(Previous, "}") ? TrySymbol("?") : false;
            pattern.Add(new(variable, min, max, isReluctant, From(at)));
        }
        Symbol(")");
        span = From(start);
        return pattern.ToImmutable();
    }

    void RefuseOtherPatterns()
    {
        var what = IsSymbol("(") ? "a group in a pattern" : IsSymbol("|") ? "an alternative in a pattern" : IsSymbol("{") ? "an exclusion in a pattern"
            : IsSymbol("^") || IsSymbol("$") ? "an anchor in a pattern" : IsWord("permute") && IsSymbol(Ahead(1), "(") ? "PERMUTE" : null;
        if (what is not null) throw NotYet(Current.Span, what, "A pattern is a row of variables, each with a quantifier: A B+ C*? D{2,3} E?");
    }

    /// <summary>?, *, +, {n}, {n,}, {n,m}, {,m} or nothing.</summary>
    (int Min, int Max) ParseQuantifier()
    {
        if (TrySymbol("?")) return (0, 1);
        if (TrySymbol("*")) return (0, int.MaxValue);
        if (TrySymbol("+")) return (1, int.MaxValue);
        if (!IsSymbol("{") || IsSymbol(Ahead(1), "-")) return (1, 1);
        var start = Take();
        var min = Current.Kind == TokenKind.Number ? ParseSmallNumber() : 0;
        var max = min;
        if (TrySymbol(",")) max = Current.Kind == TokenKind.Number ? ParseSmallNumber() : int.MaxValue;
        Symbol("}");
        return max >= min && max > 0 ? (min, max)
            : throw new SqlError(Codes.BadPattern, From(start), "a quantifier {n,m} takes at least n rows and at most m, and m is at least 1 and n.");
    }
}
