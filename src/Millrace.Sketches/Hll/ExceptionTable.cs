using System.Diagnostics;
using System.Numerics;

namespace Millrace.Sketches.Hll;

/// <summary>The few registers of 4 bits whose values do not fit: a hash table from register to value.</summary>
sealed class ExceptionTable
{
    uint[] _table;
    readonly uint _registerMask;

    ExceptionTable(uint[] table, uint registerMask, int count)
    {
        _table = table;
        _registerMask = registerMask;
        Count = count;
    }

    /// <summary>An empty table of a size, a power of 2.</summary>
    public ExceptionTable(int lgSize, int lgK) : this(new uint[1 << lgSize], (1U << lgK) - 1, 0) { }

    /// <summary>A copy in the same order.</summary>
    public ExceptionTable Copy() => new([.. _table], _registerMask, Count);

    /// <summary>Room of a new table, as a power of 2.</summary>
    public static int LgStartSize(int lgK) => lgK switch
    {
        <= 6 => 2,
        <= 9 => 3,
        <= 11 => 4,
        <= 13 => 5,
        _ => lgK - 8,
    };

    /// <summary>How many exceptions there are.</summary>
    public int Count { get; private set; }

    /// <summary>Room of the table, as a power of 2.</summary>
    public int LgSize => BitOperations.Log2((uint)_table.Length);

    /// <summary>The table as it is, as coupons with gaps.</summary>
    public ReadOnlySpan<uint> Table => _table;

    /// <summary>Adds an exception.</summary>
    /// <returns>Whether it was not there yet; else nothing is done.</returns>
    public bool TryAdd(int register, int value)
    {
        var place = Find(_table, (uint)register);
        if (_table[place] != Coupon.Empty) return false;
        _table[place] = Coupon.Of(register, value);
        Count++;
        if (Count * 4L > _table.Length * 3L) Grow();
        return true;
    }

    /// <summary>The value of an exception, which must be there.</summary>
    public int ValueOf(int register)
    {
        var coupon = _table[Find(_table, (uint)register)];
        Debug.Assert(coupon != Coupon.Empty, "A register that is marked has its exception.");
        return Coupon.Value(coupon);
    }

    /// <summary>Whether a register has an exception.</summary>
    public bool Contains(int register) => _table[Find(_table, (uint)register)] != Coupon.Empty;

    /// <summary>Changes the value of an exception, which must be there.</summary>
    public void Replace(int register, int value)
    {
        var place = Find(_table, (uint)register);
        Debug.Assert(_table[place] != Coupon.Empty, "A register that is marked has its exception.");
        _table[place] = Coupon.Of(register, value);
    }

    void Grow()
    {
        var table = new uint[_table.Length * 2];
        foreach (var coupon in _table)
            if (coupon != Coupon.Empty) table[Find(table, coupon & _registerMask)] = coupon;
        _table = table;
    }

    int Find(uint[] table, uint register)
    {
        var mask = (uint)table.Length - 1;
        var step = register >> BitOperations.Log2((uint)table.Length) | 1;
        var place = register & mask;
        while (table[place] != Coupon.Empty && (table[place] & _registerMask) != register) place = (place + step) & mask;
        return (int)place;
    }
}
