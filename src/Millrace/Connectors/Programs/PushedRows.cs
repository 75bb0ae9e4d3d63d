using Millrace.Data;

namespace Millrace.Connectors.Programs;

/// <summary>The batches of one partition of a <see cref="MemorySource"/>, found by the number of a row. Called under the source's lock.</summary>
sealed class PushedRows
{
    readonly List<Batch> _batches = [];
    int _gone; // batches before the first
    long _read;

    /// <summary>Rows before the first batch.</summary>
    public long Dropped { get; private set; }

    /// <summary>Rows that were pushed so far.</summary>
    public long End { get; private set; }

    /// <summary>Rows that nobody has read.</summary>
    public long Unread => End - _read;

    /// <summary>Takes over a batch.</summary>
    public void Add(Batch batch)
    {
        _batches.Add(batch);
        End += batch.RowCount;
    }

    /// <summary>The batch that a row lies in, retained, and the row's place in it; null where it was not pushed yet.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="hint">The batch and the number of its first row, where the reader was last; follows.</param>
    /// <param name="place">Its place.</param>
    public Batch? Find(long row, ref (int Batch, long First) hint, out int place)
    {
        if (hint.Batch < _gone) hint = (_gone, Dropped);
        for (; hint.Batch - _gone < _batches.Count; hint = (hint.Batch + 1, hint.First + _batches[hint.Batch - _gone].RowCount))
            if (hint.First + _batches[hint.Batch - _gone].RowCount > row) break;
        place = (int)(row - hint.First);
        if (hint.Batch - _gone == _batches.Count) return null;
        var batch = _batches[hint.Batch - _gone];
        _read = Math.Max(_read, hint.First + batch.RowCount);
        return batch.Retain();
    }

    /// <summary>Releases the batches before a row.</summary>
    public void Drop(long row)
    {
        while (_batches.Count > 0 && Dropped + _batches[0].RowCount <= row)
        {
            Dropped += _batches[0].RowCount;
            _batches[0].Release();
            _batches.RemoveAt(0);
            _gone++;
        }
    }

    /// <summary>Releases all that is left.</summary>
    public void Clear()
    {
        foreach (var batch in _batches) batch.Release();
        _batches.Clear();
    }
}
