using System.Collections.Immutable;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>What expressions are made of: literals, columns, calls and their special spellings, CASE, CAST, types.</summary>
internal sealed partial class Parser
{
    Expr ParsePrimary()
    {
        var start = Current;
        switch (start.Kind)
        {
            case TokenKind.Number:
                _at++;
                return new NumberExpr(Raw(start).ToString(), start.Span);
            case TokenKind.Text or TokenKind.EscapedText:
                _at++;
                return new TextExpr(Unquote(start), start.Span);
            case TokenKind.QuotedName: return ParseColumnOrCall();
            case TokenKind.Word: return ParseWord();
        }
        if (IsSymbol("*")) throw new SqlError(Codes.Unexpected, start.Span, "found '*' where an expression was expected; * stands alone in a select list or in COUNT(*).");
        if (IsQueryInParentheses) return new QueryExpr(ParseQueryInParentheses(), From(start));
        if (!TrySymbol("(")) throw Expected("an expression");
        var inner = ParseExpression();
        if (IsSymbol(",")) throw NotYet(Current.Span, "a row of several values (a, b)");
        Symbol(")");
        return inner;
    }

    Expr ParseWord()
    {
        var start = Current;
        var next = Ahead(1);
        if (TryWord("true")) return new ConstantExpr(true, start.Span);
        if (TryWord("false")) return new ConstantExpr(false, start.Span);
        if (TryWord("null")) return new ConstantExpr(null, start.Span);
        if (IsWord("case")) return ParseCase();
        if (TryWord("exists")) return new ExistsExpr(ParseQueryInParentheses(), From(start));
        if (IsWord("array")) throw NotYet(start.Span, "ARRAY");
        if (next.Kind is TokenKind.Text or TokenKind.EscapedText && (IsWord("interval") || IsWord("timestamp") || IsWord("timestamptz") || IsWord("date") || IsWord("time")))
            return ParseTypedText();
        if (IsSymbol(next, "("))
        {
            if (IsWord("cast") || IsWord("try_cast")) return ParseCast();
            if (IsWord("extract")) return ParseExtract();
            if (IsWord("substring")) return ParseSubstring();
            if (IsWord("position")) return ParsePosition();
            if (IsWord("trim")) return ParseTrim();
            if (IsWord("timestampdiff") || IsWord("timestampadd")) return ParseTimeStep();
            if (IsWord("left") || IsWord("right")) return ParseCall(new(Raw(Take()).ToString().ToLowerInvariant(), start.Span));
        }
        else if (IsWord("current_timestamp") || IsWord("localtimestamp"))
        {
            _at++;
            return new CallExpr(new("now", start.Span), [], false, false, null, start.Span);
        }
        return Keywords.IsReserved(Raw(start)) ? throw Expected("an expression") : ParseColumnOrCall();
    }

    Expr ParseColumnOrCall()
    {
        var start = Current;
        var name = Name("an expression");
        if (IsSymbol("(")) return ParseCall(name);
        if (!IsSymbol(".")) return new ColumnExpr(null, name, name.Span);
        _at++;
        if (TrySymbol("*")) return new StarExpr(name, From(start));
        var column = Name("a column");
        if (IsSymbol(".")) throw new SqlError(Codes.Unexpected, Current.Span, "found a third part of a name; columns are written column or table.column.");
        return new ColumnExpr(name, column, From(start));
    }

    Expr ParseCall(Name name)
    {
        if (name.Text is "ml_forecast" or "ml_detect_anomalies") return ParseSeries(name);
        Symbol("(");
        var isStar = false;
        var isDistinct = false;
        ImmutableArray<Expr> arguments = [];
        ImmutableArray<OrderItem> order = [];
        if (TrySymbol("*")) isStar = true;
        else if (!IsSymbol(")"))
        {
            isDistinct = TryWord("distinct");
            if (!isDistinct) TryWord("all");
            arguments = List(() => ParseExpression());
            if (TryWords("order", "by")) order = List(ParseOrderItem);
        }
        if (IsSymbol("=>")) throw new SqlError(Codes.Unexpected, Current.Span, "found '=>'; named arguments are those of TUMBLE and HOP.");
        Symbol(")");
        var isWithin = IsWords("within", "group");
        if (isWithin)
        {
            if (!order.IsEmpty) throw new SqlError(Codes.Repeated, Current.Span, "an aggregate has one ORDER BY, inside its parentheses or in WITHIN GROUP.");
            order = ParseWithinGroup();
        }
        Expr? filter = null;
        if (IsWord("filter") && IsSymbol(Ahead(1), "("))
        {
            _at += 2;
            Word("where");
            filter = ParseExpression();
            Symbol(")");
        }
        return ParseOver(new CallExpr(name, arguments, isStar, isDistinct, filter, name.Span.To(Previous.Span)) { OrderBy = order, IsWithinGroup = isWithin });
    }

    // WITHIN GROUP (ORDER BY a, b)
    ImmutableArray<OrderItem> ParseWithinGroup()
    {
        _at += 2;
        Symbol("(");
        Word("order");
        Word("by");
        var order = List(ParseOrderItem);
        Symbol(")");
        return order;
    }

    CaseExpr ParseCase()
    {
        var start = Take();
        var operand = IsWord("when") ? null : ParseExpression();
        var whens = ImmutableArray.CreateBuilder<(Expr, Expr)>();
        if (!IsWord("when")) throw Expected("WHEN");
        while (TryWord("when"))
        {
            var when = ParseExpression();
            Word("then");
            whens.Add((when, ParseExpression()));
        }
        var otherwise = TryWord("else") ? ParseExpression() : null;
        Word("end");
        return Made(new CaseExpr(operand, whens.ToImmutable(), otherwise, From(start)));
    }

    TypedTextExpr ParseTypedText()
    {
        var start = Take();
        var type = Raw(start).ToString().ToLowerInvariant();
        if (type == "time") throw NotYet(start.Span, "the type TIME", "Use INTERVAL for a time of day.");
        var (value, _) = Text("a text");
        if (type == "interval" && Current.Kind == TokenKind.Word && IsUnit(Raw(Current)))
        {
            value += " " + Raw(Take()).ToString();
            if (IsWord("to")) throw NotYet(Current.Span, "INTERVAL ... TO ...", "Write INTERVAL '1 day 2 hours'.");
        }
        return new TypedTextExpr(type is "interval" ? "interval" : "timestamp", value, From(start));
    }

    static bool IsUnit(ReadOnlySpan<char> word)
    {
        foreach (var unit in (ReadOnlySpan<string>)["year", "month", "week", "day", "hour", "minute", "second"])
            if (word.Equals(unit, StringComparison.OrdinalIgnoreCase) || word.EndsWith("s", StringComparison.OrdinalIgnoreCase) && word[..^1].Equals(unit, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    CastExpr ParseCast()
    {
        var start = Take();
        Symbol("(");
        var operand = ParseExpression();
        Word("as");
        var type = ParseType();
        Symbol(")");
        return Made(new CastExpr(operand, type, Is(start, "try_cast"), From(start)));
    }

    CallExpr Special(string name, Token start, params ImmutableArray<Expr> arguments) => Made(new CallExpr(new(name, start.Span), arguments, false, false, null, From(start)));

    // EXTRACT(field FROM x)
    Expr ParseExtract()
    {
        var start = Take();
        Symbol("(");
        var token = Current;
        if (token.Kind is not (TokenKind.Word or TokenKind.Text) || !Is(Ahead(1), "from")) throw Expected("a field and FROM, as in EXTRACT(HOUR FROM x),");
        var field = token.Kind == TokenKind.Word ? Raw(token).ToString().ToLowerInvariant() : Unquote(token);
        _at += 2;
        var operand = ParseExpression();
        Symbol(")");
        return Special("extract", start, new TextExpr(field, token.Span), operand);
    }

    // TIMESTAMPDIFF(HOUR, a, b): the unit may be a word
    Expr ParseTimeStep()
    {
        var start = Current;
        var name = Name("a function");
        if (Ahead(1).Kind != TokenKind.Word || !IsSymbol(Ahead(2), ",")) return ParseCall(name);
        Symbol("(");
        var unit = Take();
        Symbol(",");
        var arguments = List(() => ParseExpression());
        Symbol(")");
        return Special(name.Text, start, [new TextExpr(Raw(unit).ToString().ToLowerInvariant(), unit.Span), .. arguments]);
    }

    // SUBSTRING(x FROM a FOR b), or as a plain call
    Expr ParseSubstring()
    {
        var start = Take();
        Symbol("(");
        var arguments = ImmutableArray.CreateBuilder<Expr>();
        arguments.Add(ParseExpression());
        if (IsWord("from") || IsWord("for"))
        {
            arguments.Add(TryWord("from") ? ParseExpression() : new NumberExpr("1", Current.Span));
            if (TryWord("for")) arguments.Add(ParseExpression());
        }
        else
            while (TrySymbol(",")) arguments.Add(ParseExpression());
        Symbol(")");
        return Special("substring", start, arguments.ToImmutable());
    }

    // POSITION(part IN text), or as a plain call
    Expr ParsePosition()
    {
        var start = Take();
        Symbol("(");
        var first = ParseExpression(LikeLevel + 1);
        if (!TryWord("in")) Symbol(",");
        var second = ParseExpression();
        Symbol(")");
        return Special("position", start, first, second);
    }

    // TRIM([BOTH | LEADING | TRAILING] [characters] [FROM] x), or TRIM(x, characters)
    Expr ParseTrim()
    {
        var start = Take();
        Symbol("(");
        var name = "btrim";
        if (TryWord("leading")) name = "ltrim";
        else if (TryWord("trailing")) name = "rtrim";
        else TryWord("both");
        var first = TryWord("from") ? null : ParseExpression();
        Expr[] arguments;
        if (first is null) arguments = [ParseExpression()];
        else if (TryWord("from"))
        {
            var operand = ParseExpression();
            arguments = [operand, first];
        }
        else arguments = TrySymbol(",") ? [first, ParseExpression()] : [first];
        Symbol(")");
        return Special(name, start, [.. arguments]);
    }

    /// <summary>A type: names of one or more words, (p, s), WITH TIME ZONE.</summary>
    TypeSyntax ParseType()
    {
        var start = Current;
        var name = Name("a type").Text;
        if (name == "double") TryWord("precision");
        if (name == "character") TryWord("varying");
        ImmutableArray<int> arguments = [];
        if (IsSymbol("(")) arguments = Parenthesised(ParseSmallNumber);
        if (name == "timestamp" && (IsWords("with", "time") || IsWords("without", "time")))
        {
            _at += 2;
            Word("zone");
        }
        if (IsSymbol("[") && IsSymbol(Ahead(1), "]")) throw NotYet(Current.Span, "an array type");
        return new TypeSyntax(name, arguments, From(start));
    }

    int ParseSmallNumber()
    {
        if (Current.Kind == TokenKind.Number && int.TryParse(Raw(Current), System.Globalization.NumberStyles.None, null, out var number))
        {
            _at++;
            return number;
        }
        throw Expected("a whole number");
    }
}
