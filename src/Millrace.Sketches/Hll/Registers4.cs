using System.Diagnostics;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Millrace.Sketches.Hll;

/// <summary>4 bits for each register: how far its value lies above the least one; 15 says that the value stands in a table of exceptions.</summary>
/// <remarks>When the last register leaves the least value, that value rises and all registers shift; this happens about once for each doubling of the count.</remarks>
sealed class Registers4(int lgK) : Registers(lgK, 1 << lgK - 1)
{
    const int Mark = 15;

    int _least;

    /// <inheritdoc/>
    public override HllType Type => HllType.Hll4;

    /// <inheritdoc/>
    public override int Least => _least;

    /// <summary>The values that do not fit; null while there are none.</summary>
    public ExceptionTable? Exceptions { get; private set; }

    /// <summary>Takes over what an image says of the least value and the exceptions.</summary>
    public void Restore(int least, ExceptionTable? exceptions)
    {
        _least = least;
        Exceptions = exceptions;
    }

    /// <inheritdoc/>
    protected override Registers Copy()
    {
        var copy = (Registers4)base.Copy();
        copy.Restore(_least, Exceptions?.Copy());
        return copy;
    }

    /// <inheritdoc/>
    public override void Update(uint coupon)
    {
        var value = Coupon.Value(coupon);
        if (value <= _least) return;
        var register = (int)coupon & (K - 1);
        var nibble = Nibble(register);
        // With a mark this is less than the old value, which is then looked up.
        if (value <= nibble + _least) return;
        Raise(register, nibble, value);
    }

    /// <inheritdoc/>
    public override void Update(ReadOnlySpan<uint> coupons)
    {
        foreach (var coupon in coupons) Update(coupon);
    }

    void Raise(int register, int nibble, int value)
    {
        var old = nibble == Mark ? Exceptions!.ValueOf(register) : nibble + _least;
        if (value <= old) return;
        Rise(old, value);
        if (nibble == Mark)
        {
            Exceptions!.Replace(register, value);
        }
        else if (value - _least >= Mark)
        {
            SetNibble(register, Mark);
            AddException(register, value);
        }
        else
        {
            SetNibble(register, value - _least);
        }
        if (old != _least) return;
        LeastCount--;
        while (LeastCount == 0) RaiseLeast();
    }

    void AddException(int register, int value)
    {
        Exceptions ??= new ExceptionTable(ExceptionTable.LgStartSize(LgK), LgK);
        var isNew = Exceptions.TryAdd(register, value);
        Debug.Assert(isNew, "A register that was not marked has no exception.");
    }

    void RaiseLeast()
    {
        _least++;
        for (var i = 0; i < Bytes.Length; i++)
        {
            var low = Bytes[i] & 15;
            var high = Bytes[i] >> 4;
            Debug.Assert(low != 0, "No register holds the old least value.");
            Debug.Assert(high != 0, "No register holds the old least value.");
            if (low != Mark && --low == 0) LeastCount++;
            if (high != Mark && --high == 0) LeastCount++;
            Bytes[i] = (byte)(low | high << 4);
        }
        var old = Exceptions;
        Exceptions = null;
        if (old is null) return;
        foreach (var coupon in old.Table)
        {
            if (coupon == Coupon.Empty) continue;
            var register = (int)Coupon.Key(coupon) & (K - 1);
            var value = Coupon.Value(coupon);
            if (value - _least < Mark) SetNibble(register, value - _least);
            else AddException(register, value);
        }
    }

    /// <summary>How many registers hold the least value, and how many are marked as exceptions.</summary>
    public (int Zeros, int Marks) CountZerosAndMarks()
    {
        int zeros = 0, marks = 0, i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var mark = Vector256.Create((byte)Mark);
            for (; i <= Bytes.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
            {
                var pairs = Vector256.Create(Bytes, i);
                var low = pairs & mark;
                var high = (pairs.AsUInt16() >>> 4).AsByte() & mark;
                zeros += Count(low, Vector256<byte>.Zero) + Count(high, Vector256<byte>.Zero);
                marks += Count(low, mark) + Count(high, mark);
            }
        }
        for (; i < Bytes.Length; i++)
        {
            zeros += ((Bytes[i] & 15) == 0 ? 1 : 0) + (Bytes[i] >> 4 == 0 ? 1 : 0);
            marks += ((Bytes[i] & 15) == Mark ? 1 : 0) + (Bytes[i] >> 4 == Mark ? 1 : 0);
        }
        return (zeros, marks);

        static int Count(Vector256<byte> nibbles, Vector256<byte> value) => BitOperations.PopCount(Vector256.Equals(nibbles, value).ExtractMostSignificantBits());
    }

    int Nibble(int register) => Bytes[register >> 1] >> (register & 1) * 4 & 15;

    void SetNibble(int register, int value)
    {
        var shift = (register & 1) * 4;
        ref var pair = ref Bytes[register >> 1];
        pair = (byte)(pair & ~(15 << shift) | value << shift);
    }

    /// <inheritdoc/>
    public override void CopyTo(Span<byte> values)
    {
        var i = 0;
        if (Sse2.IsSupported)
        {
            var mark = Vector128.Create((byte)Mark);
            var least = Vector128.Create((byte)_least);
            for (; i <= Bytes.Length - Vector128<byte>.Count; i += Vector128<byte>.Count)
            {
                var pairs = Vector128.Create(Bytes, i);
                var low = (pairs & mark) + least;
                var high = ((pairs.AsUInt16() >>> 4).AsByte() & mark) + least;
                Sse2.UnpackLow(low, high).CopyTo(values[(2 * i)..]);
                Sse2.UnpackHigh(low, high).CopyTo(values[(2 * i + Vector128<byte>.Count)..]);
            }
        }
        for (; i < Bytes.Length; i++)
        {
            values[2 * i] = (byte)((Bytes[i] & 15) + _least);
            values[2 * i + 1] = (byte)((Bytes[i] >> 4) + _least);
        }
        if (Exceptions is null) return;
        foreach (var coupon in Exceptions.Table)
            if (coupon != Coupon.Empty) values[(int)Coupon.Key(coupon) & (K - 1)] = (byte)Coupon.Value(coupon);
    }
}
