using System.Collections.Immutable;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>Expressions, by precedence as in PostgreSQL.</summary>
internal sealed partial class Parser
{
    /// <summary>How deep expressions and queries may be nested.</summary>
    const int MaxDepth = 200;

    const int OrLevel = 1, AndLevel = 2, NotLevel = 3, IsLevel = 4, ComparisonLevel = 5, LikeLevel = 6, OtherLevel = 7, SumLevel = 8, ProductLevel = 9, PowerLevel = 10,
        ZoneLevel = 11, SignLevel = 12;

    static SqlError TooDeep(Span span) => new(Codes.TooDeep, span, $"nested more than {MaxDepth} deep. Compute a part of it in a view or a query in FROM.");

    Expr ParseExpression(int least = 0)
    {
        var start = Current;
        Enter(start);
        var left = ParsePrefix();
        while (ParseOperator(left, least) is { } longer) left = longer;
        _level--;
        return left;
    }

    /// <summary>A node with its depth.</summary>
    static T Made<T>(T node) where T : Expr
    {
        foreach (var part in node.Parts) node.Depth = Math.Max(node.Depth, part.Depth + 1);
        return node.Depth <= MaxDepth ? node : throw TooDeep(node.Span);
    }

    Expr ParsePrefix()
    {
        var start = Current;
        if (TryWord("not"))
        {
            return Made(new NotExpr(ParseExpression(NotLevel), From(start)));
        }
        if (IsSymbol("-") || IsSymbol("+"))
        {
            var isMinus = IsSymbol("-");
            _at++;
            var operand = ParseExpression(SignLevel);
            if (operand is NumberExpr number && isMinus && number.Digits[0] != '-') return new NumberExpr("-" + number.Digits, From(start));
            return Made(new SignExpr(isMinus, operand, From(start)));
        }
        return ParsePrimary();
    }

    /// <summary>Takes an operator that binds at least as strongly as asked, with what follows it; null where there is none.</summary>
    Expr? ParseOperator(Expr left, int least)
    {
        var token = Current;
        if (token.Kind == TokenKind.Symbol) return ParseSymbolOperator(left, least);
        if (token.Kind != TokenKind.Word) return null;
        if (IsWord("or") && least <= OrLevel) return ParseLogical(left, "or", OrLevel);
        if (IsWord("and") && least <= AndLevel) return ParseLogical(left, "and", AndLevel);
        if (IsWord("is") && least <= IsLevel) return ParseIs(left);
        if ((IsWord("isnull") || IsWord("notnull")) && least <= IsLevel)
        {
            var isNegated = Is(Take(), "notnull");
            return Made(new IsExpr(left, null, isNegated, left.Span.To(Previous.Span)));
        }
        if (IsWord("at") && Is(Ahead(1), "time") && Is(Ahead(2), "zone") && least <= ZoneLevel)
        {
            _at += 3;
            var zone = ParseExpression(ZoneLevel + 1);
            return Made(new CallExpr(new("timezone", token.Span), [zone, left], false, false, null, left.Span.To(zone.Span)));
        }
        if (least > LikeLevel) return null;
        var isNot = IsWord("not");
        var word = isNot ? Ahead(1) : token;
        if (Is(word, "between")) return ParseBetween(left, isNot);
        if (Is(word, "in")) return ParseIn(left, isNot);
        if (Is(word, "like") || Is(word, "ilike")) return ParseLike(left, isNot);
        if (Is(word, "similar")) throw NotYet(word.Span, "SIMILAR TO", "Use ~ with a regular expression.");
        return null;
    }

    Expr? ParseSymbolOperator(Expr left, int least)
    {
        var token = Current;
        var symbol = Raw(token).ToString();
        if (symbol == "::")
        {
            _at++;
            var type = ParseType();
            return Made(new CastExpr(left, type, false, left.Span.To(type.Span)));
        }
        if (symbol == "[") throw NotYet(token.Span, "[...]", "There are no arrays.");
        var level = symbol switch
        {
            "^" => PowerLevel,
            "*" or "/" or "%" => ProductLevel,
            "+" or "-" => SumLevel,
            "=" or "<>" or "!=" or "<" or "<=" or ">" or ">=" => ComparisonLevel,
            "||" or "~" or "~*" or "!~" or "!~*" or "->" or "->>" or "&" or "|" or "#" or "<<" or ">>" => OtherLevel,
            _ => -1,
        };
        if (level < 0 || level < least) return null;
        _at++;
        if (IsWord("any") || IsWord("all") || IsWord("some")) throw NotYet(Current.Span, $"{symbol} {Raw(Current).ToString().ToUpperInvariant()} (...)", "Use IN (...).");
        var right = ParseExpression(level + 1);
        return Made(new BinaryExpr(symbol == "!=" ? "<>" : symbol, left, right, token.Span, left.Span.To(right.Span)));
    }

    LogicalExpr ParseLogical(Expr left, string word, int level)
    {
        var conditions = ImmutableArray.CreateBuilder<Expr>();
        conditions.Add(left);
        while (TryWord(word)) conditions.Add(ParseExpression(level + 1));
        return Made(new LogicalExpr(word == "and", conditions.ToImmutable(), left.Span.To(Previous.Span)));
    }

    Expr ParseIs(Expr left)
    {
        Word("is");
        var isNegated = TryWord("not");
        if (TryWords("distinct", "from"))
        {
            var right = ParseExpression(IsLevel + 1);
            return Made(new DistinctFromExpr(left, right, isNegated, left.Span.To(right.Span)));
        }
        bool? value = null;
        if (IsWord("true") || IsWord("false")) value = IsWord("true");
        else if (!IsWord("null") && !IsWord("unknown")) throw Expected("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM after IS");
        _at++;
        return Made(new IsExpr(left, value, isNegated, left.Span.To(Previous.Span)));
    }

    BetweenExpr ParseBetween(Expr left, bool isNegated)
    {
        _at += isNegated ? 2 : 1;
        var isSymmetric = TryWord("symmetric");
        if (!isSymmetric) TryWord("asymmetric");
        var low = ParseExpression(LikeLevel + 1);
        Word("and");
        var high = ParseExpression(LikeLevel + 1);
        return Made(new BetweenExpr(left, low, high, isNegated, isSymmetric, left.Span.To(high.Span)));
    }

    Expr ParseIn(Expr left, bool isNegated)
    {
        _at += isNegated ? 2 : 1;
        if (IsQueryInParentheses)
        {
            var query = ParseQueryInParentheses();
            return Made(new InQueryExpr(left, query, isNegated, left.Span.To(Previous.Span)));
        }
        var list = Parenthesised(() => ParseExpression());
        return Made(new InExpr(left, list, isNegated, left.Span.To(Previous.Span)));
    }

    Expr ParseLike(Expr left, bool isNegated)
    {
        _at += isNegated ? 1 : 0;
        var word = Take();
        var pattern = ParseExpression(LikeLevel + 1);
        var arguments = TryWord("escape") ? ImmutableArray.Create(left, pattern, ParseExpression(LikeLevel + 1)) : [left, pattern];
        var span = left.Span.To(Previous.Span);
        var call = Made(new CallExpr(new(Raw(word).ToString().ToLowerInvariant(), word.Span), arguments, false, false, null, span));
        return isNegated ? Made(new NotExpr(call, span)) : call;
    }
}
