using System.Collections.Immutable;
using System.Text;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Tests.Stores;
using Millrace.Time;

namespace Millrace.Tests.Server;

/// <summary>A pipeline that runs nothing: a test commits rows, and the store and the listeners hear of them as they would of a real one.</summary>
sealed class FakePipeline : IRunningPipeline
{
    readonly Lock _lock = new();
    readonly List<ICommitListener> _listeners = [];
    readonly TaskCompletionSource _completion = new();

    public FakePipeline(params TableDefinition[] tables)
    {
        Tables = tables;
        Store.Open(tables, from: null);
        Pipeline = new Pipeline
        {
            Name = "sales",
            Text = "CREATE SOURCE orders ...",
            Path = "sales.sql",
            Sources = [Source("orders", "http"), Source("lines", "http"), Source("slow", "http"), Source("files", "file")],
            Views = [.. tables.Where(t => t.Kind == TableKind.View).Select(t => new ViewDefinition { Name = t.Name, Plan = new StoredScan { Schema = t.Schema, Table = t.Name, Key = t.Key }, IsMaterialized = true })],
        };
    }

    public static SourceDefinition Source(string name, string connector) => new()
    {
        Name = name,
        Schema = new(new Field("product", DataType.Text), new Field("price", DataType.Double)),
        Paths = ["product", "price"],
        Connector = connector,
        Format = name == "lines" ? "csv" : "json",
        Options = new(new Dictionary<string, string> { ["http.body_max_bytes"] = "10000" }),
    };

    public MemoryAccountant Memory { get; } = new(batchRows: 64);
    public Pipeline Pipeline { get; set; }
    public MemoryStore Store { get; } = new();
    IStore IRunningPipeline.Store => Store;
    public IReadOnlyList<TableDefinition> Tables { get; }
    public IReadOnlyList<QualityCounters> Quality { get; set; } = [];
    public PipelineState State { get; set; } = PipelineState.Running;
    public string? Error { get; set; }
    public ImmutableArray<NodeStatus> Nodes { get; set; } = [];
    public IReadOnlyList<OperatorStatus> Operators { get; set; } = [];
    public Task Completion => _completion.Task;
    public FakeIngest Journal { get; } = new("json");
    public FakeIngest CsvJournal { get; } = new("csv");

    public PipelineStatus Status() => new(Store.Version, State, new Timestamp(1_767_225_600_000_000), Error, Nodes, 1000, 1_000_000, Store.Version, 3.2) { Operators = Operators, CommitInterval = TimeSpan.FromMilliseconds(100) };

    public IDisposable Subscribe(ICommitListener listener)
    {
        lock (_lock) _listeners.Add(listener);
        return new Subscription(this, listener);
    }

    public IIngest? Ingest(string source) => source switch
    {
        "orders" => Journal,
        "lines" => CsvJournal,
        "slow" => new FullJournal(),
        _ => null,
    };

    public long Commit(TableDefinition table, object?[][] rows, int[]? weights = null, Frontier? frontier = null)
    {
        var batches = new List<Batch>();
        for (var i = 0; i < rows.Length; i += Memory.BatchRows)
        {
            var count = Math.Min(Memory.BatchRows, rows.Length - i);
            batches.Add(StoredRows.Batch(Memory, table.Schema, weights?[i..(i + count)], rows[i..(i + count)]));
        }
        var frontiers = frontier is { } f ? new Dictionary<string, Frontier> { [table.Name] = f } : [];
        var commit = new StoreCommit(Store.Version + 1, [new TableChange(table, batches)], frontiers, []);
        Store.Commit(commit);
        Tell(l => l.OnCommitted(commit));
        foreach (var batch in batches) batch.Release();
        return commit.Version;
    }

    public void End(PipelineState state)
    {
        State = state;
        Tell(l => l.OnEnded(state));
        _completion.TrySetResult();
    }

    void Tell(Action<ICommitListener> what)
    {
        ICommitListener[] all;
        lock (_lock) all = [.. _listeners];
        foreach (var listener in all) what(listener);
    }

    public int Listeners { get { lock (_lock) return _listeners.Count; } }

    public Task StopAsync() => Task.CompletedTask;
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    sealed class Subscription(FakePipeline pipeline, ICommitListener listener) : IDisposable
    {
        public void Dispose()
        {
            lock (pipeline._lock) pipeline._listeners.Remove(listener);
        }
    }

    sealed class FullJournal : IIngest
    {
        public string Format => "json";
        public IReadOnlyList<string> Fields => [];
        public ValueTask<IngestReceipt> AppendAsync(ReadOnlyMemory<byte> records, int count, string? idempotencyKey, CancellationToken stop) =>
            throw new JournalFullException("The journal of slow has 100 MB that are not processed yet.", TimeSpan.FromSeconds(2.5));
    }
}

/// <summary>A journal in memory.</summary>
sealed class FakeIngest(string format) : IIngest
{
    readonly StringBuilder _text = new();
    readonly Dictionary<string, IngestReceipt> _known = [];
    int _position;

    public string Text => _text.ToString();
    public string Format { get; } = format;
    public IReadOnlyList<string> Fields => ["product", "price"];

    public ValueTask<IngestReceipt> AppendAsync(ReadOnlyMemory<byte> records, int count, string? idempotencyKey, CancellationToken stop)
    {
        if (idempotencyKey is not null && _known.TryGetValue(idempotencyKey, out var known)) return new(known with { Repeated = true });
        _text.Append(Encoding.UTF8.GetString(records.Span));
        var receipt = new IngestReceipt(count, _position += records.Length, false);
        if (idempotencyKey is not null) _known[idempotencyKey] = receipt;
        return new(receipt);
    }
}
