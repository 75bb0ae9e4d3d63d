using System.Collections.Immutable;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>OVER, its frames, and WINDOW.</summary>
internal sealed partial class Parser
{
    /// <summary>A call, with the OVER that may follow it.</summary>
    Expr ParseOver(CallExpr call)
    {
        if (Current.Kind == TokenKind.Word && (IsWord("ignore") || IsWord("respect")) && Is(Ahead(1), "nulls"))
        {
            if (IsWord("ignore")) throw NotYet(Current.Span.To(Ahead(1).Span), "IGNORE NULLS", "Filter the NULLs in a query in FROM.");
            _at += 2;
        }
        var next = Ahead(1);
        if (!IsWord("over") || !IsSymbol(next, "(") && next.Kind != TokenKind.QuotedName && (next.Kind != TokenKind.Word || Keywords.IsReserved(Raw(next)))) return Made(call);
        _at++;
        var window = IsSymbol("(") ? ParseWindow() : NamedOnly();
        return Made(new OverExpr(call, window, call.Span.To(Previous.Span)));
    }

    WindowSyntax NamedOnly()
    {
        var name = Name("a window");
        return new(name, [], [], null, name.Span);
    }

    ImmutableArray<NamedWindow> ParseNamedWindows() => TryWord("window") ? List(() =>
    {
        var name = Name("a window");
        Word("as");
        return new NamedWindow(name, ParseWindow());
    }) : [];

    WindowSyntax ParseWindow()
    {
        var start = Symbol("(");
        var isBase = IsName && !IsWords("partition", "by") && !((IsWord("rows") || IsWord("range") || IsWord("groups")) && Ahead(1).Kind != TokenKind.Symbol);
        var name = isBase ? Name("a window") : null;
        ImmutableArray<Expr> partition = TryWords("partition", "by") ? List(() => ParseExpression()) : [];
        ImmutableArray<OrderItem> order = TryWords("order", "by") ? List(ParseOrderItem) : [];
        var frame = IsWord("rows") || IsWord("range") || IsWord("groups") ? ParseFrame() : null;
        Symbol(")");
        return new(name, partition, order, frame, From(start));
    }

    FrameSyntax ParseFrame()
    {
        var start = Take();
        if (Is(start, "groups")) throw NotYet(start.Span, "GROUPS", "Use ROWS or RANGE.");
        BoundSyntax from, to;
        if (TryWord("between"))
        {
            from = ParseBound();
            Word("and");
            to = ParseBound();
        }
        else
        {
            from = ParseBound();
            to = new(null, true, false, from.Span);
        }
        if (IsWord("exclude")) throw NotYet(Current.Span, "EXCLUDE");
        return new(Is(start, "rows"), from, to, From(start));
    }

    BoundSyntax ParseBound()
    {
        var start = Current;
        if (TryWords("current", "row")) return new(null, true, false, From(start));
        var offset = TryWord("unbounded") ? null : ParseExpression(SumLevel);
        var isFollowing = TryWord("following");
        if (!isFollowing) Word("preceding");
        return new(offset, false, isFollowing, From(start));
    }
}
