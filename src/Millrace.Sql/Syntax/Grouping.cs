using System.Collections.Immutable;

namespace Millrace.Sql.Syntax;

/// <summary>An element of GROUP BY that is more than one expression.</summary>
internal sealed record GroupingExpr(GroupingKind Kind, ImmutableArray<Expr> Elements, Span Span) : Expr(Span)
{
    public override IEnumerable<Expr> Parts => Elements;
}

/// <summary>The kinds of such an element.</summary>
internal enum GroupingKind
{
    /// <summary>(a, b), taken as one; () is none.</summary>
    Composite,
    /// <summary>GROUPING SETS (...): the sets of its elements, one after the other.</summary>
    Sets,
    /// <summary>ROLLUP (a, b): (a, b), (a), ().</summary>
    Rollup,
    /// <summary>CUBE (a, b): (a, b), (a), (b), ().</summary>
    Cube,
}
