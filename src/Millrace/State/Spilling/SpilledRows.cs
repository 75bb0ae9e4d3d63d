using Millrace.Data;
using Millrace.Functions;
using Millrace.Stores;

namespace Millrace.State.Spilling;

/// <summary>Rows on disk that wait for their commit, batch by batch.</summary>
sealed class SpilledRows(SpillFolder folder)
{
    readonly SpillFile _file = folder.Create();
    readonly StateWriter _writer = new();
    readonly List<(long Start, int Bytes)> _batches = [];

    /// <summary>Number of rows.</summary>
    public long RowCount { get; private set; }

    /// <summary>Number of batches.</summary>
    public int Count => _batches.Count;

    /// <summary>Adds a batch, which stays the caller's.</summary>
    public void Add(Batch batch)
    {
        _writer.Clear();
        BatchImages.Write([batch], _writer);
        _batches.Add((_file.Length, _writer.Length));
        _file.Append(_writer.Written);
        RowCount += batch.RowCount;
    }

    /// <summary>Reads a batch, which the caller releases.</summary>
    /// <param name="index">Which.</param>
    /// <param name="schema">Its columns.</param>
    /// <param name="memory">Where it comes from.</param>
    /// <param name="bytes">Room that is used again.</param>
    public Batch Read(int index, Schema schema, MemoryAccountant memory, ref byte[] bytes)
    {
        var (start, length) = _batches[index];
        if (bytes.Length < length) bytes = new byte[length * 2];
        _file.Read(bytes.AsSpan(0, length), start);
        var reader = new StateReader(bytes.AsSpan(0, length));
        return BatchImages.Read(ref reader, schema, memory)[0];
    }

    /// <summary>Lets go of the file.</summary>
    public void Release() => _file.Release();
}
