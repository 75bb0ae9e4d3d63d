using System.Text;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Stores;

namespace Millrace.Quality;

/// <summary>ON LATE ... TO table: the clean rows of a source that came too late, once for each view and window that they missed.</summary>
/// <remarks>The source's columns (masked ones masked), then view, window_end, watermark, partition and offset; a name that the source uses itself gets an underscore behind it.</remarks>
static class LateTables
{
    static readonly Field[] s_added =
    [
        new("view", DataType.Text), new("window_end", DataType.Timestamp), new("watermark", DataType.Timestamp), new("partition", DataType.Integer),
        new("offset", DataType.BigInt),
    ];

    /// <summary>The table of a source.</summary>
    public static TableDefinition Definition(string name, SourceDefinition source)
    {
        var fields = source.Plan!.Schema.Fields;
        var added = s_added.Select(f => source.Plan.Schema.IndexOf(f.Name) < 0 ? f : f with { Name = f.Name + "_" });
        var first = fields.Length;
        return new(name, new Schema(fields.Concat(added)), [first + 3, first + 4, first, first + 1], TableKind.Late);
    }
}

/// <summary>Writes the rows of one late table in one lane, between two commits.</summary>
sealed class LateTableWriter(TableDefinition table, MemoryAccountant memory) : IDisposable
{
    readonly RowsToCommit _rows = new(memory, table.Schema);

    /// <summary>The table.</summary>
    public TableDefinition Table { get; } = table;

    /// <summary>Adds a row by its entry in an origin that keeps rows.</summary>
    public void Add(Origin origin, int entry, string view, long windowEnd, long watermark)
    {
        if (origin.Rows is not { } rows) return;
        var row = rows.OriginRows is { } index ? index.Values.BinarySearch(entry) : entry;
        if (row < 0) return;
        var batch = _rows.Next();
        var columns = rows.Columns.Count;
        for (var i = 0; i < columns; i++) batch[i].AppendFrom(rows[i], row);
        ((TextColumn)batch[columns]).Append(Encoding.UTF8.GetBytes(view));
        ((Column<long>)batch[columns + 1]).Append(windowEnd);
        ((Column<long>)batch[columns + 2]).Append(watermark);
        ((Column<int>)batch[columns + 3]).Append(origin.Partition);
        ((Column<long>)batch[columns + 4]).Append(origin.Offsets[entry]);
        _rows.Added();
    }

    /// <summary>Hands over what was written.</summary>
    public List<Batch> Take() => _rows.Take();

    /// <inheritdoc/>
    public void Dispose() => _rows.Dispose();
}
