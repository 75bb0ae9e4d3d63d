using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Functions;

namespace Millrace.Planning;

/// <summary>CREATE MODEL: a model and the rows that it learns from.</summary>
/// <remarks>
/// A model belongs to those who read it: each <see cref="PredictModel"/> and <see cref="LearnModel"/> keeps one, and all of them are the same at the same event time, because a model is a function of its rows
/// alone. A row is learned when the final frontier has passed it, so once and as it stays; rows are learned in the order of that moment, those of one moment in the order of whole rows.
/// </remarks>
public sealed record ModelDefinition
{
    /// <summary>Share of errors that bounds are made for unless said otherwise.</summary>
    public const double UsualConfidence = 0.9;

    /// <summary>Share of rows that are no anomaly unless said otherwise.</summary>
    public const double UsualScoreConfidence = 0.99;

    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>What it is.</summary>
    public required ModelKind Kind { get; init; }
    /// <summary>The rows that it learns from, with nothing in them that is not read (what is not could still decide the order).</summary>
    public required PlanNode Rows { get; init; }
    /// <summary>The columns of <see cref="Rows"/> that it looks at: numbers, truth values (0 and 1) and texts (categories).</summary>
    public required ImmutableArray<int> Features { get; init; }
    /// <summary>The column that it learns to tell; -1 for those that tell how unusual a row is.</summary>
    public required int Target { get; init; }
    /// <summary>When a row is known.</summary>
    public required EventTime Time { get; init; }
    /// <summary>Where its random numbers begin.</summary>
    public ulong Seed { get; init; } = 42;
    /// <summary>The share of truths that lie within the bounds, or of rows that are no anomaly; above 0 and below 1.</summary>
    public double Confidence { get; init; } = UsualConfidence;
    /// <summary>Its text in the file.</summary>
    public string Text { get; init; } = "";

    /// <summary>The columns that it adds to a row.</summary>
    public ImmutableArray<Field> Answers => Kind.Answer switch
    {
        ModelAnswer.Class => [new("prediction", Rows.Schema[Target].Type), new("probability", DataType.Double)],
        ModelAnswer.Number => [new("prediction", DataType.Double), new("lower_bound", DataType.Double), new("upper_bound", DataType.Double)],
        _ => [new("score", DataType.Double), new("is_anomaly", DataType.Boolean)],
    };

    /// <summary>Whether values of a type can be looked at.</summary>
    public static bool CanBeFeature(DataType type) => type.IsNumeric || type.Kind is TypeKind.Boolean or TypeKind.Text;

    /// <summary>Whether values of a type can be what a kind of model tells.</summary>
    public static bool CanBeTarget(ModelAnswer answer, DataType type) => answer switch
    {
        ModelAnswer.Class => type.Kind is TypeKind.Boolean or TypeKind.Text or TypeKind.Integer or TypeKind.BigInt,
        ModelAnswer.Number => type.IsNumeric,
        _ => false,
    };

    /// <summary>What tells what it learns from that of another over the same rows.</summary>
    internal IEnumerable<object?> Parameters => [Name, Kind.Name, Features.Length, .. Features.Cast<object?>(), Target, Time, Seed, Confidence];

    /// <summary>What it is and what it learns, for EXPLAIN.</summary>
    internal string Details => $"{Kind.Name} {Name}{(Target < 0 ? "" : " of " + Rows.Schema[Target].Name)} from {string.Join(", ", Features.Select(f => Rows.Schema[f].Name))}";
}
