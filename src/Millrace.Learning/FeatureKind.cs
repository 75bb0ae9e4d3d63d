namespace Millrace.Learning;

/// <summary>What a column of features holds.</summary>
public enum FeatureKind : byte
{
    /// <summary>A number; NaN is missing, and magnitudes above 1e100 (infinities too) count as 1e100 with their sign.</summary>
    Numeric,

    /// <summary>The code of a category: 0, 1, 2 ... up to 65,535. Everything else (NaN, negative, fractional, larger) is missing.</summary>
    Nominal,
}
