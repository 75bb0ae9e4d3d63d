using Millrace.Data;
using Millrace.Functions;
using Millrace.State;
using Millrace.Stores;

namespace Millrace.Operators.Lookups;

/// <summary>Rows that wait until their time has come. Full batches are kept as they are, small ones are put together; a batch is looked at only when one of its rows is due.</summary>
/// <remarks>Rows without a time are due at once.</remarks>
sealed class TimedRows(Schema schema, int time, MemoryAccountant memory) : IDisposable
{
    /// <summary>A batch and which of its rows still wait.</summary>
    sealed class Chunk(int capacity)
    {
        public Batch Rows = null!;
        public readonly bool[] IsDone = new bool[capacity];
        public int Left;
        public long Least;
    }

    readonly PriorityQueue<Chunk, long> _chunks = new();
    readonly Stack<Chunk> _free = new();
    readonly int[] _due = new int[memory.BatchRows];
    Chunk? _open; // of small batches

    /// <summary>Rows that wait.</summary>
    public long Count { get; private set; }

    /// <summary>Adds rows of a batch.</summary>
    public void Add(Batch batch, ReadOnlySpan<int> rows)
    {
        Count += rows.Length;
        if (rows.Length == batch.RowCount && rows.Length * 2 >= memory.BatchRows)
        {
            Close(Start(batch.Retain()));
            return;
        }
        var times = (Column<long>)batch[time];
        foreach (var row in rows)
        {
            var open = Room();
            for (var i = 0; i < open.Rows.Columns.Count; i++) open.Rows[i].AppendFrom(batch[i], row);
            open.Rows.RowCount++;
            open.Least = Math.Min(open.Least, TimeOf(times, row));
        }
    }

    Chunk Start(Batch rows)
    {
        var chunk = _free.TryPop(out var free) ? free : new(memory.BatchRows);
        chunk.Rows = rows;
        return chunk;
    }

    Chunk Room()
    {
        if (_open is { } open && open.Rows.RowCount < memory.BatchRows) return open;
        if (_open is { } full) Close(full);
        var batch = memory.RentBatch(schema);
        foreach (var field in schema.Fields) batch.Add(memory.Rent(field.Type));
        _open = Start(batch);
        _open.Least = long.MaxValue;
        return _open;
    }

    /// <summary>Nothing more goes into a chunk; it is found by its least time from now on.</summary>
    void Close(Chunk chunk)
    {
        if (ReferenceEquals(chunk, _open)) _open = null;
        chunk.Left = chunk.Rows.RowCount;
        chunk.IsDone.AsSpan(0, chunk.Left).Clear();
        Enqueue(chunk);
    }

    void Enqueue(Chunk chunk)
    {
        var times = (Column<long>)chunk.Rows[time];
        var least = long.MaxValue;
        for (var row = 0; row < chunk.Rows.RowCount; row++)
            if (!chunk.IsDone[row]) least = Math.Min(least, TimeOf(times, row));
        chunk.Least = least;
        _chunks.Enqueue(chunk, least);
    }

    static long TimeOf(Column<long> times, int row) => times.IsNull(row) ? long.MinValue : times[row];

    /// <summary>The next rows before a time (or all where it is the end), with the batch they stand in; they wait no longer.</summary>
    /// <param name="before">The time.</param>
    /// <param name="isEnd">Whether all rows are due.</param>
    /// <param name="rows">Takes the rows, valid until the next call.</param>
    /// <returns>The batch, which the caller releases; null where none is due.</returns>
    public Batch? Next(long before, bool isEnd, out ReadOnlySpan<int> rows)
    {
        if (_open is { } open && (isEnd || open.Least < before)) Close(open);
        rows = default;
        if (!_chunks.TryPeek(out var chunk, out var least) || !isEnd && least >= before) return null;
        _chunks.Dequeue();
        var times = (Column<long>)chunk.Rows[time];
        var count = 0;
        for (var row = 0; row < chunk.Rows.RowCount; row++)
        {
            if (chunk.IsDone[row] || !isEnd && TimeOf(times, row) >= before) continue;
            chunk.IsDone[row] = true;
            _due[count++] = row;
        }
        rows = _due.AsSpan(0, count);
        Count -= count;
        chunk.Left -= count;
        if (chunk.Left > 0)
        {
            Enqueue(chunk);
            return chunk.Rows.Retain();
        }
        var batch = chunk.Rows;
        chunk.Rows = null!;
        _free.Push(chunk);
        return batch;
    }

    /// <summary>The images of the rows by key group.</summary>
    public List<byte[]>[] Images(System.Collections.Immutable.ImmutableArray<int> keys)
    {
        var groups = new List<byte[]>[Hash64.KeyGroups];
        for (var g = 0; g < groups.Length; g++) groups[g] = [];
        if (_open is { } open) Close(open);
        var image = new RowImage();
        Span<ulong> hash = stackalloc ulong[1];
        foreach (var (chunk, _) in _chunks.UnorderedItems)
            for (var row = 0; row < chunk.Rows.RowCount; row++)
            {
                if (chunk.IsDone[row]) continue;
                KeyHash.Compute(chunk.Rows, keys, [row], hash);
                groups[Hash64.KeyGroup(hash[0])].Add(image.Write(chunk.Rows, row).ToArray());
            }
        return groups;
    }

    /// <summary>Adds a row by its image.</summary>
    public void Load(ReadOnlySpan<byte> image)
    {
        Count++;
        var open = Room();
        RowImage.Append(image, open.Rows);
        open.Least = Math.Min(open.Least, TimeOf((Column<long>)open.Rows[time], open.Rows.RowCount - 1));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _open?.Rows.Release();
        while (_chunks.TryDequeue(out var chunk, out _)) chunk.Rows.Release();
        _open = null;
    }
}
