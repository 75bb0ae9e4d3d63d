using System.Buffers.Binary;
using System.Diagnostics;

namespace Millrace.Sketches.Cpc;

/// <summary>Bits in a row, lowest first, in 4-byte words.</summary>
ref struct BitWriter(Span<byte> target)
{
    readonly Span<byte> _target = target;
    ulong _held;
    int _count;

    /// <summary>Words written so far.</summary>
    public int Words { get; private set; }

    /// <summary>Writes up to 32 bits.</summary>
    public void Write(uint bits, int count)
    {
        Debug.Assert(count is >= 0 and <= 32, "As many bits as fit beside those that wait.");
        _held |= (ulong)bits << _count;
        _count += count;
        if (_count >= 32) Flush(32);
    }

    /// <summary>Writes a number as so many zeros and a one.</summary>
    public void WriteUnary(uint value)
    {
        for (; value >= 16; value -= 16) Write(0, 16);
        Write(1U << (int)value, (int)value + 1);
    }

    /// <summary>Writes zeros and fills the last word.</summary>
    public void Finish(int padding)
    {
        Write(0, padding);
        if (_count > 0) Flush(_count);
    }

    void Flush(int count)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_target[(4 * Words)..], (uint)_held);
        Words++;
        _held >>= 32;
        _count -= count;
    }
}
