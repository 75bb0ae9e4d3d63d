namespace Millrace.Sketches.Quantiles;

/// <summary>How a <see cref="DDSketch"/> finds the bin of a value.</summary>
public enum BinMappingKind
{
    /// <summary>By the logarithm: the fewest bins.</summary>
    Logarithmic,

    /// <summary>By a cubic polynomial between powers of two: about 1 % more bins, a third of the time.</summary>
    Cubic,
}
