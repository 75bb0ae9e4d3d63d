using Millrace.Data;
using Millrace.Stores;

namespace Millrace.Operators.Distinct;

/// <summary>Makes batches of weighted row images, one for each port, and pushes them when they are full.</summary>
sealed class RowBatches(Schema schema, MemoryAccountant memory) : IDisposable
{
    readonly Batch?[] _batches = new Batch?[Ports.Final + 1];

    /// <summary>Appends a row.</summary>
    /// <returns>Whether a full batch was pushed.</returns>
    public bool Add(int port, ReadOnlySpan<byte> image, int weight, IOutput output)
    {
        var batch = _batches[port] ??= Start();
        RowImage.Append(image, batch);
        batch.Weights!.Append(weight);
        if (batch.RowCount < memory.BatchRows) return false;
        Flush(port, output);
        return true;
    }

    /// <summary>Pushes what was begun.</summary>
    public void Flush(IOutput output)
    {
        for (var port = 0; port < _batches.Length; port++) Flush(port, output);
    }

    void Flush(int port, IOutput output)
    {
        if (_batches[port] is not { } batch) return;
        _batches[port] = null;
        if (!batch.Weights!.Values.ContainsAnyExcept(1))
        {
            batch.Weights.Release();
            batch.Weights = null;
        }
        output.Push(batch, port);
    }

    public void Dispose()
    {
        foreach (var batch in _batches) batch?.Release();
    }

    Batch Start()
    {
        var batch = memory.RentBatch(schema);
        foreach (var field in schema.Fields) batch.Add(memory.Rent(field.Type));
        batch.Weights = memory.Rent<int>(DataType.Integer);
        return batch;
    }
}
