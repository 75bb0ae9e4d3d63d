using System.Numerics;

namespace Millrace.Bench.Harness;

/// <summary>A number that stands for a column's values in their order.</summary>
struct Fingerprint
{
    ulong _hash;

    /// <summary>Adds a number.</summary>
    public void Add(long value) => _hash = BitOperations.RotateLeft(_hash ^ (ulong)value, 29) * 0x9E3779B97F4A7C15;

    /// <summary>Adds a number by its bits.</summary>
    public void Add(double value) => Add(BitConverter.DoubleToInt64Bits(value));

    /// <summary>Adds a text.</summary>
    public void Add(ReadOnlySpan<byte> text)
    {
        Add(text.Length);
        foreach (var value in text) Add(value);
    }

    /// <inheritdoc/>
    public override readonly string ToString() => _hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
