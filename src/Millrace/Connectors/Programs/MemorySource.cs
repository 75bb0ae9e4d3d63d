using Millrace.Data;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Connectors.Programs;

/// <summary>Rows that a program pushes into a pipeline. Thread-safe; pushing never blocks and is not bounded, so look at <see cref="Waiting"/> if rows come faster than they are computed.</summary>
/// <param name="schema">The columns, as CREATE SOURCE declares them.</param>
/// <param name="keeps">
/// Keeps all batches, so that every start can read them again from the first; a program that goes on from a checkpoint of an earlier process pushes the same rows again, and those that the
/// checkpoint has are left out. Otherwise a batch is gone once its results are committed.
/// </param>
/// <param name="memory">Where columns of pushed rows come from; an own accountant unless given.</param>
public sealed class MemorySource(Schema schema, bool keeps = false, MemoryAccountant? memory = null) : IDisposable
{
    readonly MemoryAccountant _memory = memory ?? new MemoryAccountant();
    readonly Lock _lock = new();
    readonly List<Batch> _batches = [];
    Batch? _rows; // single rows that are not yet a batch
    long _dropped; // rows before the first batch
    int _gone;     // batches before it
    long _read;
    bool _isComplete;

    /// <summary>The columns.</summary>
    public Schema Schema { get; } = schema;

    /// <summary>Rows that were pushed and not read yet (with keeps: all rows pushed).</summary>
    public long Waiting
    {
        get
        {
            lock (_lock) return End - (keeps ? 0 : _read);
        }
    }

    // Rows that were pushed so far; called under the lock.
    long End => _dropped + _batches.Sum(static b => (long)b.RowCount) + (_rows?.RowCount ?? 0);

    /// <summary>Pushes one row.</summary>
    /// <param name="values">A value for each column: null, bool, int, long, double, decimal, string, DateTimeOffset or Timestamp, TimeSpan or Interval, byte[].</param>
    /// <exception cref="ArgumentException">The number of values or the type of one does not fit; the row is not pushed.</exception>
    public void Push(params ReadOnlySpan<object?> values)
    {
        lock (_lock)
        {
            ThrowIfComplete();
            RowValues.Check(Schema, values);
            _rows ??= RowValues.Rent(_memory, Schema);
            RowValues.Append(_rows, values);
            if (_rows.RowCount == _memory.BatchRows) Flush();
        }
    }

    /// <summary>Pushes a batch; the caller's reference stays the caller's.</summary>
    public void Push(Batch batch)
    {
        if (!batch.Schema.Fields.Select(static f => f.Type).SequenceEqual(Schema.Fields.Select(static f => f.Type)))
            throw new ArgumentException($"The batch has ({batch.Schema}), the source has ({Schema}).", nameof(batch));
        lock (_lock)
        {
            ThrowIfComplete();
            Flush();
            _batches.Add(batch.Retain());
        }
    }

    /// <summary>Says that no more rows come: the source ends once they are read.</summary>
    public void Complete()
    {
        lock (_lock) _isComplete = true;
    }

    /// <summary>Whether no more rows come.</summary>
    public bool IsComplete
    {
        get
        {
            lock (_lock) return _isComplete;
        }
    }

    void ThrowIfComplete()
    {
        if (_isComplete) throw new InvalidOperationException("The source is complete: no more rows can be pushed.");
    }

    // Called under the lock.
    void Flush()
    {
        if (_rows is null) return;
        _batches.Add(_rows);
        _rows = null;
    }

    /// <summary>Releases the batches that are left.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Flush();
            foreach (var batch in _batches) batch.Release();
            _batches.Clear();
            _isComplete = true;
        }
    }

    bool Keeps => keeps;

    internal ISource Open(string name) => new Source(this, name);

    /// <summary>The batch that a row lies in, retained, and the row's place in it; null where it was not pushed yet.</summary>
    /// <param name="row">Its number among all rows that were pushed.</param>
    /// <param name="hint">The batch and the number of its first row, where the reader was last; follows.</param>
    /// <param name="place">Its place.</param>
    /// <param name="isLast">Whether no such row comes any more.</param>
    Batch? Find(long row, ref (int Batch, long First) hint, out int place, out bool isLast)
    {
        lock (_lock)
        {
            if (hint.Batch < _gone) hint = (_gone, _dropped);
            for (; hint.Batch - _gone < _batches.Count; hint = (hint.Batch + 1, hint.First + _batches[hint.Batch - _gone].RowCount))
                if (hint.First + _batches[hint.Batch - _gone].RowCount > row) break;
            if (hint.Batch - _gone == _batches.Count && _rows is not null && hint.First + _rows.RowCount > row) Flush();
            place = (int)(row - hint.First);
            isLast = hint.Batch - _gone == _batches.Count && _isComplete;
            if (hint.Batch - _gone == _batches.Count) return null;
            var batch = _batches[hint.Batch - _gone];
            _read = Math.Max(_read, hint.First + batch.RowCount);
            return batch.Retain();
        }
    }

    void Drop(long position)
    {
        lock (_lock)
        {
            while (!keeps && _batches.Count > 0 && _dropped + _batches[0].RowCount <= position)
            {
                _dropped += _batches[0].RowCount;
                _batches[0].Release();
                _batches.RemoveAt(0);
                _gone++;
            }
        }
    }

    /// <summary>Where a start reads on.</summary>
    long Begin(string name, SourcePosition? from)
    {
        lock (_lock)
        {
            if (from is null) return _dropped;
            if (keeps || from.Position >= _dropped && from.Position <= End) return from.Position;
            throw new ConnectorException(Fault.User, $"source '{name}': the checkpoint has read {from.Position:N0} rows of a program, and this one holds only those from {_dropped:N0} to {End:N0}. " +
                "Keep the rows (new MemorySource(schema, keeps: true)) and push them again, or start anew.");
        }
    }

    sealed class Source(MemorySource memory, string name) : ISource
    {
        /// <summary>Rows that are not kept are gone once they are committed.</summary>
        public bool CanReplay => memory.Keeps;

        /// <summary>It ends when the program says so.</summary>
        public bool IsBounded => true;

        public ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop) =>
            new([new Partition(memory, memory.Begin(name, from.FirstOrDefault()))]);

        public void Committed(IReadOnlyDictionary<int, long> positions)
        {
            if (positions.TryGetValue(0, out var position)) memory.Drop(position);
        }

        public ValueTask DisposeAsync() => default;
    }

    sealed class Partition(MemorySource source, long first) : IRowPartition
    {
        (int Batch, long First) _hint;
        Batch? _large; // more rows than are handed on at once
        int _largeAt;

        public int Id => 0;
        public string Name => "memory";
        public bool IsAtEnd { get; private set; }
        public long Position { get; private set; } = first;
        public long? Length => null;

        public Batch? Next(MemoryAccountant memory, Timestamp now)
        {
            if (_large is null)
            {
                var batch = source.Find(Position, ref _hint, out var place, out var isLast);
                IsAtEnd = isLast;
                if (batch is null) return null;
                if (place == 0 && batch.RowCount <= memory.BatchRows)
                {
                    Position += batch.RowCount;
                    return batch;
                }
                (_large, _largeAt) = (batch, place);
            }
            var part = RowValues.Rent(memory, source.Schema);
            var count = Math.Min(memory.BatchRows, _large.RowCount - _largeAt);
            for (var i = 0; i < part.Columns.Count; i++)
                for (var row = _largeAt; row < _largeAt + count; row++) part[i].AppendFrom(_large[i], row);
            part.RowCount = count;
            _largeAt += count;
            Position += count;
            if (_largeAt == _large.RowCount)
            {
                _large.Release();
                _large = null;
            }
            return part;
        }

        public void Dispose()
        {
            _large?.Release();
            _large = null;
        }
    }
}
