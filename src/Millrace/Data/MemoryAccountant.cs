using System.Collections.Concurrent;
using System.Diagnostics;

namespace Millrace.Data;

/// <summary>The one place that buffers and state come from: it pools columns and batches and counts every byte by owner.</summary>
/// <remarks>
/// Pooling keeps the steady state free of allocation: a column of 4,096 rows is rented and returned once per batch, so the cost of
/// the shared stacks (some 50 ns) disappears behind the rows. Thread-safe. Debug builds fill returned buffers with a poison pattern.
/// </remarks>
public sealed class MemoryAccountant
{
    /// <summary>Rows of a batch at most, unless told otherwise.</summary>
    public const int DefaultBatchRows = 4096;

    readonly ConcurrentDictionary<string, MemoryOwner> _owners = new(StringComparer.Ordinal);
    readonly Pool[] _columns = [.. Enumerable.Range(0, 7).Select(_ => new Pool())];
    readonly Pool _batches = new();
    readonly Pool _heaps = new();
    readonly Pool _origins = new();
    long _used;
    long _alive;

    /// <summary>Creates an accountant.</summary>
    /// <param name="limitBytes">Bytes that may be in use; the runtime stops sources at 80 % of it. Default: no limit.</param>
    /// <param name="batchRows">Rows of a batch at most, 1 to 65,536. Small values are for tests.</param>
    public MemoryAccountant(long limitBytes = long.MaxValue, int batchRows = DefaultBatchRows)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limitBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchRows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batchRows, 65_536);
        LimitBytes = limitBytes;
        BatchRows = batchRows;
        Buffers = Owner("buffers");
    }

    /// <summary>Bytes that may be in use.</summary>
    public long LimitBytes { get; }

    /// <summary>Rows of a batch at most; the capacity of every rented column.</summary>
    public int BatchRows { get; }

    /// <summary>The account of pooled buffers.</summary>
    public MemoryOwner Buffers { get; }

    /// <summary>Bytes in use by all owners, pooled buffers included.</summary>
    public long UsedBytes => Interlocked.Read(ref _used);

    /// <summary>Batches, columns, heaps and origins that are rented and not yet returned; 0 at the end of every test.</summary>
    public long Alive => Interlocked.Read(ref _alive);

    /// <summary>Whether sources should wait: 80 % of the limit are in use.</summary>
    public bool IsTight => LimitBytes != long.MaxValue && UsedBytes > LimitBytes / 10 * 8;

    /// <summary>The account of an operator or connector.</summary>
    public MemoryOwner Owner(string name) => _owners.GetOrAdd(name, static (n, a) => new MemoryOwner(a, n), this);

    /// <summary>All accounts.</summary>
    public IEnumerable<MemoryOwner> Owners => _owners.Values;

    /// <summary>Rents an empty column of a type, with one reference.</summary>
    public Column Rent(DataType type)
    {
        var column = (Column?)_columns[(int)type.Storage].TryTake() ?? type.Storage switch
        {
            Storage.Byte => new Column<byte>(this),
            Storage.Int => new Column<int>(this),
            Storage.Long => new Column<long>(this),
            Storage.Double => new Column<double>(this),
            Storage.Int128 => new Column<Int128>(this),
            Storage.Interval => new Column<Interval>(this),
            _ => new TextColumn(this),
        };
        column.Start(type);
        Interlocked.Increment(ref _alive);
        return column;
    }

    /// <summary>Rents an empty column whose storage is known.</summary>
    public Column<T> Rent<T>(DataType type) where T : unmanaged => (Column<T>)Rent(type);

    /// <summary>Rents a column of NULLs.</summary>
    public Column RentNulls(DataType type, int rows)
    {
        var column = Rent(type);
        column.FillNulls(rows);
        return column;
    }

    /// <summary>Rents an empty text column.</summary>
    public TextColumn RentText(DataType type) => (TextColumn)Rent(type);

    /// <summary>Rents a batch without columns, with one reference. Every column then added brings one reference of its own into the batch.</summary>
    public Batch RentBatch(Schema schema)
    {
        var batch = (Batch?)_batches.TryTake() ?? new Batch(this);
        batch.Start(schema);
        Interlocked.Increment(ref _alive);
        return batch;
    }

    /// <summary>Rents an empty heap of texts, with one reference.</summary>
    public TextHeap RentHeap()
    {
        var heap = (TextHeap?)_heaps.TryTake() ?? new TextHeap(this);
        heap.Start();
        Interlocked.Increment(ref _alive);
        return heap;
    }

    /// <summary>Rents an empty origin, with one reference.</summary>
    public Origin RentOrigin()
    {
        var origin = (Origin?)_origins.TryTake() ?? new Origin(this);
        origin.Start();
        Interlocked.Increment(ref _alive);
        return origin;
    }

    internal void Return(Column column) => Return(_columns[(int)column.Type.Storage], column);
    internal void Return(Batch batch) => Return(_batches, batch);
    internal void Return(TextHeap heap) => Return(_heaps, heap);
    internal void Return(Origin origin) => Return(_origins, origin);

    void Return(Pool pool, object item)
    {
        var alive = Interlocked.Decrement(ref _alive);
        Debug.Assert(alive >= 0);
        pool.Put(item);
    }

    /// <summary>Gives up the buffers that nobody has rented: their bytes are no longer in use.</summary>
    internal void Trim()
    {
        foreach (var pool in (ReadOnlySpan<Pool>)[.. _columns, _heaps, _origins])
            while (pool.TryTake() is { } free) Buffers.Charge(-((IPooled)free).ChargedBytes);
    }

    internal void Count(long bytes) => Interlocked.Add(ref _used, bytes);

    /// <summary>A stack under a spin lock: an array of references never allocates once it has its size.</summary>
    sealed class Pool
    {
        object?[] _items = new object?[64];
        int _count;
        SpinLock _lock = new(enableThreadOwnerTracking: false);

        public object? TryTake()
        {
            var taken = false;
            _lock.Enter(ref taken);
            var item = _count == 0 ? null : _items[--_count];
            _lock.Exit();
            return item;
        }

        public void Put(object item)
        {
            var taken = false;
            _lock.Enter(ref taken);
            if (_count == _items.Length) Array.Resize(ref _items, _count * 2);
            _items[_count++] = item;
            _lock.Exit();
        }
    }
}

/// <summary>A buffer that is pooled.</summary>
interface IPooled
{
    /// <summary>What it is charged.</summary>
    long ChargedBytes { get; }
}

/// <summary>The account of one operator or connector: how many bytes it holds. Thread-safe.</summary>
public sealed class MemoryOwner
{
    readonly MemoryAccountant _accountant;
    long _bytes, _most;

    internal MemoryOwner(MemoryAccountant accountant, string name) => (_accountant, Name) = (accountant, name);

    internal MemoryAccountant Accountant => _accountant;

    /// <summary>Who holds the bytes.</summary>
    public string Name { get; }

    /// <summary>Bytes held now.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The most bytes that were held at any time.</summary>
    public long MostBytes => Interlocked.Read(ref _most);

    /// <summary>Counts bytes taken (positive) or given back (negative).</summary>
    public void Charge(long bytes)
    {
        var now = Interlocked.Add(ref _bytes, bytes);
        for (var most = Interlocked.Read(ref _most); now > most;)
        {
            var seen = Interlocked.CompareExchange(ref _most, now, most);
            if (seen == most) break;
            most = seen;
        }
        _accountant.Count(bytes);
    }
}
