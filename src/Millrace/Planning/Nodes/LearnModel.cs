using Millrace.Operators;
using Millrace.Operators.Models;

namespace Millrace.Planning;

/// <summary>Test, then train: every row that a model learns from, with what the model said of it before it learned it.</summary>
/// <remarks>Reads final rows and gives each once, when the final frontier has passed it. Schema: the columns of the rows, then <see cref="ModelDefinition.Answers"/>.</remarks>
public sealed class LearnModel : UnaryNode
{
    /// <summary>The model; <see cref="UnaryNode.Input"/> is what it learns from.</summary>
    public required ModelDefinition Model { get; init; }
    /// <summary>Name of the view it belongs to, for late rows.</summary>
    public required string View { get; init; }
    /// <summary>The late policy of the source below.</summary>
    public required LatePolicy Late { get; init; }

    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;

    /// <inheritdoc/>
    public override string StateBound => "the model, and rows younger than the watermark";

    /// <inheritdoc/>
    public override string Details => Model.Details;

    internal override IEnumerable<object?> Parameters => [View, Late, .. Model.Parameters];

    internal override bool HasState => true;
    internal override bool ReadsFinal => true;
    internal override Exchange ExchangeOf(int input) => Exchange.By([]);

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs) => inputs[0].AsSpan().Fill(true); // ties are decided by the whole row

    internal override IOperator CreateOperator(OperatorContext context) => new LearnOperator(this, context);
}
