using System.Collections;
using Millrace.Data;
using Millrace.State.Spilling;

namespace Millrace.Runtime;

/// <summary>What one commit has for one reader: batches in memory and, where there was no room for them, on disk. Those are read when their turn comes, one at a time.</summary>
/// <remarks>A batch that was read from disk is valid until the next one is asked for; whoever keeps it retains it.</remarks>
sealed class CommitRows(List<Batch> kept, List<SpilledRows> spilled, Schema schema, MemoryAccountant memory) : IReadOnlyList<Batch>
{
    byte[] _bytes = [];
    Batch? _read;

    /// <summary>Number of rows.</summary>
    public long RowCount { get; } = kept.Sum(b => (long)b.RowCount) + spilled.Sum(s => s.RowCount);

    /// <inheritdoc/>
    public int Count => kept.Count + spilled.Sum(s => s.Count);

    /// <inheritdoc/>
    public Batch this[int index]
    {
        get
        {
            _read?.Release();
            _read = null;
            foreach (var rows in spilled)
            {
                if (index < rows.Count) return _read = rows.Read(index, schema, memory, ref _bytes);
                index -= rows.Count;
            }
            return kept[index];
        }
    }

    /// <inheritdoc/>
    public IEnumerator<Batch> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Lets go of everything.</summary>
    public void Release()
    {
        _read?.Release();
        _read = null;
        foreach (var batch in kept) batch.Release();
        foreach (var rows in spilled) rows.Release();
    }
}
