using System.Buffers.Binary;

namespace Millrace.Sketches.Cpc;

/// <summary>Reads bits in a row, lowest first, from 4-byte words. Behind the end there are zeros; <see cref="RequireSound"/> tells whether any were taken.</summary>
ref struct BitReader(ReadOnlySpan<byte> source)
{
    readonly ReadOnlySpan<byte> _source = source;
    ulong _held;
    int _count;
    int _place;

    /// <summary>The next bits, at most 32, which stay.</summary>
    public int Peek(int count)
    {
        if (_count < count)
        {
            if (_place < _source.Length) _held |= (ulong)BinaryPrimitives.ReadUInt32LittleEndian(_source[_place..]) << _count;
            _place += 4;
            _count += 32;
        }
        return (int)(_held & (1UL << count) - 1);
    }

    /// <summary>Passes over bits that were seen.</summary>
    public void Skip(int count)
    {
        _held >>= count;
        _count -= count;
    }

    /// <summary>The next bits, at most 31.</summary>
    public int Read(int count)
    {
        var bits = Peek(count);
        Skip(count);
        return bits;
    }

    /// <summary>A number that is written as so many zeros and a one; behind the end there is none, so a limit ends it.</summary>
    public long ReadUnary(long limit)
    {
        var value = 0L;
        while (Peek(8) == 0)
        {
            Skip(8);
            value += 8;
            SketchFormatException.ThrowUnless(value <= limit, $"A distance of rows is more than {limit}.");
        }
        var zeros = System.Numerics.BitOperations.TrailingZeroCount(Peek(8));
        Skip(zeros + 1);
        return value + zeros;
    }

    /// <summary>Throws if bits behind the end were taken.</summary>
    public readonly void RequireSound() => SketchFormatException.ThrowUnless(_place * 8L - _count <= _source.Length * 8L, $"The compressed bits end after {_source.Length} bytes, before all was read.");
}
