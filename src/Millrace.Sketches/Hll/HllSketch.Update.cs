using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Millrace.Sketches.Hashing;

namespace Millrace.Sketches.Hll;

public sealed partial class HllSketch : ISketch<HllSketch, long>
{
    /// <inheritdoc/>
    public void Update(long item) => Update((ulong)item);

    /// <summary>Adds an integer; the same item as the signed one with the same bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Update(ulong item)
    {
        var h1 = MurmurHash3.Hash(item, HashSeed.Default, out var h2);
        UpdateCoupon(Coupon.From(h1, h2));
    }

    /// <summary>Adds a number. -0 is 0, and all NaN are one.</summary>
    public void Update(double item) => Update(Canonical.Bits(item));

    /// <summary>Adds bytes, such as text in UTF-8. None at all are no item.</summary>
    public void Update(ReadOnlySpan<byte> item)
    {
        if (item.IsEmpty) return;
        var h1 = MurmurHash3.Hash(item, HashSeed.Default, out var h2);
        UpdateCoupon(Coupon.From(h1, h2));
    }

    /// <summary>Adds text: the same item as its bytes in UTF-8. The empty text is no item.</summary>
    public void Update(ReadOnlySpan<char> item)
    {
        if (item.IsEmpty) return;
        var h1 = Text.Murmur(item, HashSeed.Default, out var h2);
        UpdateCoupon(Coupon.From(h1, h2));
    }

    /// <summary>Adds text as Apache Druid hashes it: by its UTF-16 units. Another item than the same text in UTF-8.</summary>
    public void UpdateUtf16(ReadOnlySpan<char> item)
    {
        if (item.IsEmpty) return;
        var h1 = Text.MurmurUtf16(item, HashSeed.Default, out var h2);
        UpdateCoupon(Coupon.From(h1, h2));
    }

    /// <summary>Adds integers, hashed several at once.</summary>
    public void Update(ReadOnlySpan<long> items) => Update(MemoryMarshal.Cast<long, ulong>(items));

    /// <summary>Adds integers, hashed several at once.</summary>
    [SkipLocalsInit]
    public void Update(ReadOnlySpan<ulong> items)
    {
        Span<uint> buffer = stackalloc uint[Coupon.BatchSize];
        while (items.Length > 0)
        {
            var count = Math.Min(items.Length, Coupon.BatchSize);
            var coupons = buffer[..count];
            Coupon.FromMany(items[..count], coupons);
            items = items[count..];
            if (_eight is { } eight) eight.Update(coupons);
            else if (_registers is { } registers) registers.Update(coupons);
            else foreach (var coupon in coupons) UpdateCoupon(coupon);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void UpdateCoupon(uint coupon)
    {
        if (_eight is { } eight) eight.Update(coupon);
        else UpdateOther(coupon);
    }

    void UpdateOther(uint coupon)
    {
        if (_registers is { } registers) registers.Update(coupon);
        else if (_coupons!.Add(coupon, LgK)) Promote(_coupons);
    }

    void Promote(CouponTable coupons)
    {
        var registers = Registers.New(LgK, Type);
        foreach (var coupon in coupons.Table)
            if (coupon != Coupon.Empty) registers.Update(coupon);
        registers.Hip = HllEstimators.OfCoupons(coupons.Count);
        Become(registers);
    }
}
