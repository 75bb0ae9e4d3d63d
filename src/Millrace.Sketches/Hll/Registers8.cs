using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Sketches.Hll;

/// <summary>A byte for each register.</summary>
sealed class Registers8(int lgK) : Registers(lgK, 1 << lgK)
{
    /// <inheritdoc/>
    public override HllType Type => HllType.Hll8;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override void Update(uint coupon)
    {
        var register = coupon & (uint)(Bytes.Length - 1);
        var value = coupon >> Coupon.KeyBits;
        if (value > Bytes[register]) Raise((int)register, (int)value);
    }

    /// <inheritdoc/>
    public override void Update(ReadOnlySpan<uint> coupons)
    {
        var mask = (uint)(Bytes.Length - 1);
        ref var registers = ref MemoryMarshal.GetArrayDataReference(Bytes);
        foreach (var coupon in coupons)
        {
            var register = coupon & mask;
            if (coupon >> Coupon.KeyBits > Unsafe.Add(ref registers, register)) Raise((int)register, (int)(coupon >> Coupon.KeyBits));
        }
    }

    // Rare once a sketch has seen a few times K items, so it stays out of the loops.
    [MethodImpl(MethodImplOptions.NoInlining)]
    void Raise(int register, int value)
    {
        var old = Bytes[register];
        Bytes[register] = (byte)value;
        if (IsStale) return;
        Rise(old, value);
        if (old == 0) LeastCount--;
    }

    /// <inheritdoc/>
    public override void CopyTo(Span<byte> values) => Bytes.CopyTo(values);

    /// <summary>Takes the greater one of each pair of registers.</summary>
    /// <param name="source">As many values as here, or a multiple: registers that fold onto one here lie a number of registers apart.</param>
    public void Merge(ReadOnlySpan<byte> source)
    {
        for (; source.Length > 0; source = source[Bytes.Length..]) Max(Bytes, source[..Bytes.Length]);
        IsStale = true;
        IsMerged = true;
        Hip = 0;
    }

    internal static void Max(Span<byte> target, ReadOnlySpan<byte> source)
    {
        var i = 0;
        for (; i <= target.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            Vector.Max(new Vector<byte>(target[i..]), new Vector<byte>(source[i..])).CopyTo(target[i..]);
        for (; i < target.Length; i++) target[i] = Math.Max(target[i], source[i]);
    }
}
