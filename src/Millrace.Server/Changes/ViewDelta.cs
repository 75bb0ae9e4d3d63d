using System.Buffers;
using Millrace.Data;
using Millrace.Stores;

namespace Millrace.Server.Changes;

/// <summary>What one commit changed in one view, encoded once for all readers: for each changed row its key and its JSON.</summary>
sealed class ViewDelta
{
    readonly byte[] _bytes;
    readonly DeltaRow[] _rows;

    ViewDelta(ViewFeed feed, long version, byte[] bytes, DeltaRow[] rows) => (Feed, Version, _bytes, _rows) = (feed, version, bytes, rows);

    /// <summary>The view.</summary>
    public ViewFeed Feed { get; }

    /// <summary>The version that the commit made.</summary>
    public long Version { get; }

    /// <summary>Bytes that it keeps.</summary>
    public long Size => _bytes.Length + 24L * _rows.Length;

    /// <summary>The changed rows in order.</summary>
    public ReadOnlySpan<DeltaRow> Rows => _rows;

    /// <summary>Bytes of a row's key.</summary>
    public ReadOnlySpan<byte> KeyOf(in DeltaRow row) => _bytes.AsSpan(row.Start, row.KeyLength);

    /// <summary>A row as a JSON array (only its key columns where it is deleted).</summary>
    public ReadOnlySpan<byte> JsonOf(in DeltaRow row) => _bytes.AsSpan(row.Start + row.KeyLength, row.JsonLength);

    /// <summary>Encodes the changes of a commit.</summary>
    public static ViewDelta Encode(ViewFeed feed, long version, IReadOnlyList<Batch> batches)
    {
        var bytes = new ArrayBufferWriter<byte>(4096);
        var rows = new List<DeltaRow>();
        var key = new KeyEncoding(feed.Table.Key);
        foreach (var batch in batches)
        {
            for (var row = 0; row < batch.RowCount; row++)
            {
                var isDeleted = batch.Weights is { } weights && weights[row] < 0;
                if (isDeleted && feed.Table.Key.IsEmpty) continue; // a view of one row: the new row follows
                var start = bytes.WrittenCount;
                bytes.Write(key.Encode(batch, row));
                var keyLength = bytes.WrittenCount - start;
                RowJson.WriteRow(batch, row, isDeleted ? feed.KeyColumns : feed.Columns, bytes);
                rows.Add(new(start, keyLength, bytes.WrittenCount - start - keyLength, isDeleted));
            }
        }
        return new(feed, version, bytes.WrittenSpan.ToArray(), [.. rows]);
    }
}

/// <summary>Where a changed row stands in the bytes of its delta.</summary>
readonly record struct DeltaRow(int Start, int KeyLength, int JsonLength, bool IsDeleted);
