using System.Text;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Stores;
using Millrace.Tests.Stores;
using Millrace.Time;

namespace Millrace.Tests.Runtime;

/// <summary>connector = 'test': partitions of rows or of bytes that a test scripts, and sinks that remember or fail.</summary>
sealed class TestConnector : Connector
{
    public override string Name => "test";
    public override string Summary => "For tests.";
    public override IReadOnlyList<OptionSpec> SourceOptions => [];
    public override IReadOnlyList<OptionSpec> SinkOptions => [];

    /// <summary>Sources whose names begin with "table" are tables that end.</summary>
    public override bool IsBounded(string source, Options options) => source.StartsWith("table", StringComparison.Ordinal);

    /// <summary>By name of the source.</summary>
    public Dictionary<string, TestSource> Sources { get; } = [];
    /// <summary>By name of the sink.</summary>
    public Dictionary<string, TestSink> Sinks { get; } = [];

    public override ISource CreateSource(SourceContext context) => Sources[context.Name];
    public override ISink CreateSink(SinkContext context) => Sinks[context.Name];
}

sealed class TestSource(bool isBounded, params IPartition[] partitions) : ISource
{
    public bool IsBounded => isBounded;
    public double? Pace { get; init; }
    public Dictionary<int, long> Durable { get; } = [];
    public int Disposed { get; private set; }

    public ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop)
    {
        foreach (var position in from)
            if (partitions.FirstOrDefault(p => p.Id == position.Partition) is TestRows rows) rows.Seek(position.Position);
        return new(partitions);
    }

    public void Committed(IReadOnlyDictionary<int, long> positions)
    {
        lock (Durable)
            foreach (var (partition, position) in positions) Durable[partition] = position;
    }

    public ValueTask DisposeAsync()
    {
        Disposed++;
        return default;
    }
}

/// <summary>Rows in order, cut into batches of random size; may pause and may be told to end.</summary>
sealed class TestRows(int id, Schema schema, int seed, bool ends, params object?[][] rows) : IRowPartition
{
    readonly Random _random = new(seed);
    readonly Lock _lock = new();
    readonly List<object?[]> _rows = [.. rows];
    int _next;
    bool _ends = ends;

    public int Id => id;
    public string Name => "rows " + id;
    public bool IsAtEnd
    {
        get
        {
            lock (_lock) return _ends && _next == _rows.Count;
        }
    }

    public long Position => _next;
    public long? Length => null;

    /// <summary>Goes on behind rows that were read before.</summary>
    public void Seek(long position) => _next = (int)position;

    /// <summary>Thrown instead of the batch after so many rows.</summary>
    public Exception? Fails { get; init; }

    public void Push(params object?[][] more)
    {
        lock (_lock) _rows.AddRange(more);
    }

    public void End()
    {
        lock (_lock) _ends = true;
    }

    public Batch? Next(MemoryAccountant memory, Timestamp now)
    {
        lock (_lock)
        {
            if (_next == _rows.Count && Fails is not null) throw Fails;
            if (_next == _rows.Count || _random.Next(4) == 0) return null;
            var count = Math.Min(_rows.Count - _next, _random.Next(1, memory.BatchRows + 1));
            var batch = StoredRows.Batch(memory, schema, [.. _rows.GetRange(_next, count)]);
            _next += count;
            return batch;
        }
    }

    public void Dispose()
    {
    }
}

/// <summary>Bytes, handed out in pieces; a null piece says that there is nothing now.</summary>
sealed class TestBytes(int id, bool ends, params string?[] pieces) : IBytePartition
{
    readonly Queue<string?> _pieces = new(pieces);

    public int Id => id;
    public string Name => "bytes " + id;
    public long Position { get; private set; }
    public long? Length => pieces.Sum(p => Encoding.UTF8.GetByteCount(p ?? ""));

    /// <summary>Thrown once the pieces are used up.</summary>
    public Exception? Fails { get; init; }

    /// <summary>The piece that stands for the end of a file.</summary>
    public const string FileEnd = "\u0001end of file";

    public ReadResult Read(Chunk chunk, CancellationToken stop)
    {
        lock (_pieces)
        {
            if (!_pieces.TryDequeue(out var piece)) return Fails is not null ? throw Fails : ends ? ReadResult.End : ReadResult.Idle;
            if (piece is null) return ReadResult.Idle;
            if (piece == FileEnd) return ReadResult.EndOfFile;
            var bytes = Encoding.UTF8.GetBytes(piece);
            var count = Math.Min(bytes.Length, chunk.Bytes.Length - chunk.Length);
            bytes.AsSpan(0, count).CopyTo(chunk.Bytes.AsSpan(chunk.Length));
            chunk.Length += count;
            Position += count;
            if (count == bytes.Length) return ReadResult.More;
            var rest = new[] { Encoding.UTF8.GetString(bytes.AsSpan(count)) }.Concat(_pieces).ToArray();
            _pieces.Clear();
            foreach (var r in rest) _pieces.Enqueue(r);
            return ReadResult.More;
        }
    }

    public void Dispose()
    {
    }
}

/// <summary>Remembers rows as texts, or fails.</summary>
sealed class TestSink : ISink
{
    public List<(long Version, string Row, int Weight)> Rows { get; } = [];
    public int Flushes { get; private set; }
    public bool IsDisposed { get; private set; }
    public Exception? Fails { get; init; }
    /// <summary>Called in each write before (false) and after (true) it is done; may throw.</summary>
    public Action<bool>? Disturbs { get; init; }
    /// <summary>Waited for in each write.</summary>
    public SemaphoreSlim? Gate { get; init; }
    public IReadOnlyList<int> Key { get; private set; } = [];
    /// <summary>Takes each row with its weight and version in place of <see cref="Rows"/>.</summary>
    public Action<Batch, int, int, long>? Takes { get; init; }

    public bool IsStaged => false;

    /// <summary>The version that it has written last, as a database remembers it.</summary>
    public long AppliedVersion { get; set; }

    /// <summary>Called where the target is made anew.</summary>
    public Action? BeginsAnew { get; init; }

    public void Open(Schema schema, IReadOnlyList<int> key, string? position)
    {
        Key = [.. key];
        if (position is not null) return;
        AppliedVersion = 0;
        BeginsAnew?.Invoke();
    }

    public void Write(IReadOnlyList<Batch> changes, long version)
    {
        Gate?.Wait();
        if (Fails is not null) throw Fails;
        Disturbs?.Invoke(false);
        if (version > AppliedVersion) Apply(changes, version);
        Disturbs?.Invoke(true);
    }

    void Apply(IReadOnlyList<Batch> changes, long version)
    {
        AppliedVersion = version;
        foreach (var batch in changes)
        {
            if (Takes is not null)
            {
                for (var i = 0; i < batch.RowCount; i++) Takes(batch, i, batch.Weights?[i] ?? 1, version);
                continue;
            }
            var row = 0;
            foreach (var text in StoredRows.Texts(batch)) Rows.Add((version, text, batch.Weights?[row++] ?? 1));
        }
    }

    public string Flush() => (++Flushes).ToString(System.Globalization.CultureInfo.InvariantCulture);
    public void Dispose() => IsDisposed = true;
}
