using System.Collections.Immutable;
using Millrace.Data;

namespace Millrace.Runtime;

/// <summary>The <see cref="Hash64"/> of some columns of every row: what decides the key group of a row, and so its lane.</summary>
static class RowHash
{
    /// <summary>Computes the hashes of a batch. No columns: all rows have the hash of NULL.</summary>
    public static void Compute(Batch batch, ImmutableArray<int> columns, Span<ulong> hashes)
    {
        hashes = hashes[..batch.RowCount];
        if (columns.IsEmpty)
        {
            hashes.Fill(Hash64.Null);
            return;
        }
        for (var i = 0; i < columns.Length; i++)
        {
            var isFirst = i == 0;
            switch (batch[columns[i]])
            {
                case Column<byte> c:
                    for (var r = 0; r < hashes.Length; r++) Put(ref hashes[r], c.IsNull(r) ? Hash64.Null : Hash64.Of(c[r]), isFirst);
                    break;
                case Column<int> c:
                    for (var r = 0; r < hashes.Length; r++) Put(ref hashes[r], c.IsNull(r) ? Hash64.Null : Hash64.Of(c[r]), isFirst);
                    break;
                case Column<long> c:
                    for (var r = 0; r < hashes.Length; r++) Put(ref hashes[r], c.IsNull(r) ? Hash64.Null : Hash64.Of(c[r]), isFirst);
                    break;
                case Column<double> c:
                    for (var r = 0; r < hashes.Length; r++) Put(ref hashes[r], c.IsNull(r) ? Hash64.Null : Hash64.Of(c[r]), isFirst);
                    break;
                case Column<Int128> c:
                    for (var r = 0; r < hashes.Length; r++) Put(ref hashes[r], c.IsNull(r) ? Hash64.Null : Hash64.Of(c[r]), isFirst);
                    break;
                case Column<Interval> c:
                    for (var r = 0; r < hashes.Length; r++) Put(ref hashes[r], c.IsNull(r) ? Hash64.Null : Hash64.Of(c[r]), isFirst);
                    break;
                default:
                    var text = (TextColumn)batch[columns[i]];
                    for (var r = 0; r < hashes.Length; r++) Put(ref hashes[r], text.IsNull(r) ? Hash64.Null : text.Heap.HashOf(text.Codes[r]), isFirst);
                    break;
            }
        }
    }

    static void Put(ref ulong hash, ulong value, bool isFirst) => hash = isFirst ? value : Hash64.Combine(hash, value);
}
