using System.Collections.Immutable;
using Millrace.Planning;

namespace Millrace.Sql.Syntax;

/// <summary>A statement as it was written.</summary>
internal abstract record Statement(Span Span);

/// <summary>CREATE SOURCE.</summary>
internal sealed record CreateSource(Name Name, ImmutableArray<ColumnSyntax> Columns, WatermarkSyntax? Watermark, ImmutableArray<ConstraintSyntax> Constraints,
    ImmutableArray<OptionSyntax> Options, LateSyntax? Late, Span Span) : Statement(Span)
{
    /// <summary>PRIMARY KEY, or empty.</summary>
    public ImmutableArray<Name> PrimaryKey { get; init; } = [];
}

/// <summary>A column: a type and where it comes from, or an expression.</summary>
internal sealed record ColumnSyntax(Name Name, TypeSyntax? Type, Expr? Generated, string? Path, MaskSyntax? Mask)
{
    /// <summary>METADATA FROM 'name': what is known of a message besides its fields; null for a field.</summary>
    public Name? Metadata { get; init; }
}

/// <summary>MASKED WITH (...).</summary>
internal sealed record MaskSyntax(ImmutableArray<OptionSyntax> Options, Span Span);

/// <summary>WATERMARK FOR column AS expression.</summary>
internal sealed record WatermarkSyntax(Name Column, Expr Expression, Span Span);

/// <summary>CONSTRAINT name EXPECT (predicate) ON VIOLATION action.</summary>
internal sealed record ConstraintSyntax(Name Name, Expr Predicate, string Text, ViolationAction Action);

/// <summary>ON LATE [UPDATE FOR interval THEN] TO table, or DROP (no table).</summary>
internal sealed record LateSyntax(Expr? Allowed, Name? Table);

/// <summary>name = value. A text may hold ${NAME}; of a secret the value is its name.</summary>
internal sealed record OptionSyntax(Name Name, string Value, OptionValueKind Kind, Span ValueSpan)
{
    public bool IsSecret => Kind == OptionValueKind.Secret;
}

/// <summary>How an option's value was written.</summary>
internal enum OptionValueKind { Text, Number, Boolean, Secret }

/// <summary>CREATE [MATERIALIZED] VIEW.</summary>
internal sealed record CreateView(Name Name, bool IsMaterialized, ImmutableArray<ConstraintSyntax> Constraints, ImmutableArray<OptionSyntax> Options, Query Query, EmitSyntax? Emit,
    Span Span) : Statement(Span);

/// <summary>EMIT ...</summary>
internal sealed record EmitSyntax(EmitMode Mode, Expr? Every, Span Span);

/// <summary>CREATE SINK.</summary>
internal sealed record CreateSink(Name Name, Name View, EmitSyntax? Emit, ImmutableArray<OptionSyntax> Options, Span Span) : Statement(Span);

/// <summary>CREATE DASHBOARD.</summary>
internal sealed record CreateDashboard(Name Name, string? Title, ImmutableArray<TileSyntax> Tiles, Span Span) : Statement(Span);

/// <summary>TILE kind 'title' FROM view ...</summary>
internal sealed record TileSyntax(Name Kind, string? Title, Name? View, ImmutableArray<TileClause> Clauses, Span Span);

/// <summary>VALUE column, WIDTH 2 ...: the word, and a name, a number or a text.</summary>
internal sealed record TileClause(Name Word, string Value, Span ValueSpan);

/// <summary>SET name = value.</summary>
internal sealed record SetSetting(OptionSyntax Option, Span Span) : Statement(Span);

/// <summary>A query by itself.</summary>
internal sealed record QueryStatement(Query Query, Span Span) : Statement(Span);

/// <summary>EXPLAIN query, or EXPLAIN view.</summary>
internal sealed record ExplainStatement(Query? Query, Name? View, bool IsAnalyzed, Span Span) : Statement(Span);

/// <summary>SHOW what.</summary>
internal sealed record ShowStatement(Name What, Span Span) : Statement(Span);
