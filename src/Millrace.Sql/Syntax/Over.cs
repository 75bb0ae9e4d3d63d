using System.Collections.Immutable;

namespace Millrace.Sql.Syntax;

/// <summary>f(...) OVER (...), or OVER name.</summary>
internal sealed record OverExpr(CallExpr Call, WindowSyntax Window, Span Span) : Expr(Span)
{
    /// <summary>What it computes from; the call itself is no aggregate of the query.</summary>
    public override IEnumerable<Expr> Parts => Call.Parts.Concat(Window.PartitionBy).Concat(Window.OrderBy.Select(o => o.Expression));
}

/// <summary>[name] [PARTITION BY ...] [ORDER BY ...] [frame]: behind OVER, or behind WINDOW name AS. The name is that of a window that it is, or builds on.</summary>
internal sealed record WindowSyntax(Name? Base, ImmutableArray<Expr> PartitionBy, ImmutableArray<OrderItem> OrderBy, FrameSyntax? Frame, Span Span);

/// <summary>name AS (window), behind WINDOW.</summary>
internal sealed record NamedWindow(Name Name, WindowSyntax Window);

/// <summary>ROWS or RANGE BETWEEN start AND end.</summary>
internal sealed record FrameSyntax(bool IsRows, BoundSyntax Start, BoundSyntax End, Span Span);

/// <summary>One end of a frame: UNBOUNDED where there is neither offset nor current row.</summary>
internal sealed record BoundSyntax(Expr? Offset, bool IsCurrentRow, bool IsFollowing, Span Span)
{
    public bool IsUnbounded => Offset is null && !IsCurrentRow;
}
