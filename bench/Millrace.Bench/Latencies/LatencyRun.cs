using System.Diagnostics;
using System.Text.Json;
using Millrace.Bench.Harness;
using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Server;
using Millrace.Sql;
using Millrace.Sqlite;

namespace Millrace.Bench.Latencies;

/// <summary>A pipeline with its server, rows that are appended at a steady pace, and two readers that note when they see them.</summary>
sealed class LatencyRun : IDisposable
{
    const int RowsOfAPush = 100; // a millisecond apart: 100,000 rows a second

    static readonly Schema s_schema = new(new("id", DataType.BigInt), new("at", DataType.Timestamp), new("key", DataType.Integer), new("value", DataType.Double));

    readonly MemoryAccountant _memory = new();
    readonly MemorySource _source;
    readonly SqliteStore _store;
    readonly IRunningPipeline _running;
    readonly MillraceServer _server;
    readonly HttpClient _client = new();
    readonly List<long> _pushed = new(1 << 16); // when push i was appended
    readonly Lock _lock = new();

    public LatencyRun(int commitMs, string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        _source = new MemorySource(s_schema, keeps: false, _memory);
        var connectors = new ConnectorList();
        connectors.Memory.Add("events", _source);
        var compiled = SqlCompiler.Compile($"""
            SET commit_interval = '{commitMs} milliseconds';
            CREATE SOURCE events (id BIGINT, at TIMESTAMP, key INTEGER, value DOUBLE, WATERMARK FOR at AS at - INTERVAL '1 second') WITH (connector = 'memory');
            CREATE MATERIALIZED VIEW per_second AS
              SELECT window_start, key, SUM(value) AS total, COUNT(*) AS n FROM TUMBLE(events, at, INTERVAL '1 second') GROUP BY window_start, key;
            CREATE MATERIALIZED VIEW seen AS SELECT id / {RowsOfAPush} AS push FROM events WHERE id % {RowsOfAPush} = {RowsOfAPush - 1};
            """, new CompileOptions { Connectors = connectors });
        if (compiled.Pipeline is null) throw new BenchmarkException(string.Join('\n', compiled.Diagnostics));
        _store = new SqliteStore(folder);
        _running = PipelineRunner.StartAsync(compiled.Pipeline, new RunOptions { Store = _store, Connectors = connectors, Formats = new FormatList(), DataDirectory = folder }).GetAwaiter().GetResult();
        _server = MillraceServer.StartAsync(_running, new ServerOptions { Port = 0 }).GetAwaiter().GetResult();
        _client.BaseAddress = _server.Address;
        _client.Timeout = Timeout.InfiniteTimeSpan;
    }

    /// <summary>Appends rows for so long.</summary>
    /// <returns>Milliseconds until each push was seen, sorted: by who asks for the views over and over, and by who hears the event stream.</returns>
    public (List<double> Views, List<double> Stream) Measure(int seconds)
    {
        using var stop = new CancellationTokenSource();
        var first = Pushes;
        var views = Task.Run(() => AskForViews(first, stop.Token));
        var stream = Task.Run(() => HearChanges(first, stop.Token));
        Thread.Sleep(300); // the stream is open
        Push(seconds * 1000);
        Thread.Sleep(1500); // the last rows are seen
        stop.Cancel();
        return (Sorted(views), Sorted(stream));

        static List<double> Sorted(Task<List<double>> task)
        {
            var samples = task.GetAwaiter().GetResult();
            samples.Sort();
            return samples;
        }
    }

    void Push(int count)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < i) Thread.Sleep(1);
            var batch = Rows(Pushes);
            lock (_lock) _pushed.Add(Stopwatch.GetTimestamp());
            _source.Push(batch);
            batch.Release();
        }
    }

    int Pushes
    {
        get
        {
            lock (_lock) return _pushed.Count;
        }
    }

    Batch Rows(int push)
    {
        var batch = _memory.RentBatch(s_schema);
        var (id, at, key, value) = (_memory.Rent<long>(DataType.BigInt), _memory.Rent<long>(DataType.Timestamp), _memory.Rent<int>(DataType.Integer), _memory.Rent<double>(DataType.Double));
        for (var i = 0; i < RowsOfAPush; i++)
        {
            id.Append((long)push * RowsOfAPush + i);
            at.Append(1_767_225_600_000_000 + push * 1000L + i * 10);
            key.Append(i);
            value.Append(i * 0.5);
        }
        batch.Add(id);
        batch.Add(at);
        batch.Add(key);
        batch.Add(value);
        batch.RowCount = RowsOfAPush;
        return batch;
    }

    /// <summary>GET /api/views over and over; a row of the view 'seen' stands for a push.</summary>
    async Task<List<double>> AskForViews(int seen, CancellationToken stop)
    {
        var samples = new List<double>();
        while (!stop.IsCancellationRequested)
        {
            using var answer = JsonDocument.Parse(await _client.GetByteArrayAsync("api/views", CancellationToken.None));
            var now = Stopwatch.GetTimestamp();
            var rows = answer.RootElement.GetProperty("views").EnumerateArray().Single(static v => v.GetProperty("name").GetString() == "seen").GetProperty("rows").GetInt32();
            for (; seen < rows; seen++) samples.Add(Age(seen, now));
            // A reader that never rests would take a core from those whom it watches.
            await Task.Delay(1, CancellationToken.None);
        }
        return samples;
    }

    /// <summary>The changes of the view 'seen' as a browser hears them.</summary>
    async Task<List<double>> HearChanges(int seen, CancellationToken stop)
    {
        var samples = new List<double>();
        try
        {
            using var response = await _client.GetAsync("api/views/seen/changes", HttpCompletionOption.ResponseHeadersRead, stop);
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
            while (await lines.ReadLineAsync(stop) is { } line)
            {
                if (!line.StartsWith("data:", StringComparison.Ordinal)) continue;
                var now = Stopwatch.GetTimestamp();
                using var data = JsonDocument.Parse(line.AsMemory(5));
                if (!data.RootElement.TryGetProperty("upserts", out var rows)) continue;
                foreach (var row in rows.EnumerateArray())
                {
                    var push = row[0].ValueKind == JsonValueKind.String ? int.Parse(row[0].GetString()!, System.Globalization.CultureInfo.InvariantCulture) : row[0].GetInt32();
                    if (push >= seen) samples.Add(Age(push, now));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }
        return samples;
    }

    double Age(int push, long now)
    {
        lock (_lock) return Stopwatch.GetElapsedTime(_pushed[push], now).TotalMilliseconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _running.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _store.Dispose();
        _source.Dispose();
    }
}
