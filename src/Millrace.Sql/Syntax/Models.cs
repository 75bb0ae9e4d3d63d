using System.Collections.Immutable;

namespace Millrace.Sql.Syntax;

/// <summary>CREATE MODEL name WITH (options) AS query.</summary>
internal sealed record CreateModel(Name Name, ImmutableArray<OptionSyntax> Options, Query Query, EmitSyntax? Emit, Span Span) : Statement(Span);

/// <summary>ML_PREDICT(MODEL m, TABLE t) and its kin.</summary>
/// <param name="Function">The function.</param>
/// <param name="Model">The model.</param>
/// <param name="Input">The rows that it is asked about, or null.</param>
/// <param name="Arguments">What is given by name.</param>
/// <param name="Alias">Its alias.</param>
/// <param name="Columns">Names of its columns.</param>
/// <param name="Span">All of it.</param>
internal sealed record ModelItem(Name Function, Name Model, FromItem? Input, ImmutableArray<(Name Name, Expr Value)> Arguments, Name? Alias, ImmutableArray<Name> Columns, Span Span) : FromItem(Alias, Columns, Span);

/// <summary>ML_FORECAST or ML_DETECT_ANOMALIES (value, time, name => argument) OVER (window): several columns of a select list.</summary>
internal sealed record SeriesExpr(Name Function, Expr Value, Expr Time, ImmutableArray<(Name Name, Expr Value)> Arguments, WindowSyntax Window, Span Span) : Expr(Span)
{
    public override IEnumerable<Expr> Parts => [Value, Time, .. Window.PartitionBy];
}
