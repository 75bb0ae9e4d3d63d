using Millrace.Data;
using Millrace.Functions;
using Millrace.Stores;

namespace Millrace.Operators.Lookups;

/// <summary>Rows that wait in the order of their arrival. Small batches are put together, so that memory follows the rows.</summary>
sealed class WaitingRows(Schema schema, MemoryAccountant memory) : IDisposable
{
    readonly Queue<Batch> _batches = new();
    Batch? _open; // of small ones

    /// <summary>Adds the rows of a batch.</summary>
    public void Add(Batch batch)
    {
        if (batch.RowCount >= memory.BatchRows / 2 || batch.Origin is not null)
        {
            Close();
            _batches.Enqueue(batch.Retain());
            return;
        }
        var open = Room(batch.RowCount);
        var before = open.RowCount;
        open.Append(batch);
        var marks = (Column<long>)(open.Watermarks ??= memory.Rent<long>(DataType.Timestamp));
        marks.Length = open.RowCount;
        if (batch.Watermarks is null) marks.Values[before..].Fill(long.MinValue);
        else batch.Watermarks.Values.CopyTo(marks.Values[before..]);
    }

    /// <summary>The next batch, or null; the caller releases it.</summary>
    public Batch? Take()
    {
        if (_batches.TryDequeue(out var batch)) return batch;
        (batch, _open) = (_open, null);
        return batch;
    }

    Batch Room(int rows)
    {
        if (_open is not null && _open.RowCount + rows > memory.BatchRows) Close();
        if (_open is not null) return _open;
        _open = memory.RentBatch(schema);
        foreach (var field in schema.Fields) _open.Add(memory.Rent(field.Type));
        return _open;
    }

    void Close()
    {
        if (_open is null) return;
        _batches.Enqueue(_open);
        _open = null;
    }

    /// <summary>Writes all rows, their weights and watermarks.</summary>
    public void Save(StateWriter writer)
    {
        Close();
        writer.Write(_batches.Sum(b => b.RowCount));
        var image = new RowImage();
        foreach (var batch in _batches)
            for (var row = 0; row < batch.RowCount; row++)
            {
                writer.WriteBytes(image.Write(batch, row));
                writer.Write(batch.Weights is { } weights ? weights[row] : 1);
                writer.Write(batch.Watermarks is { } marks ? marks[row] : long.MinValue);
            }
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public void Load(ref StateReader reader)
    {
        for (var rows = reader.Read<int>(); rows > 0; rows--)
        {
            var open = Room(1);
            open.Weights ??= memory.Rent<int>(DataType.Integer);
            open.Watermarks ??= memory.Rent<long>(DataType.Timestamp);
            RowImage.Append(reader.ReadBytes(), open);
            open.Weights.Append(reader.Read<int>());
            open.Watermarks.Append(reader.Read<long>());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (Take() is { } batch) batch.Release();
    }
}
