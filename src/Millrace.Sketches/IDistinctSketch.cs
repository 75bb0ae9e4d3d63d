namespace Millrace.Sketches;

/// <summary>A sketch that says how many different items it has seen.</summary>
public interface IDistinctSketch
{
    /// <summary>The most likely number of different items.</summary>
    double Estimate { get; }

    /// <summary>The estimate and the interval in which the true number lies with the certainty of a number of standard deviations.</summary>
    /// <param name="deviations">1, 2 or 3: about 68, 95 or 99.7 % certain.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is none of the three.</exception>
    Estimate Bounds(int deviations);
}
