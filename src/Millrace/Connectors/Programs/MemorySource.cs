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
/// <param name="partitions">
/// How many there are, at least 1: a pushed batch goes to the next one in turn, single rows by the batch. Lanes read partitions side by side, each has a watermark of its own, and time is that
/// of the slowest: one that gets no rows holds windows open until <see cref="Complete"/>. Rows keep their order within a partition alone.
/// </param>
public sealed class MemorySource(Schema schema, bool keeps = false, MemoryAccountant? memory = null, int partitions = 1) : IDisposable
{
    readonly MemoryAccountant _memory = memory ?? new MemoryAccountant();
    readonly Lock _lock = new();
    readonly PushedRows[] _partitions = Make(partitions);
    Batch? _rows; // single rows that are not yet a batch
    int _next;    // the partition that they belong to, as the next batch does
    int _single;  // rows that it got one by one: a reader who asks early must not change who gets the next
    bool _isComplete;

    /// <summary>The columns.</summary>
    public Schema Schema { get; } = schema;

    /// <summary>Rows that were pushed and not read yet (with keeps: all rows pushed).</summary>
    public long Waiting
    {
        get
        {
            lock (_lock) return _partitions.Sum(p => keeps ? p.End : p.Unread) + (_rows?.RowCount ?? 0);
        }
    }

    static PushedRows[] Make(int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(partitions);
        return [.. Enumerable.Range(0, partitions).Select(static _ => new PushedRows())];
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
            if (++_single < _memory.BatchRows) return;
            Flush();
            Turn();
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
            if (_single > 0) Turn();
            _partitions[_next].Add(batch.Retain());
            Turn();
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
        _partitions[_next].Add(_rows);
        _rows = null;
    }

    void Turn() => (_next, _single) = ((_next + 1) % _partitions.Length, 0);

    /// <summary>Releases the batches that are left.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Flush();
            foreach (var partition in _partitions) partition.Clear();
            _isComplete = true;
        }
    }

    internal ISource Open(string name) => new Source(this, name);

    /// <summary>The batch that a row of a partition lies in, as <see cref="PushedRows.Find"/> says, and whether no such row comes any more.</summary>
    Batch? Find(int partition, long row, ref (int Batch, long First) hint, out int place, out bool isLast)
    {
        lock (_lock)
        {
            var own = _partitions[partition];
            if (partition == _next && row >= own.End) Flush();
            var batch = own.Find(row, ref hint, out place);
            isLast = batch is null && _isComplete;
            return batch;
        }
    }

    void Drop(IReadOnlyDictionary<int, long> positions)
    {
        if (keeps) return;
        lock (_lock)
        {
            foreach (var (partition, position) in positions)
                if (partition < _partitions.Length) _partitions[partition].Drop(position);
        }
    }

    /// <summary>Where a start reads on.</summary>
    long Begin(string name, int partition, SourcePosition? from)
    {
        lock (_lock)
        {
            var own = _partitions[partition];
            if (from is null) return own.Dropped;
            var end = own.End + (partition == _next && _rows is not null ? _rows.RowCount : 0);
            if (keeps || from.Position >= own.Dropped && from.Position <= end) return from.Position;
            throw new ConnectorException(Fault.User, $"source '{name}': the checkpoint has read {from.Position:N0} rows of a program, and this one holds only those from {own.Dropped:N0} to {end:N0}. " +
                "Keep the rows (new MemorySource(schema, keeps: true)) and push them again, or start anew with RunOptions.From = StartFrom.Fresh.");
        }
    }

    sealed class Source(MemorySource memory, string name) : ISource
    {
        Partition[] _opened = [];

        /// <summary>It ends when the program says so.</summary>
        public bool IsBounded => true;

        public ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop) =>
            new(_opened = [.. memory._partitions.Select((_, id) => new Partition(memory, id, memory.Begin(name, id, from.FirstOrDefault(p => p.Partition == id))))]);

        public void Committed(IReadOnlyDictionary<int, long> positions) => memory.Drop(positions);

        public ValueTask DisposeAsync()
        {
            foreach (var partition in _opened) partition.Dispose();
            return default;
        }
    }

    sealed class Partition(MemorySource source, int id, long first) : IRowPartition
    {
        (int Batch, long First) _hint;
        Batch? _large; // more rows than are handed on at once
        int _largeAt;

        public int Id => id;
        public string Name { get; } = source._partitions.Length == 1 ? "memory" : $"memory {id}";
        public bool IsAtEnd { get; private set; }
        public long Position { get; private set; } = first;
        public long? Length => null;

        public Batch? Next(MemoryAccountant memory, Timestamp now)
        {
            if (_large is null)
            {
                var batch = source.Find(id, Position, ref _hint, out var place, out var isLast);
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
