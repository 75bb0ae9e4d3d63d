namespace Millrace.Sketches;

/// <summary>A guess with the interval that the theory of its sketch gives it.</summary>
/// <param name="Value">The most likely value.</param>
/// <param name="Lower">Lower bound of the interval; at most <paramref name="Value"/>.</param>
/// <param name="Upper">Upper bound of the interval; at least <paramref name="Value"/>.</param>
public readonly record struct Estimate(double Value, double Lower, double Upper)
{
    /// <summary>A value that is known exactly.</summary>
    public static Estimate Exact(double value) => new(value, value, value);
}
