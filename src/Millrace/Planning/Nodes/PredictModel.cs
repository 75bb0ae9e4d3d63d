using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Operators;
using Millrace.Operators.Models;

namespace Millrace.Planning;

/// <summary>ML_PREDICT and ML_EXPLAIN: every row with what a model says of it that has learned exactly what was known before the row's time.</summary>
/// <remarks>
/// Left: the rows. Right: those that the model learns from. Both are read final, each once. A row of time t is told when the final frontier of both has passed t, by a model that has learned the rows that
/// were known before t and no other: so what it says does not depend on who came first, and never looks ahead. Schema: the left columns, then <see cref="ModelDefinition.Answers"/>;
/// where it explains then <see cref="Explanation"/>, and a row stands once for each feature.
/// </remarks>
public sealed class PredictModel : BinaryNode
{
    /// <summary>The model.</summary>
    public required ModelDefinition Model { get; init; }
    /// <summary>For each feature of the model the left column that has it.</summary>
    public required ImmutableArray<int> Features { get; init; }
    /// <summary>The left side's column of event time, and its lag.</summary>
    public required EventTime Time { get; init; }
    /// <summary>Name of the view it belongs to, for late rows.</summary>
    public required string View { get; init; }
    /// <summary>The late policy of the sources below.</summary>
    public required LatePolicy Late { get; init; }

    /// <summary>Whether it tells of each feature what it did to the answer.</summary>
    public bool Explains { get; init; }

    /// <summary>What an explanation adds: a feature, and by how much the answer (the likeliest class's probability, the number, the score) would be less if the feature were missing.</summary>
    public static ImmutableArray<Field> Explanation { get; } = [new("feature", DataType.Text), new("contribution", DataType.Double)];

    /// <inheritdoc/>
    public override string Name => Explains ? "ExplainModel" : base.Name;

    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;

    /// <inheritdoc/>
    public override string StateBound => "the model, and rows younger than the watermark";

    /// <inheritdoc/>
    public override string Details => Model.Details;

    internal override IEnumerable<object?> Parameters => [View, Late, Time, Explains, .. Features.Cast<object?>(), .. Model.Parameters];

    internal override bool HasState => true;
    internal override bool ReadsFinal => true;
    internal override Exchange ExchangeOf(int input) => Exchange.By([]);

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        ColumnUse.Pass(output[..Left.Schema.Count], inputs[0]);
        ColumnUse.Mark(Features, inputs[0]);
        inputs[0][Time.Column] = true;
        inputs[1].AsSpan().Fill(true); // ties are decided by the whole row
    }

    internal override IOperator CreateOperator(OperatorContext context) => new PredictOperator(this, context);
}
