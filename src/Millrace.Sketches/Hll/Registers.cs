using System.Diagnostics;

namespace Millrace.Sketches.Hll;

/// <summary>The K registers of a sketch, each the greatest value it was offered, and the sums that estimates come from.</summary>
/// <remarks>
/// Two estimators are kept. The historic inverse probability (HIP) adds, whenever a register rises, the inverse of the chance that the next
/// new item would raise one; it is the better one while items come one by one. After a merge only the composite estimator, a function of the
/// registers alone, is right. The sums Σ 2^-value are kept apart for values below and from 32 on, so that both are exact in a double.
/// </remarks>
abstract class Registers(int lgK, int byteSize)
{
    /// <summary>The registers, packed as the subclass says, and as images hold them.</summary>
    public readonly byte[] Bytes = new byte[byteSize];

    /// <summary>Base-2 logarithm of the number of registers.</summary>
    public readonly int LgK = lgK;

    /// <summary>The HIP estimate.</summary>
    public double Hip;

    /// <summary>Σ 2^-value over values below 32.</summary>
    public double LowSum = 1 << lgK;

    /// <summary>Σ 2^-value over values from 32 on.</summary>
    public double HighSum;

    /// <summary>How many registers hold the least value: that of <see cref="Registers4"/>, 0 for the others.</summary>
    public int LeastCount = 1 << lgK;

    /// <summary>Whether registers were merged, so that HIP says nothing.</summary>
    public bool IsMerged;

    /// <summary>Whether registers were merged since the sums were made.</summary>
    public bool IsStale;

    /// <summary>How many registers there are.</summary>
    public int K => 1 << LgK;

    /// <summary>How a register is packed.</summary>
    public abstract HllType Type { get; }

    /// <summary>The value below which no register lies; 0 unless registers have 4 bits.</summary>
    public virtual int Least => 0;

    /// <summary>Offers a coupon to its register.</summary>
    public abstract void Update(uint coupon);

    /// <summary>Offers coupons to their registers, in order.</summary>
    public abstract void Update(ReadOnlySpan<uint> coupons);

    /// <summary>The values of all registers, a byte each.</summary>
    public abstract void CopyTo(Span<byte> values);

    /// <summary>A copy in the same or another packing; HIP comes along.</summary>
    public Registers As(HllType type)
    {
        if (type == Type) return Copy();
        Refresh();
        var target = New(LgK, type);
        var values = new byte[K];
        CopyTo(values);
        for (var i = 0; i < values.Length; i++)
            if (values[i] != 0) target.Update(Coupon.Of(i, values[i]));
        target.Hip = Hip;
        target.IsMerged = IsMerged;
        return target;
    }

    /// <summary>A copy that shares nothing.</summary>
    protected virtual Registers Copy()
    {
        var copy = New(LgK, Type);
        Bytes.CopyTo(copy.Bytes, 0);
        copy.Hip = Hip;
        copy.LowSum = LowSum;
        copy.HighSum = HighSum;
        copy.LeastCount = LeastCount;
        copy.IsMerged = IsMerged;
        copy.IsStale = IsStale;
        return copy;
    }

    /// <summary>Empty registers.</summary>
    public static Registers New(int lgK, HllType type) => type switch
    {
        HllType.Hll4 => new Registers4(lgK),
        HllType.Hll6 => new Registers6(lgK),
        _ => new Registers8(lgK),
    };

    /// <summary>How many registers are still 0.</summary>
    public int Zeros => Least == 0 ? LeastCount : 0;

    /// <summary>Makes the sums anew if a merge left them behind.</summary>
    public void Refresh()
    {
        if (!IsStale) return;
        Debug.Assert(Least == 0, "Registers of 4 bits are never merged in place.");
        Span<int> counts = stackalloc int[64];
        counts.Clear();
        var values = Bytes;
        if (Type != HllType.Hll8)
        {
            values = new byte[K];
            CopyTo(values);
        }
        foreach (var value in values) counts[value & 63]++;
        Sum(counts);
        LeastCount = counts[0];
        IsStale = false;
    }

    void Sum(ReadOnlySpan<int> counts)
    {
        LowSum = 0;
        HighSum = 0;
        for (var value = 0; value < 32; value++) LowSum += Math.ScaleB(counts[value], -value);
        for (var value = 32; value < counts.Length; value++) HighSum += Math.ScaleB(counts[value], -value);
    }

    /// <summary>Brings the sums and HIP up to date with a register that rises. HIP goes first: its chance is that of the state before.</summary>
    protected void Rise(int from, int to)
    {
        if (!IsMerged) Hip += K / (LowSum + HighSum);
        if (from < 32) LowSum -= InversePower(from);
        else HighSum -= InversePower(from);
        if (to < 32) LowSum += InversePower(to);
        else HighSum += InversePower(to);
    }

    static double InversePower(int exponent) => BitConverter.Int64BitsToDouble((1023L - exponent) << 52);
}
