using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Stores;

/// <summary>Writes some columns of a row as bytes whose order (memcmp) is the order of SQL. What stored tables are keyed by and what ORDER BY compares.</summary>
/// <remarks>
/// <para>
/// Two rows have equal bytes exactly where their values are not distinct: NULL equals NULL, -0 equals 0, NaN equals NaN, one month equals 30 days. NULLs stand
/// last, NaN stands above every number, texts go by their UTF-8 bytes. A column takes a byte that says whether it is NULL, then: integers big-endian with the
/// sign bit turned; doubles likewise, negative ones with all bits turned; intervals by their approximate length in 16 bytes; texts and bytes with 00 written as
/// 00 FF, ended by 00 00, so that no key is the beginning of another.
/// </para>
/// <para>One thread at a time; the bytes are valid until the next call.</para>
/// </remarks>
public sealed class KeyEncoding
{
    const byte NullFirst = 0, Value = 1, NullLast = 2;

    readonly ImmutableArray<SortKey> _keys;
    byte[] _bytes = new byte[64];
    int _length;

    /// <summary>Of columns in ascending order, NULLs last.</summary>
    public KeyEncoding(ImmutableArray<int> columns) : this([.. columns.Select(c => new SortKey(c, false, false))])
    {
    }

    /// <summary>Of columns in the given orders: descending turns every bit of the value, and NULLs go where the order says.</summary>
    public KeyEncoding(ImmutableArray<SortKey> keys) => _keys = keys;

    /// <summary>The bytes of a row.</summary>
    public ReadOnlySpan<byte> Encode(Batch batch, int row)
    {
        _length = 0;
        foreach (var key in _keys)
        {
            var column = batch[key.Column];
            if (column.IsNull(row))
            {
                Reserve(1)[0] = key.NullsFirst ? NullFirst : NullLast;
                _length++;
                continue;
            }
            Reserve(1)[0] = Value;
            var start = ++_length;
            Put(column, row);
            if (key.Descending) Turn(_bytes.AsSpan(start, _length - start));
        }
        return _bytes.AsSpan(0, _length);
    }

    void Put(Column column, int row)
    {
        switch (column)
        {
            case Column<byte> c:
                Reserve(1)[0] = c[row];
                _length++;
                break;
            case Column<int> c:
                BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), (uint)c[row] ^ 0x8000_0000);
                _length += 4;
                break;
            case Column<long> c: Put((ulong)c[row] ^ 1UL << 63); break;
            case Column<double> c: Put(Ordered(c[row])); break;
            case Column<Int128> c: Put(c[row]); break;
            case Column<Interval> c: Put(c[row].ApproximateMicroseconds); break;
            default: Put(((TextColumn)column)[row]); break;
        }
    }

    /// <summary>The bits of a double as an unsigned integer of the same order, NaN above all.</summary>
    static ulong Ordered(double value)
    {
        if (double.IsNaN(value)) return ulong.MaxValue;
        var bits = BitConverter.DoubleToUInt64Bits(value + 0.0); // -0 becomes 0
        return bits >> 63 == 0 ? bits ^ 1UL << 63 : ~bits;
    }

    void Put(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Reserve(8), value);
        _length += 8;
    }

    void Put(Int128 value)
    {
        BinaryPrimitives.WriteUInt128BigEndian(Reserve(16), (UInt128)value ^ UInt128.One << 127);
        _length += 16;
    }

    void Put(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var zero = text.IndexOf((byte)0);
            var plain = zero < 0 ? text : text[..zero];
            var room = Reserve(plain.Length + 2);
            plain.CopyTo(room);
            room[plain.Length] = 0;
            room[plain.Length + 1] = zero < 0 ? (byte)0 : (byte)0xFF;
            _length += plain.Length + 2;
            if (zero < 0) return;
            text = text[(zero + 1)..];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Span<byte> Reserve(int size)
    {
        if (_bytes.Length - _length < size) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + size));
        return _bytes.AsSpan(_length);
    }

    static void Turn(Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)~bytes[i];
    }
}
