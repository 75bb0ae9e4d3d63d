namespace Millrace.Operators.Models;

/// <summary>What a model says of a row; NaN, and a label of -1, are NULL: it cannot say yet.</summary>
/// <param name="Label">The number of a class.</param>
/// <param name="Value">A class's probability, a predicted number, or a score.</param>
/// <param name="Lower">The lower bound of a number; of a score the level above which it is an anomaly.</param>
/// <param name="Upper">The upper bound of a number.</param>
readonly record struct Answer(int Label, double Value, double Lower, double Upper)
{
    /// <summary>Nothing.</summary>
    public static Answer None => new(-1, double.NaN, double.NaN, double.NaN);
}
