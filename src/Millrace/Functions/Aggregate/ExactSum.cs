using System.Runtime.CompilerServices;

namespace Millrace.Functions.Aggregate;

/// <summary>The sum of 64-bit integers in 128 bits, and how many there were. It would take 2^64 values to wrap.</summary>
/// <remarks>Two words and a carry are cheaper than Int128, which the JIT passes through memory. State: 24 bytes.</remarks>
struct ExactSum
{
    ulong _low;
    long _high;
    long _count;

    public readonly long Count => _count;
    public readonly Int128 Sum => new((ulong)_high, _low);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long value)
    {
        var low = _low + (ulong)value;
        _high += (value >> 63) + (low < (ulong)value ? 1 : 0);
        _low = low;
        _count++;
    }

    public void Add(long value, int weight)
    {
        Set(Sum + (Int128)value * weight);
        _count += weight;
    }

    public void Merge(in ExactSum other)
    {
        Set(Sum + other.Sum);
        _count += other._count;
    }

    void Set(Int128 sum) => (_low, _high) = ((ulong)sum, (long)(sum >> 64));
}

/// <summary>The sum of 128-bit integers in 192 bits, and how many there were. State: 32 bytes.</summary>
struct WideSum
{
    UInt128Words _low;
    long _high;
    long _count;

    struct UInt128Words
    {
        public ulong Low;
        public ulong High;
    }

    public readonly long Count => _count;

    /// <summary>The sum where it fits 128 bits.</summary>
    public readonly bool TryGet(out Int128 sum)
    {
        sum = new(_low.High, _low.Low);
        return _high == (Int128.IsNegative(sum) ? -1 : 0);
    }

    public readonly System.Numerics.BigInteger Sum => ((System.Numerics.BigInteger)_high << 128) + (System.Numerics.BigInteger)new UInt128(_low.High, _low.Low);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Int128 value)
    {
        Add((UInt128)value, Int128.IsNegative(value) ? -1 : 0);
        _count++;
    }

    public void Add(Int128 value, int weight)
    {
        // |weight| additions of up to 38 digits: the product has up to 160 bits, so it is made of halves.
        var magnitude = (UInt128)Int128.Abs(value);
        var factor = (ulong)Math.Abs((long)weight);
        var low = (UInt128)(ulong)magnitude * factor;
        var high = (magnitude >> 64) * factor + (low >> 64);
        var product = (high << 64) | (ulong)low;
        var top = (long)(ulong)(high >> 64);
        if (Int128.IsNegative(value) != weight < 0)
        {
            product = ~product + 1;
            top = ~top + (product == 0 ? 1 : 0);
        }
        Add(product, top);
        _count += weight;
    }

    public void Merge(in WideSum other)
    {
        Add(new UInt128(other._low.High, other._low.Low), other._high);
        _count += other._count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Add(UInt128 low, long high)
    {
        var sum = new UInt128(_low.High, _low.Low) + low;
        _high += high + (sum < low ? 1 : 0);
        (_low.Low, _low.High) = ((ulong)sum, (ulong)(sum >> 64));
    }
}
