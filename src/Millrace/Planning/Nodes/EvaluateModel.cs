using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Operators;
using Millrace.Operators.Models;

namespace Millrace.Planning;

/// <summary>ML_EVALUATE: how well a model does, one row for each stretch of event time in which it was tested, told when that is over.</summary>
/// <remarks>
/// Reads a <see cref="LearnModel"/>, in whose rows what was said stands before it was learned. Rows without a target, or of which nothing was said yet, do not count. Schema: window_start, window_end, the number of rows so far, metrics over all
/// of them, over the last ones, those of always saying what was true before (no change), and whether the errors have drifted.
/// </remarks>
public sealed class EvaluateModel : UnaryNode
{
    /// <summary>The model.</summary>
    public required ModelDefinition Model { get; init; }
    /// <summary>Length of a stretch in microseconds.</summary>
    public required long EveryMicroseconds { get; init; }
    /// <summary>How many of the last rows rolling metrics look at.</summary>
    public required int Rolling { get; init; }

    /// <summary>The columns that it gives.</summary>
    /// <param name="answer">What the model tells.</param>
    public static ImmutableArray<Field> Metrics(ModelAnswer answer)
    {
        string[] names = answer == ModelAnswer.Class
            ? ["accuracy", "kappa", "kappa_temporal", "no_change_accuracy", "rolling_accuracy", "rolling_kappa", "rolling_kappa_temporal", "rolling_no_change_accuracy"]
            : ["mae", "rmse", "r2", "no_change_mae", "rolling_mae", "rolling_rmse", "rolling_r2", "rolling_no_change_mae"];
        return
        [
            new("window_start", DataType.Timestamp), new("window_end", DataType.Timestamp), new("rows", DataType.BigInt),
            .. names.Select(n => new Field(n, DataType.Double)), new("drifted", DataType.Boolean), new("drifts", DataType.BigInt),
        ];
    }

    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;

    /// <inheritdoc/>
    public override string StateBound => "the last rows";

    /// <inheritdoc/>
    public override string Details => $"{Model.Name} every {new Literal(new Interval(0, 0, EveryMicroseconds), DataType.Interval).ToSql()}, rolling {Rolling}";

    internal override IEnumerable<object?> Parameters => [EveryMicroseconds, Rolling];

    internal override bool HasState => true;
    internal override bool ReadsFinal => true;
    internal override Exchange ExchangeOf(int input) => Exchange.By([]);

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        inputs[0][Model.Time.Column] = inputs[0][Model.Target] = true;
        inputs[0][Model.Rows.Schema.Count] = true;
    }

    internal override IOperator CreateOperator(OperatorContext context) => new EvaluateOperator(this, context);
}
