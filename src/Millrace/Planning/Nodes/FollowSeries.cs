using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Operators;
using Millrace.Operators.Models;

namespace Millrace.Planning;

/// <summary>ML_FORECAST and ML_DETECT_ANOMALIES: learns the series of numbers of each partition in the order of event time, and tells how it will go on, or how far a number is from what was expected.</summary>
/// <remarks>
/// Reads final rows and gives each when the final frontier has passed it. Schema: the columns of the input, then <see cref="Forecasts"/> (a row stands once for each step ahead) or <see cref="Findings"/>.
/// </remarks>
public sealed class FollowSeries : UnaryNode
{
    /// <summary>What ML_FORECAST adds.</summary>
    public static ImmutableArray<Field> Forecasts { get; } =
        [new("step", DataType.Integer), new("forecast_time", DataType.Timestamp), new("forecast", DataType.Double), new("lower_bound", DataType.Double), new("upper_bound", DataType.Double)];

    /// <summary>What ML_DETECT_ANOMALIES adds.</summary>
    public static ImmutableArray<Field> Findings { get; } =
        [new("is_anomaly", DataType.Boolean), new("score", DataType.Double), new("expected", DataType.Double), new("lower_bound", DataType.Double), new("upper_bound", DataType.Double)];

    /// <summary>Columns that tell series apart; none = all rows are one.</summary>
    public required ImmutableArray<int> Partition { get; init; }
    /// <summary>The column of the numbers.</summary>
    public required int Value { get; init; }
    /// <summary>The column of event time that orders them.</summary>
    public required EventTime Time { get; init; }
    /// <summary>Steps ahead that are told; 0 = what is unusual is told instead.</summary>
    public required int Horizon { get; init; }
    /// <summary>Steps of a season, 1 where there is none.</summary>
    public required int Season { get; init; }
    /// <summary>Time from one number to the next in microseconds, so that missing ones are known to be missing; 0 = every row is a step.</summary>
    public required long EveryMicroseconds { get; init; }
    /// <summary>What a missing number counts as; NaN = nobody knows, and what was expected counts as seen.</summary>
    public required double Missing { get; init; }
    /// <summary>The share of numbers that lie within the bounds.</summary>
    public required double Confidence { get; init; }
    /// <summary>Name of the view it belongs to, for late rows.</summary>
    public required string View { get; init; }
    /// <summary>The late policy of the source below.</summary>
    public required LatePolicy Late { get; init; }

    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;

    /// <inheritdoc/>
    public override string StateBound => Partition.IsEmpty ? "one series" : "unbounded";

    /// <inheritdoc/>
    public override string Details =>
        $"{(Horizon > 0 ? $"next {Horizon} of" : "anomalies of")} {Input.Schema[Value].Name}{(Partition.IsEmpty ? "" : " by " + string.Join(", ", Partition.Select(p => Input.Schema[p].Name)))} order by {Input.Schema[Time.Column].Name}";

    internal override IEnumerable<object?> Parameters => [View, Late, Value, Time, Horizon, Season, EveryMicroseconds, Missing, Confidence, .. Partition.Cast<object?>()];

    internal override bool HasState => true;
    internal override bool ReadsFinal => true;
    internal override Exchange ExchangeOf(int input) => Exchange.By(Partition);
    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs) => inputs[0].AsSpan().Fill(true); // ties are decided by the whole row
    internal override IOperator CreateOperator(OperatorContext context) => new SeriesOperator(this, context);
}
