using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Sqlite;
using Millrace.Stores;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Robustness.PowerLoss;

/// <summary>Two processes, one killed and one stopped, that took requests: what they did to the disk, and when which request was answered.</summary>
public sealed class RecordedRun : IAsyncLifetime
{
    const int Requests = 60, RowsEach = 10;

    const string Sql = """
        SET commit_interval = '20 ms';
        CREATE SOURCE events (id BIGINT, amount DECIMAL(10,2), at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '10 seconds')
          WITH (connector = 'http', format = 'json', journal.segment_bytes = '6000');
        CREATE MATERIALIZED VIEW all_events AS SELECT id, amount, at FROM events;
        CREATE MATERIALIZED VIEW per_second AS SELECT window_start, COUNT(*) AS events, SUM(amount) AS total FROM TUMBLE(events, at, INTERVAL '1 second') GROUP BY window_start;
        CREATE SINK copy FROM all_events WITH (connector = 'file', path = 'copy.csv', format = 'csv');
        """;

    readonly string _folder = Directory.CreateTempSubdirectory("millrace-power-").FullName;
    readonly double[] _answered = new double[Requests];
    List<DiskCall> _calls = [];
    HashSet<string> _folders = [];
    bool _isKept;

    string Place => Path.Combine(_folder, "place");

    static bool HasStrace => OperatingSystem.IsLinux() && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, "strace")));

    internal void RequireStrace() => Needs.That(HasStrace, "strace");

    /// <summary>Whether a path is a folder's.</summary>
    internal bool IsFolder(string path) => _folders.Contains(path);

    /// <summary>Keeps the log after the tests, and says where it is.</summary>
    internal string Keep()
    {
        _isKept = true;
        return _folder;
    }

    public async ValueTask InitializeAsync()
    {
        if (!HasStrace) return;
        Directory.CreateDirectory(Place);
        await File.WriteAllTextAsync(Path.Combine(Place, "events.sql"), Sql);
        Array.Fill(_answered, double.MaxValue);
        await ServeAsync(0, Requests / 2, "KILL");
        await ServeAsync(Requests / 2, Requests, "TERM");
        _calls = DiskCall.Read(File.ReadLines(Path.Combine(_folder, "calls")), Place);
        _folders = [Place, .. _calls.Where(c => c.Kind == CallKind.CreateFolder).Select(c => c.Path)];
    }

    /// <summary>Runs the program under strace and sends it requests, three at a time.</summary>
    async Task ServeAsync(int first, int end, string signal)
    {
        using var process = MillraceProcess.StartUnder(["strace", "-f", "--seccomp-bpf", "-A", "-ttt", "-y", "-xx", "-s", "100000000", "-e", "trace=" + DiskCall.Traced, "-o", Path.Combine(_folder, "calls"), "dotnet"],
            Place, "run", "events.sql", "--data", "results", "--port", "0");
        var line = await process.LineWithAsync(" runs at ");
        using var http = new HttpClient { BaseAddress = new(line.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal))) };
        await Parallel.ForAsync(first, end, new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (request, stop) =>
        {
            using var content = new ByteArrayContent(Rows(request));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
            using var message = new HttpRequestMessage(HttpMethod.Post, new Uri("ingest/events", UriKind.Relative)) { Content = content };
            message.Headers.Add("Idempotency-Key", Key(request));
            using var answer = await http.SendAsync(message, stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            _answered[request] = (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds;
        });
        if (signal == "TERM") await Until.TrueAsync(async () => (await http.GetStringAsync(new Uri("api/views/all_events?limit=1", UriKind.Relative))).Contains($"\"total\":{Requests * RowsEach}", StringComparison.Ordinal), "all rows are committed");
        using var kill = Process.Start("kill", ["-" + signal, await File.ReadAllTextAsync(Path.Combine(Place, "results", "millrace.pid"))]);
        await kill.WaitForExitAsync();
        await process.EndAsync(); // the tracer's: it has written everything
    }

    static string Key(int request) => "request " + request.ToString(CultureInfo.InvariantCulture);

    static byte[] Rows(int request) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(request * RowsEach, RowsEach).Select(i => $$"""{"id":{{i}},"amount":1.25,"at":"2026-01-01T00:00:{{i % 10:00}}Z"}""" + "\n")));

    /// <summary>Loses power at a random moment, starts the engine on what is left, and looks.</summary>
    /// <returns>What is wrong, or null.</returns>
    internal async Task<string?> LoseAsync(int seed, Func<DiskCall, bool> syncs)
    {
        var random = new Random(seed);
        var moment = _calls[random.Next(_calls.Count)].Ended;
        var disk = new Disk(Place);
        disk.Do(_calls, moment, syncs);
        var left = Directory.CreateTempSubdirectory("millrace-lost-");
        try
        {
            disk.Lose(Place, left.FullName, random);
            return await GoOnAsync(left.FullName, moment);
        }
        catch (ConnectorException e)
        {
            return e.Message;
        }
        finally
        {
            left.Delete(recursive: true);
        }
    }

    async Task<string?> GoOnAsync(string folder, double moment)
    {
        var connectors = new ConnectorList().Add(new SqliteConnector());
        var pipeline = SqlCompiler.Compile(Sql, new CompileOptions { Name = "events", Connectors = connectors }).Pipeline!;
        using var store = new SqliteStore(Path.Combine(folder, "results"));
        await using var running = await PipelineRunner.StartAsync(pipeline, new RunOptions
        {
            Store = store,
            Connectors = connectors,
            Formats = new FormatList(),
            DataDirectory = Path.Combine(folder, "results"),
            BaseDirectory = folder,
            Lanes = 2,
        });
        var counted = new AllRows(store, Requests * RowsEach);
        using var hears = running.Subscribe(counted);
        for (var request = 0; request < Requests; request++)
        {
            var receipt = await running.Ingest("events")!.AppendAsync(Rows(request), RowsEach, Key(request), CancellationToken.None);
            if (_answered[request] <= moment && !receipt.Repeated) return $"request {request} was answered, and is not known";
        }
        counted.Look();
        if (await Task.WhenAny(counted.AreThere, running.Completion, Task.Delay(TimeSpan.FromSeconds(20))) != counted.AreThere)
        {
            if (running.Completion.IsFaulted) return running.Completion.Exception.InnerException!.Message;
            return $"of {Requests * RowsEach} rows {counted.Count} are there";
        }
        await running.StopAsync();
        await running.Completion;

        using var snapshot = store.Snapshot();
        var memory = new MemoryAccountant();
        var (ids, total) = (new List<long>(), 0L);
        foreach (var batch in snapshot.Scan("all_events", memory))
        {
            for (var row = 0; row < batch.RowCount; row++) ids.Add(((Column<long>)batch[0])[row]);
            batch.Release();
        }
        foreach (var batch in snapshot.Scan("per_second", memory))
        {
            for (var row = 0; row < batch.RowCount; row++) total += ((Column<long>)batch[1])[row];
            batch.Release();
        }
        var expected = Enumerable.Range(0, Requests * RowsEach).Select(i => (long)i);
        if (!ids.Order().SequenceEqual(expected)) return $"{ids.Count} rows are in the view, {ids.Distinct().Count()} different ones";
        if (total != Requests * RowsEach) return $"windows count {total} rows of {Requests * RowsEach}";
        var sunk = (await File.ReadAllLinesAsync(Path.Combine(folder, "copy.csv"))).Skip(1).Select(l => long.Parse(l.Split(',')[0], CultureInfo.InvariantCulture)).ToList();
        if (!sunk.Order().SequenceEqual(expected)) return $"{sunk.Count} rows are in the sink, {sunk.Distinct().Count()} different ones";
        return null;
    }

    public ValueTask DisposeAsync()
    {
        if (!_isKept) Directory.Delete(_folder, recursive: true);
        return default;
    }

    /// <summary>Waits until a view has all rows.</summary>
    sealed class AllRows(SqliteStore store, long rows) : ICommitListener
    {
        readonly TaskCompletionSource _areThere = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task AreThere => _areThere.Task;

        public long Count { get; private set; }

        public void Look()
        {
            using var snapshot = store.Snapshot();
            Count = snapshot.Count("all_events");
            if (Count >= rows) _areThere.TrySetResult();
        }

        public void OnCommitted(StoreCommit commit) => Look();

        public void OnEnded(PipelineState state)
        {
        }
    }
}
