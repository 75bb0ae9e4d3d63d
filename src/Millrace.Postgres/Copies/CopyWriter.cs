using System.Buffers.Binary;
using System.Text.Unicode;
using Millrace.Data;

namespace Millrace.Postgres.Copies;

/// <summary>Writes rows as COPY ... (FORMAT binary) reads them, straight from columns.</summary>
/// <remarks>A row is a 16-bit number of fields, then for each a 32-bit length (-1 for NULL) and its bytes, all big-endian. One thread at a time.</remarks>
sealed class CopyWriter(Stream target) : IDisposable
{
    const int Full = 1 << 16;

    /// <summary>Microseconds from 1970 to 2000, where PostgreSQL's time begins.</summary>
    public const long Epoch2000 = 946_684_800_000_000;

    /// <summary>The first moment that timestamptz can hold, 4714-11-24 BC; its last one is later than ours.</summary>
    public const long FirstTime = -211_813_488_000_000_000 + Epoch2000;

    byte[] _bytes = new byte[Full + 4096];
    int _length;

    /// <summary>Writes what stands before the first row.</summary>
    public void Begin()
    {
        ReadOnlySpan<byte> head = [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];
        head.CopyTo(Room(head.Length));
        _length += head.Length;
    }

    /// <summary>Begins a row of so many fields.</summary>
    public void BeginRow(int fields)
    {
        if (_length >= Full) Flush();
        BinaryPrimitives.WriteInt16BigEndian(Room(2), (short)fields);
        _length += 2;
    }

    public void Put(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(Field(4), value);
        _length += 4;
    }

    public void Put(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(Field(8), value);
        _length += 8;
    }

    public void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Field(bytes.Length));
        _length += bytes.Length;
    }

    public void PutNull()
    {
        BinaryPrimitives.WriteInt32BigEndian(Room(4), -1);
        _length += 4;
    }

    /// <summary>Writes the value of a row of a column.</summary>
    public void Put(Column column, int row)
    {
        if (column.IsNull(row))
        {
            PutNull();
            return;
        }
        switch (column)
        {
            case Column<byte> c:
                Field(1)[0] = c[row];
                _length++;
                break;
            case Column<int> c: Put(c[row]); break;
            case Column<long> c when c.Type.Kind == TypeKind.Timestamp: Put(c[row] - Epoch2000); break;
            case Column<long> c when c.Type.Kind == TypeKind.Decimal: Put(c[row], c.Type.Scale); break;
            case Column<long> c: Put(c[row]); break;
            case Column<double> c: Put(BitConverter.DoubleToInt64Bits(c[row])); break;
            case Column<Int128> c: Put(c[row], c.Type.Scale); break;
            case Column<Interval> c:
                var room = Field(16);
                BinaryPrimitives.WriteInt64BigEndian(room, c[row].Microseconds);
                BinaryPrimitives.WriteInt32BigEndian(room[8..], c[row].Days);
                BinaryPrimitives.WriteInt32BigEndian(room[12..], c[row].Months);
                _length += 16;
                break;
            default: Put(((TextColumn)column)[row]); break;
        }
    }

    void Put(Int128 value, int scale)
    {
        var room = Room(4 + Numeric.BytesMax);
        var length = Numeric.Write(value, scale, room[4..]);
        BinaryPrimitives.WriteInt32BigEndian(room, length);
        _length += 4 + length;
    }

    /// <summary>Why PostgreSQL cannot hold the value of a row of a column, or null where it can.</summary>
    public static string? Unfit(Column column, int row)
    {
        if (column.IsNull(row)) return null;
        switch (column)
        {
            case Column<long> c when c.Type.Kind == TypeKind.Timestamp:
                return c[row] >= FirstTime ? null : "a time before 4714-11-24 BC";
            case TextColumn c when c.Type.Kind == TypeKind.Text:
                var text = c[row];
                return text.Contains((byte)0) ? "a text with U+0000" : Utf8.IsValid(text) ? null : "a text that is not UTF-8";
            default: return null;
        }
    }

    /// <summary>Writes what stands behind the last row.</summary>
    public void End()
    {
        BinaryPrimitives.WriteInt16BigEndian(Room(2), -1);
        _length += 2;
        Flush();
    }

    void Flush()
    {
        target.Write(_bytes.AsSpan(0, _length));
        _length = 0;
    }

    Span<byte> Field(int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(Room(4 + length), length);
        _length += 4;
        return _bytes.AsSpan(_length);
    }

    Span<byte> Room(int length)
    {
        if (_bytes.Length - _length < length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + length));
        return _bytes.AsSpan(_length);
    }

    public void Dispose() => target.Dispose();
}
