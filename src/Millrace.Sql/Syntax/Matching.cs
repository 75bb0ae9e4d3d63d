using System.Collections.Immutable;
using Millrace.Planning;

namespace Millrace.Sql.Syntax;

/// <summary>table MATCH_RECOGNIZE (...).</summary>
internal sealed record MatchItem(FromItem Input, ImmutableArray<Expr> PartitionBy, ImmutableArray<OrderItem> OrderBy, ImmutableArray<SelectItem> Measures, SkipMode Skip, Name? SkipTo,
    ImmutableArray<PatternSyntax> Pattern, Span PatternSpan, Expr? Within, ImmutableArray<(Name Variable, Expr Condition)> Define, Name? Alias, ImmutableArray<Name> Columns, Span Span)
    : FromItem(Alias, Columns, Span);

/// <summary>A variable of PATTERN with its quantifier; without an upper limit <paramref name="Max"/> is <see cref="int.MaxValue"/>.</summary>
internal sealed record PatternSyntax(Name Variable, int Min, int Max, bool IsReluctant, Span Span);
