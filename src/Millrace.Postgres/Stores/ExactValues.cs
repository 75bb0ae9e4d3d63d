using System.Buffers.Binary;
using Millrace.Data;
using Millrace.Postgres.Copies;

namespace Millrace.Postgres.Stores;

/// <summary>Values that PostgreSQL does not hold, as they are: for each the number of its column, its length and its bytes.</summary>
static class ExactValues
{
    /// <summary>Those of a row, or null where there is none.</summary>
    public static byte[]? Of(Batch batch, int row)
    {
        MemoryStream? exact = null;
        Span<byte> head = stackalloc byte[8];
        Span<byte> time = stackalloc byte[8];
        for (var i = 0; i < batch.Columns.Count; i++)
        {
            if (CopyWriter.Unfit(batch[i], row) is null) continue;
            exact ??= new();
            if (batch[i] is Column<long> c) BinaryPrimitives.WriteInt64BigEndian(time, c[row]);
            var value = batch[i] is TextColumn t ? t[row] : time;
            BinaryPrimitives.WriteInt32BigEndian(head, i);
            BinaryPrimitives.WriteInt32BigEndian(head[4..], value.Length);
            exact.Write(head);
            exact.Write(value);
        }
        return exact?.ToArray();
    }

    /// <summary>The value of a column among those of a row.</summary>
    /// <returns>Whether it is there.</returns>
    public static bool TryAppend(ReadOnlySpan<byte> exact, int column, Column to)
    {
        while (!exact.IsEmpty)
        {
            var (index, length) = (BinaryPrimitives.ReadInt32BigEndian(exact), BinaryPrimitives.ReadInt32BigEndian(exact[4..]));
            var value = exact.Slice(8, length);
            exact = exact[(8 + length)..];
            if (index != column) continue;
            if (to is TextColumn text) text.Append(value);
            else ((Column<long>)to).Append(BinaryPrimitives.ReadInt64BigEndian(value));
            return true;
        }
        return false;
    }
}
