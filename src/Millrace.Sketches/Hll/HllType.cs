namespace Millrace.Sketches.Hll;

/// <summary>How many bits a register of an <see cref="HllSketch"/> takes. Estimates are the same for all three; size and speed differ.</summary>
public enum HllType
{
    /// <summary>4 bits: half the size of 8 bits, the slowest to merge.</summary>
    Hll4 = 0,

    /// <summary>6 bits: three quarters of the size of 8 bits.</summary>
    Hll6 = 1,

    /// <summary>8 bits: the fastest to update and to merge.</summary>
    Hll8 = 2,
}
