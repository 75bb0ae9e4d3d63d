using Millrace.Data;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Connectors.Programs;

/// <summary>Rows that a program pushes into a pipeline. Thread-safe; pushing never blocks and is not bounded, so look at <see cref="Waiting"/> if rows come faster than they are computed.</summary>
/// <param name="schema">The columns, as CREATE SOURCE declares them.</param>
/// <param name="keeps">Keeps all batches, so that every start reads them again from the first; otherwise a batch is gone once it was read.</param>
/// <param name="memory">Where columns of pushed rows come from; an own accountant unless given.</param>
public sealed class MemorySource(Schema schema, bool keeps = false, MemoryAccountant? memory = null) : IDisposable
{
    readonly MemoryAccountant _memory = memory ?? new MemoryAccountant();
    readonly Lock _lock = new();
    readonly List<Batch> _batches = [];
    Batch? _rows; // single rows that are not yet a batch
    bool _isComplete;

    /// <summary>The columns.</summary>
    public Schema Schema { get; } = schema;

    /// <summary>Rows that were pushed and not read yet (with keeps: all rows pushed).</summary>
    public long Waiting
    {
        get
        {
            lock (_lock) return _batches.Sum(static b => (long)b.RowCount) + (_rows?.RowCount ?? 0);
        }
    }

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

    internal ISource Open() => new Source(this);

    /// <summary>The batch at a place, retained, or null; without keeping it is taken out.</summary>
    Batch? Take(ref int next, out bool isLast)
    {
        lock (_lock)
        {
            if (next >= _batches.Count) Flush();
            isLast = false;
            if (next < _batches.Count)
            {
                if (keeps) return _batches[next++].Retain();
                var batch = _batches[0];
                _batches.RemoveAt(0);
                return batch;
            }
            isLast = _isComplete;
            return null;
        }
    }

    sealed class Source(MemorySource memory) : ISource
    {
        public bool CanReplay => memory.Keeps;

        /// <summary>It ends when the program says so.</summary>
        public bool IsBounded => true;

        public ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop) => new([new Partition(memory)]);
        public ValueTask DisposeAsync() => default;
    }

    bool Keeps => keeps;

    sealed class Partition(MemorySource source) : IRowPartition
    {
        int _next;
        Batch? _large; // more rows than the pipeline's batches have: handed on in parts
        int _largeAt;

        public int Id => 0;
        public string Name => "memory";
        public bool IsAtEnd { get; private set; }
        public long Position { get; private set; }
        public long? Length => null;

        public Batch? Next(MemoryAccountant memory, Timestamp now)
        {
            if (_large is null)
            {
                var batch = source.Take(ref _next, out var isLast);
                IsAtEnd = isLast;
                if (batch is null) return null;
                if (batch.RowCount <= memory.BatchRows)
                {
                    Position += batch.RowCount;
                    return batch;
                }
                (_large, _largeAt) = (batch, 0);
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
