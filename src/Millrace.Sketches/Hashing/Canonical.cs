namespace Millrace.Sketches.Hashing;

/// <summary>One bit pattern for each number, so that equal numbers hash alike in all languages.</summary>
static class Canonical
{
    /// <summary>The bits of a number: -0 is 0, and there is one NaN.</summary>
    public static ulong Bits(double value) => value == 0 ? 0 : double.IsNaN(value) ? 0x7FF8000000000000 : BitConverter.DoubleToUInt64Bits(value);
}
