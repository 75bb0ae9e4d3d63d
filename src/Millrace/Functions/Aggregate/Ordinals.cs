using System.Runtime.CompilerServices;
using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>How values of up to 64 bits become members of a <see cref="LongSet"/> and come back. A struct, so that the loops are compiled for each kind.</summary>
interface IOrdinals
{
    /// <summary>Readies the column whose rows are read next.</summary>
    void Begin(Column column);

    /// <summary>The member of a row that is not NULL.</summary>
    long Read(int row);

    /// <summary>A set has taken a member in.</summary>
    void Hold(long member);

    /// <summary>A set has let a member go.</summary>
    void Drop(long member);

    /// <summary>Whether members are held, so that a set which goes must say so.</summary>
    static abstract bool AreHeld { get; }

    void Append(long member, Column column);
    void Save(long member, StateWriter writer);
    long Load(ref StateReader reader);
    void Free();
}

/// <summary>Values of fixed size: integers as they are, doubles by their bits.</summary>
struct FixedOrdinals<T> : IOrdinals where T : unmanaged
{
    Column<T>? _column;

    public static bool AreHeld => false;

    public void Begin(Column column) => _column = (Column<T>)column;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long Read(int row) => Member(_column![row]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static long Member(T value)
    {
        if (typeof(T) == typeof(double)) return BitConverter.DoubleToInt64Bits(Hash64.Canonical((double)(object)value));
        if (typeof(T) == typeof(long)) return (long)(object)value;
        if (typeof(T) == typeof(int)) return (int)(object)value;
        return (byte)(object)value;
    }

    static T Value(long member)
    {
        if (typeof(T) == typeof(double)) return (T)(object)BitConverter.Int64BitsToDouble(member);
        if (typeof(T) == typeof(long)) return (T)(object)member;
        if (typeof(T) == typeof(int)) return (T)(object)(int)member;
        return (T)(object)(byte)member;
    }

    public readonly void Hold(long member) { }
    public readonly void Drop(long member) { }
    public readonly void Append(long member, Column column) => ((Column<T>)column).Append(Value(member));
    public readonly void Save(long member, StateWriter writer) => writer.Write(Value(member));
    public readonly long Load(ref StateReader reader) => Member(reader.Read<T>());
    public readonly void Free() { }
}

/// <summary>Texts by their number in a pool.</summary>
struct TextOrdinals(TextPool pool) : IOrdinals
{
    TextKeys _keys = new(pool);

    public static bool AreHeld => true;

    public void Begin(Column column) => _keys.Begin(column);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long Read(int row) => _keys.Read(row);

    public readonly void Hold(long member) => _keys.Hold((int)member);
    public readonly void Drop(long member) => _keys.Drop((int)member);
    public readonly void Append(long member, Column column) => _keys.Append((int)member, column);
    public readonly void Save(long member, StateWriter writer) => _keys.Save((int)member, writer);
    public readonly long Load(ref StateReader reader) => _keys.Load(ref reader);
    public readonly void Free() => _keys.Free();

    /// <summary>The member here of a member of another pool.</summary>
    public readonly long Adopt(in TextOrdinals other, long member) => _keys.Adopt(in other._keys, (int)member);
}
