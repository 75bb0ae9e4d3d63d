using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Millrace.Data;

namespace Millrace.Stores;

/// <summary>Whole rows as bytes, for tables in memory: for each column a byte that says whether it is NULL, then the value as it lies in the column, texts after their length.</summary>
sealed class RowImage
{
    byte[] _bytes = new byte[256];
    int _length;

    /// <summary>The image of a row; valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(Batch batch, int row)
    {
        _length = 0;
        foreach (var column in batch.Columns)
        {
            var isNull = column.IsNull(row);
            Put((byte)(isNull ? 1 : 0));
            if (isNull) continue;
            switch (column)
            {
                case Column<byte> c: Put(c[row]); break;
                case Column<int> c: Put(c[row]); break;
                case Column<long> c: Put(c[row]); break;
                case Column<double> c: Put(c[row]); break;
                case Column<Int128> c: Put(c[row]); break;
                case Column<Interval> c: Put(c[row]); break;
                default:
                    var text = ((TextColumn)column)[row];
                    Put(text.Length);
                    text.CopyTo(Room(text.Length));
                    _length += text.Length;
                    break;
            }
        }
        return _bytes.AsSpan(0, _length);
    }

    /// <summary>Appends the row of an image to the columns of a batch of the same schema.</summary>
    public static void Append(ReadOnlySpan<byte> image, Batch batch)
    {
        foreach (var column in batch.Columns)
        {
            if (Take<byte>(ref image) != 0)
            {
                column.AppendNull();
                continue;
            }
            switch (column)
            {
                case Column<byte> c: c.Append(Take<byte>(ref image)); break;
                case Column<int> c: c.Append(Take<int>(ref image)); break;
                case Column<long> c: c.Append(Take<long>(ref image)); break;
                case Column<double> c: c.Append(Take<double>(ref image)); break;
                case Column<Int128> c: c.Append(Take<Int128>(ref image)); break;
                case Column<Interval> c: c.Append(Take<Interval>(ref image)); break;
                default:
                    var length = Take<int>(ref image);
                    ((TextColumn)column).Append(image[..length]);
                    image = image[length..];
                    break;
            }
        }
        batch.RowCount++;
    }

    /// <summary>The time in a TIMESTAMP column of an image, or null where it is NULL.</summary>
    public static long? TimeOf(ReadOnlySpan<byte> image, Schema schema, int wanted)
    {
        for (var i = 0; ; i++)
        {
            var isNull = Take<byte>(ref image) != 0;
            if (i == wanted) return isNull ? null : Take<long>(ref image);
            if (isNull) continue;
            var size = schema[i].Type.Storage switch
            {
                Storage.Byte => 1,
                Storage.Int => 4,
                Storage.Long or Storage.Double => 8,
                Storage.Int128 => 16,
                Storage.Interval => Unsafe.SizeOf<Interval>(),
                _ => 4 + MemoryMarshal.Read<int>(image),
            };
            image = image[size..];
        }
    }

    void Put<T>(T value) where T : unmanaged
    {
        MemoryMarshal.Write(Room(Unsafe.SizeOf<T>()), in value);
        _length += Unsafe.SizeOf<T>();
    }

    Span<byte> Room(int size)
    {
        if (_bytes.Length - _length < size) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + size));
        return _bytes.AsSpan(_length);
    }

    static T Take<T>(ref ReadOnlySpan<byte> image) where T : unmanaged
    {
        var value = MemoryMarshal.Read<T>(image);
        image = image[Unsafe.SizeOf<T>()..];
        return value;
    }
}
