using System.Diagnostics;
using System.Numerics;

namespace Millrace.Sketches.Hll;

/// <summary>The coupons of a young sketch: first a list of up to 7, then a hash set, until registers take less room.</summary>
/// <remarks>A list becomes registers at 8 coupons if lgK is below 8, else a set; a set becomes registers when 3/4 of a table of K/8 coupons are taken.</remarks>
sealed class CouponTable
{
    /// <summary>Room of a list, as a power of 2.</summary>
    public const int LgListSize = 3;

    /// <summary>Least room of a set, as a power of 2.</summary>
    public const int LgSetSize = 5;

    uint[] _table;

    CouponTable(uint[] table, int count, bool isSet)
    {
        _table = table;
        Count = count;
        IsSet = isSet;
    }

    /// <summary>An empty list.</summary>
    public CouponTable() : this(new uint[1 << LgListSize], 0, isSet: false) { }

    /// <summary>An empty set of a size, a power of 2.</summary>
    public static CouponTable NewSet(int lgSize) => new(new uint[1 << lgSize], 0, isSet: true);

    /// <summary>How many coupons there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether it is a hash set by now.</summary>
    public bool IsSet { get; private set; }

    /// <summary>The table as it is, with gaps of <see cref="Coupon.Empty"/>.</summary>
    public ReadOnlySpan<uint> Table => _table;

    /// <summary>Room of the table, as a power of 2.</summary>
    public int LgSize => BitOperations.Log2((uint)_table.Length);

    /// <summary>The same coupons in the same order, in a table of its own.</summary>
    public CouponTable Copy() => new([.. _table], Count, IsSet);

    /// <summary>Most coupons of a set of a sketch.</summary>
    public static int Limit(int lgK) => 3 << lgK - 3 >> 2;

    /// <summary>Adds a coupon.</summary>
    /// <returns>Whether it is time for registers.</returns>
    public bool Add(uint coupon, int lgK)
    {
        Debug.Assert(coupon != Coupon.Empty, "Every coupon has a value of at least 1.");
        if (IsSet) return AddToSet(coupon, lgK);
        var place = _table.AsSpan(0, Count).IndexOf(coupon);
        if (place >= 0) return false;
        _table[Count++] = coupon;
        if (Count < _table.Length) return false;
        if (lgK < 8) return true;
        BecomeSet();
        return false;
    }

    bool AddToSet(uint coupon, int lgK)
    {
        var place = Find(_table, coupon);
        if (_table[place] != Coupon.Empty) return false;
        _table[place] = coupon;
        Count++;
        if (Count * 4L <= _table.Length * 3L) return false;
        if (LgSize >= lgK - 3) return true;
        Grow(LgSize + 1);
        return false;
    }

    void BecomeSet()
    {
        IsSet = true;
        Grow(LgSetSize);
    }

    void Grow(int lgSize)
    {
        var table = new uint[1 << lgSize];
        foreach (var coupon in _table)
            if (coupon != Coupon.Empty) table[Find(table, coupon)] = coupon;
        _table = table;
    }

    // The place of a coupon, or the empty one where it belongs. Tables are never full, and odd steps visit every place of a power of 2.
    static int Find(uint[] table, uint coupon)
    {
        var mask = (uint)table.Length - 1;
        var step = Coupon.Key(coupon) >> BitOperations.Log2((uint)table.Length) | 1;
        var place = coupon & mask;
        while (table[place] != Coupon.Empty && table[place] != coupon) place = (place + step) & mask;
        return (int)place;
    }
}
