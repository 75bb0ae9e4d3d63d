using System.Buffers.Binary;
using Millrace.Data;

namespace Millrace.Postgres.Copies;

/// <summary>Reads rows as COPY ... TO STDOUT (FORMAT binary) writes them, straight into columns. One thread at a time.</summary>
sealed class CopyReader(Stream source) : IDisposable
{
    const int HeadLength = 15; // the signature and flags; the length of an extension follows

    byte[] _bytes = new byte[1 << 16];
    int _start, _end;
    bool _hasBegun;

    /// <summary>Goes to the next row.</summary>
    /// <returns>Whether there is one; its fields are read in their order.</returns>
    public bool NextRow()
    {
        if (!_hasBegun)
        {
            Need(HeadLength + 4);
            _start += HeadLength;
            var extension = ReadInt32();
            Need(extension);
            _start += extension;
            _hasBegun = true;
        }
        Need(2);
        var fields = BinaryPrimitives.ReadInt16BigEndian(_bytes.AsSpan(_start));
        _start += 2;
        return fields >= 0;
    }

    /// <summary>The bytes of the next field, valid until the next call.</summary>
    /// <param name="isNull">Whether it is NULL.</param>
    public ReadOnlySpan<byte> Field(out bool isNull)
    {
        Need(4);
        var length = ReadInt32();
        isNull = length < 0;
        if (isNull) return [];
        Need(length);
        _start += length;
        return _bytes.AsSpan(_start - length, length);
    }

    int ReadInt32()
    {
        _start += 4;
        return BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(_start - 4));
    }

    void Need(int count)
    {
        if (_end - _start >= count) return;
        _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
        (_start, _end) = (0, _end - _start);
        if (_bytes.Length < count) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, count));
        while (_end < count)
        {
            var read = source.Read(_bytes.AsSpan(_end));
            if (read == 0) throw new IOException("The server ended in the middle of a row.");
            _end += read;
        }
    }

    /// <summary>Appends a field to a column whose type it was cast to.</summary>
    /// <returns>Whether the column holds it; otherwise NULL was appended.</returns>
    public static bool Append(Column column, ReadOnlySpan<byte> field, bool isNull)
    {
        if (isNull)
        {
            column.AppendNull();
            return true;
        }
        switch (column)
        {
            case Column<byte> c: c.Append(field[0]); break;
            case Column<int> c: c.Append(BinaryPrimitives.ReadInt32BigEndian(field)); break;
            case Column<double> c: c.Append(BinaryPrimitives.ReadDoubleBigEndian(field)); break;
            case Column<long> { Type.Kind: TypeKind.Decimal } c:
                if (Numeric.Read(field, c.Type.Precision, c.Type.Scale) is not { } small) return Refuse(column);
                c.Append((long)small);
                break;
            case Column<Int128> c:
                if (Numeric.Read(field, c.Type.Precision, c.Type.Scale) is not { } wide) return Refuse(column);
                c.Append(wide);
                break;
            case Column<long> { Type.Kind: TypeKind.Timestamp } c:
                var time = BinaryPrimitives.ReadInt64BigEndian(field);
                // The ends of the range stand for infinity.
                if (time is long.MinValue or long.MaxValue || time > long.MaxValue - CopyWriter.Epoch2000) return Refuse(column);
                c.Append(time + CopyWriter.Epoch2000);
                break;
            case Column<long> c: c.Append(BinaryPrimitives.ReadInt64BigEndian(field)); break;
            case Column<Interval> c:
                c.Append(new(BinaryPrimitives.ReadInt32BigEndian(field[12..]), BinaryPrimitives.ReadInt32BigEndian(field[8..]), BinaryPrimitives.ReadInt64BigEndian(field)));
                break;
            default: ((TextColumn)column).Append(field); break;
        }
        return true;
    }

    static bool Refuse(Column column)
    {
        column.AppendNull();
        return false;
    }

    public void Dispose() => source.Dispose();
}
