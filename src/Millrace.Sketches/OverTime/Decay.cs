namespace Millrace.Sketches.OverTime;

/// <summary>How an item loses weight with time, seen from its own time forwards.</summary>
/// <remarks>
/// Forward decay: an item of time t counts g(t − L), L being a landmark before all items; at a time T its weight is that divided by g(T − L). The weight of an item
/// never has to be touched again, so any sketch that takes weights can decay, items may come in any order, and sketches merge. Cormode, Shkapenyuk, Srivastava
/// and Xu (2009), Forward Decay: A Practical Time Decay Model for Streaming Systems, ICDE.
/// </remarks>
public readonly record struct Decay
{
    Decay(bool isExponential, double parameter, long landmark) => (IsExponential, Parameter, Landmark) = (isExponential, parameter, landmark);

    /// <summary>Weights halve in a fixed time, however old an item is.</summary>
    /// <param name="halfLife">In the unit of the times, 10^-9 to 10^18.</param>
    /// <exception cref="ArgumentOutOfRangeException">The half-life is out of its range.</exception>
    public static Decay Exponential(double halfLife)
    {
        if (!IsHalfLife(halfLife)) throw new ArgumentOutOfRangeException(nameof(halfLife), halfLife, "A half-life is from 1e-9 to 1e18.");
        return new(true, halfLife, 0);
    }

    // So that the logarithm of a weight is finite at every time.
    internal static bool IsHalfLife(double value) => value is >= 1e-9 and <= 1e18;

    /// <summary>Weights fall as a power of the share of time that an item has seen: fast for new items, ever slower for old ones.</summary>
    /// <param name="power">0 (no decay) to 20.</param>
    /// <param name="landmark">A time at or before all items; what comes earlier has no weight.</param>
    /// <exception cref="ArgumentOutOfRangeException">The power is out of its range.</exception>
    public static Decay Polynomial(double power, long landmark)
    {
        if (power is not (>= 0 and <= 20)) throw new ArgumentOutOfRangeException(nameof(power), power, "The power is from 0 to 20.");
        return new(false, power, landmark);
    }

    /// <summary>Whether weights halve in a fixed time, else they fall as a power.</summary>
    public bool IsExponential { get; }

    /// <summary>The half-life or the power.</summary>
    public double Parameter { get; }

    /// <summary>The landmark of a polynomial decay.</summary>
    public long Landmark { get; }

    /// <summary>Binary logarithm of g at a time; negative infinity before the landmark.</summary>
    internal double Log2(long time) =>
        IsExponential ? time / Parameter
        : Parameter == 0 ? 0
        : time <= Landmark ? double.NegativeInfinity : Parameter * Math.Log2((double)time - Landmark);

    /// <summary>The weight at a later time of an item that came at a time, 0 to 1; for <paramref name="now"/> before <paramref name="time"/> above 1.</summary>
    public double WeightAt(long now, long time)
    {
        if (IsExponential) return Math.Pow(2, (time - (double)now) / Parameter);
        if (Parameter == 0) return 1;
        var of = Log2(time);
        return double.IsNegativeInfinity(of) ? 0 : Math.Pow(2, of - Log2(now));
    }
}
