using System.Collections.Immutable;

namespace Millrace.Sql.Syntax;

/// <summary>[WITH ...] body [ORDER BY ...] [LIMIT n] [OFFSET n].</summary>
internal sealed record Query(ImmutableArray<CommonTable> With, QueryBody Body, ImmutableArray<OrderItem> OrderBy, Expr? Limit, Expr? Offset, Span TailSpan, Span Span);

/// <summary>name [(columns)] AS (query).</summary>
internal sealed record CommonTable(Name Name, ImmutableArray<Name> Columns, Query Query);

/// <summary>SELECT, VALUES or UNION ALL of such.</summary>
internal abstract record QueryBody(Span Span);

/// <summary>SELECT ... FROM ... WHERE ... GROUP BY ... HAVING ...</summary>
internal sealed record SelectBody(bool IsDistinct, ImmutableArray<Expr> DistinctOn, ImmutableArray<SelectItem> Items, FromItem? From, Expr? Where, ImmutableArray<Expr> GroupBy,
    Expr? Having, Span Span) : QueryBody(Span)
{
    /// <summary>WINDOW name AS (...), ...</summary>
    public ImmutableArray<NamedWindow> Windows { get; init; } = [];
}

/// <summary>VALUES (1, 'a'), (2, 'b').</summary>
internal sealed record ValuesBody(ImmutableArray<ImmutableArray<Expr>> Rows, Span Span) : QueryBody(Span);

/// <summary>a UNION ALL b UNION ALL c.</summary>
internal sealed record UnionBody(ImmutableArray<QueryBody> All, Span Span) : QueryBody(Span);

/// <summary>a UNION b, a INTERSECT [ALL] b, a EXCEPT [ALL] b.</summary>
internal sealed record SetBody(SetWord Word, bool IsAll, QueryBody Left, QueryBody Right, Span Span) : QueryBody(Span)
{
    /// <summary>As SQL writes it.</summary>
    public string Text => Word.ToString().ToUpperInvariant() + (IsAll ? " ALL" : "");
}

/// <summary>The words between two queries.</summary>
internal enum SetWord { Union, Intersect, Except }

/// <summary>A query in parentheses as a part of UNION ALL.</summary>
internal sealed record NestedBody(Query Query, Span Span) : QueryBody(Span);

/// <summary>expression [AS alias].</summary>
internal sealed record SelectItem(Expr Expression, Name? Alias);

/// <summary>expression [ASC | DESC] [NULLS FIRST | LAST].</summary>
internal sealed record OrderItem(Expr Expression, bool IsDescending, bool? NullsFirst);

/// <summary>What stands in FROM, with its alias and the names it gives to columns.</summary>
internal abstract record FromItem(Name? Alias, ImmutableArray<Name> Columns, Span Span);

/// <summary>A table by name.</summary>
internal sealed record TableItem(Name Table, Name? Alias, ImmutableArray<Name> Columns, Span Span) : FromItem(Alias, Columns, Span)
{
    /// <summary>FOR SYSTEM_TIME AS OF, or null.</summary>
    public Expr? AsOf { get; init; }
}

/// <summary>(query).</summary>
internal sealed record QueryItem(Query Query, Name? Alias, ImmutableArray<Name> Columns, Span Span) : FromItem(Alias, Columns, Span);

/// <summary>TUMBLE(t, ts, size), HOP(t, ts, slide, size), CUMULATE(t, ts, step, size) or SESSION(t PARTITION BY k, ts, gap).</summary>
internal sealed record WindowItem(Name Function, FromItem Input, ImmutableArray<Expr> Partition, Name Time, ImmutableArray<(Name? Name, Expr Value)> Arguments, Name? Alias, ImmutableArray<Name> Columns, Span Span)
    : FromItem(Alias, Columns, Span);

/// <summary>left JOIN right ON condition, or USING (columns); a comma is CROSS.</summary>
/// <param name="Kind">Which rows go on.</param>
/// <param name="Left">The left side.</param>
/// <param name="Right">The right side.</param>
/// <param name="On">The condition, or null.</param>
/// <param name="Using">Columns of one name on both sides that must be equal.</param>
/// <param name="Word">Where the word JOIN (or the comma) stands.</param>
/// <param name="Span">All of it.</param>
internal sealed record JoinItem(JoinSyntax Kind, FromItem Left, FromItem Right, Expr? On, ImmutableArray<Name> Using, Span Word, Span Span) : FromItem(null, [], Span);

/// <summary>left JOIN table FOR SYSTEM_TIME AS OF time ON condition, or left ASOF JOIN right ON condition.</summary>
/// <param name="Kind">Inner or left.</param>
/// <param name="IsAsof">ASOF JOIN; otherwise the right side has a <see cref="TableItem.AsOf"/>.</param>
/// <param name="Left">The left side.</param>
/// <param name="Right">The right side.</param>
/// <param name="On">The condition, or null.</param>
/// <param name="Using">Columns of one name on both sides; of ASOF the last one is compared.</param>
/// <param name="Word">Where the word JOIN stands.</param>
/// <param name="Span">All of it.</param>
internal sealed record LookupItem(JoinSyntax Kind, bool IsAsof, FromItem Left, FromItem Right, Expr? On, ImmutableArray<Name> Using, Span Word, Span Span) : FromItem(null, [], Span);

/// <summary>The kinds of <see cref="JoinItem"/> as they are written.</summary>
internal enum JoinSyntax { Inner, Left, Right, Full, Cross }
