using System.Collections.Immutable;

namespace Millrace.Sql.Syntax;

/// <summary>CREATE TEST.</summary>
internal sealed record CreateTest(Name Name, ImmutableArray<StepSyntax> Steps, Span Span) : Statement(Span);

/// <summary>A step of a test; the span is that of its first words.</summary>
internal abstract record StepSyntax(Span Span);

/// <summary>GIVEN source [(columns)] VALUES rows.</summary>
internal sealed record GivenSyntax(Name Source, ImmutableArray<Name> Columns, ImmutableArray<RowSyntax> Rows, Span Span) : StepSyntax(Span);

/// <summary>ADVANCE EVENT TIME [OF source] TO time.</summary>
internal sealed record AdvanceTimeSyntax(Name? Source, Expr To, Span Span) : StepSyntax(Span);

/// <summary>ADVANCE CLOCK BY interval.</summary>
internal sealed record AdvanceClockSyntax(Expr By, Span Span) : StepSyntax(Span);

/// <summary>END [OF source].</summary>
internal sealed record EndSyntax(Name? Source, Span Span) : StepSyntax(Span);

/// <summary>EXPECT query RETURNS rows, or NOTHING (no rows).</summary>
internal sealed record ExpectSyntax(Query Query, ImmutableArray<RowSyntax> Rows, Span Span) : StepSyntax(Span);

/// <summary>(value, ...).</summary>
internal sealed record RowSyntax(ImmutableArray<Expr> Values, Span Span);
