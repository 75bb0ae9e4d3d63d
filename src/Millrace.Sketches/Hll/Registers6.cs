namespace Millrace.Sketches.Hll;

/// <summary>6 bits for each register: four registers in three bytes, the first in the lowest bits.</summary>
sealed class Registers6(int lgK) : Registers(lgK, ByteSize(lgK))
{
    /// <summary>Bytes of the packed registers; one more than needed, so that two can always be read.</summary>
    public static int ByteSize(int lgK) => (3 << lgK - 2) + 1;

    /// <inheritdoc/>
    public override HllType Type => HllType.Hll6;

    /// <inheritdoc/>
    public override void Update(uint coupon)
    {
        var register = (int)coupon & (K - 1);
        var value = Coupon.Value(coupon);
        var bit = register * 6;
        var place = bit >> 3;
        var shift = bit & 7;
        var pair = Bytes[place] | Bytes[place + 1] << 8;
        var old = pair >> shift & 63;
        if (value <= old) return;
        pair = pair & ~(63 << shift) | value << shift;
        Bytes[place] = (byte)pair;
        Bytes[place + 1] = (byte)(pair >> 8);
        if (IsStale) return;
        Rise(old, value);
        if (old == 0) LeastCount--;
    }

    /// <inheritdoc/>
    public override void Update(ReadOnlySpan<uint> coupons)
    {
        foreach (var coupon in coupons) Update(coupon);
    }

    /// <inheritdoc/>
    public override void CopyTo(Span<byte> values) => Unpack(Bytes, values);

    /// <summary>The values of packed registers; as many as there is room for, a multiple of 4.</summary>
    public static void Unpack(ReadOnlySpan<byte> packed, Span<byte> values)
    {
        for (; values.Length >= 4; values = values[4..], packed = packed[3..])
        {
            var four = packed[0] | packed[1] << 8 | packed[2] << 16;
            values[3] = (byte)(four >> 18);
            values[2] = (byte)(four >> 12 & 63);
            values[1] = (byte)(four >> 6 & 63);
            values[0] = (byte)(four & 63);
        }
    }
}
