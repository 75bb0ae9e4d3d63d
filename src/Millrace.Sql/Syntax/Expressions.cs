using System.Collections.Immutable;

namespace Millrace.Sql.Syntax;

/// <summary>An expression as it was written.</summary>
internal abstract record Expr(Span Span)
{
    /// <summary>How deep the tree below it is; limited, so that no text can exhaust the stack.</summary>
    public int Depth { get; set; } = 1;

    /// <summary>The expressions that it is made of.</summary>
    public virtual IEnumerable<Expr> Parts => [];
}

/// <summary>A number as written.</summary>
internal sealed record NumberExpr(string Digits, Span Span) : Expr(Span);

/// <summary>A text, quotes and escapes resolved.</summary>
internal sealed record TextExpr(string Value, Span Span) : Expr(Span);

/// <summary>TRUE, FALSE or NULL.</summary>
internal sealed record ConstantExpr(bool? Value, Span Span) : Expr(Span);

/// <summary>INTERVAL '...', TIMESTAMP '...', DATE '...'.</summary>
internal sealed record TypedTextExpr(string Type, string Value, Span Span) : Expr(Span);

/// <summary>A column, or table.column.</summary>
internal sealed record ColumnExpr(Name? Table, Name Column, Span Span) : Expr(Span);

/// <summary>* or table.*, in a select list only.</summary>
internal sealed record StarExpr(Name? Table, Span Span) : Expr(Span);

/// <summary>-x or +x.</summary>
internal sealed record SignExpr(bool IsMinus, Expr Operand, Span Span) : Expr(Span)
{
    public override IEnumerable<Expr> Parts => [Operand];
}

/// <summary>a operator b.</summary>
internal sealed record BinaryExpr(string Operator, Expr Left, Expr Right, Span OperatorSpan, Span Span) : Expr(Span)
{
    public override IEnumerable<Expr> Parts => [Left, Right];
}

/// <summary>AND or OR of two or more.</summary>
internal sealed record LogicalExpr(bool IsAnd, ImmutableArray<Expr> Conditions, Span Span) : Expr(Span)
{
    public override IEnumerable<Expr> Parts => Conditions;
}

/// <summary>NOT x.</summary>
internal sealed record NotExpr(Expr Operand, Span Span) : Expr(Span)
{
    public override IEnumerable<Expr> Parts => [Operand];
}

/// <summary>x IS [NOT] NULL, TRUE or FALSE (<paramref name="Value"/>).</summary>
internal sealed record IsExpr(Expr Operand, bool? Value, bool IsNegated, Span Span) : Expr(Span)
{
    public override IEnumerable<Expr> Parts => [Operand];
}

/// <summary>a IS [NOT] DISTINCT FROM b.</summary>
internal sealed record DistinctFromExpr(Expr Left, Expr Right, bool IsNegated, Span Span) : Expr(Span)
{
    public override IEnumerable<Expr> Parts => [Left, Right];
}

/// <summary>x [NOT] BETWEEN [SYMMETRIC] a AND b.</summary>
internal sealed record BetweenExpr(Expr Operand, Expr Low, Expr High, bool IsNegated, bool IsSymmetric, Span Span) : Expr(Span)
{
    public override IEnumerable<Expr> Parts => [Operand, Low, High];
}

/// <summary>x [NOT] IN (a, b, ...).</summary>
internal sealed record InExpr(Expr Operand, ImmutableArray<Expr> List, bool IsNegated, Span Span) : Expr(Span)
{
    public override IEnumerable<Expr> Parts => List.Prepend(Operand);
}

/// <summary>CASE [x] WHEN a THEN b ... [ELSE c] END.</summary>
internal sealed record CaseExpr(Expr? Operand, ImmutableArray<(Expr When, Expr Then)> Whens, Expr? Else, Span Span) : Expr(Span)
{
    public override IEnumerable<Expr> Parts
    {
        get
        {
            if (Operand is not null) yield return Operand;
            foreach (var (when, then) in Whens)
            {
                yield return when;
                yield return then;
            }
            if (Else is not null) yield return Else;
        }
    }
}

/// <summary>CAST(x AS type), x::type, TRY_CAST(x AS type).</summary>
internal sealed record CastExpr(Expr Operand, TypeSyntax Type, bool IsSoft, Span Span) : Expr(Span)
{
    public override IEnumerable<Expr> Parts => [Operand];
}

/// <summary>f(a, b), COUNT(*), SUM(DISTINCT x) FILTER (WHERE p); special spellings (EXTRACT, TRIM ...) arrive here too.</summary>
internal sealed record CallExpr(Name Function, ImmutableArray<Expr> Arguments, bool IsStar, bool IsDistinct, Expr? Filter, Span Span) : Expr(Span)
{
    /// <summary>f(x ORDER BY y), or f(p) WITHIN GROUP (ORDER BY x).</summary>
    public ImmutableArray<OrderItem> OrderBy { get; init; } = [];

    /// <summary>Whether <see cref="OrderBy"/> stands in WITHIN GROUP.</summary>
    public bool IsWithinGroup { get; init; }

    /// <summary>Whether only an aggregate can be called so.</summary>
    public bool IsAggregate => IsStar || IsDistinct || Filter is not null || !OrderBy.IsEmpty;

    public override IEnumerable<Expr> Parts => Arguments.Concat(Filter is null ? [] : [Filter]).Concat(OrderBy.Select(o => o.Expression));
}

/// <summary>A type as written: DECIMAL(10,3).</summary>
internal sealed record TypeSyntax(string Name, ImmutableArray<int> Arguments, Span Span);

/// <summary>(SELECT ...) as a value.</summary>
internal sealed record QueryExpr(Query Query, Span Span) : Expr(Span);

/// <summary>x [NOT] IN (SELECT ...).</summary>
internal sealed record InQueryExpr(Expr Operand, Query Query, bool IsNegated, Span Span) : Expr(Span)
{
    public override IEnumerable<Expr> Parts => [Operand];
}

/// <summary>EXISTS (SELECT ...).</summary>
internal sealed record ExistsExpr(Query Query, Span Span) : Expr(Span);
