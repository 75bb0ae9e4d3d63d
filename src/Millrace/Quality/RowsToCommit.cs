using Millrace.Data;

namespace Millrace.Quality;

/// <summary>Rows of one table that a lane writes between two commits, in batches.</summary>
sealed class RowsToCommit(MemoryAccountant memory, Schema schema) : IDisposable
{
    List<Batch> _full = [];
    Batch? _batch;

    /// <summary>The batch that the next row is written to, each column once; <see cref="Added"/> ends the row.</summary>
    public Batch Next()
    {
        if (_batch is not null) return _batch;
        _batch = memory.RentBatch(schema);
        foreach (var field in schema.Fields) _batch.Add(memory.Rent(field.Type));
        return _batch;
    }

    /// <summary>Ends a row.</summary>
    public void Added()
    {
        if (++_batch!.RowCount < memory.BatchRows) return;
        _full.Add(_batch);
        _batch = null;
    }

    /// <summary>Hands over what was written.</summary>
    public List<Batch> Take()
    {
        if (_batch is not null) _full.Add(_batch);
        _batch = null;
        var taken = _full;
        _full = [];
        return taken;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var batch in Take()) batch.Release();
    }
}
