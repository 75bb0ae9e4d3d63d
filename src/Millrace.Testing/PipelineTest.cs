using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;
using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Formats;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Testing;

/// <summary>A pipeline that a test holds in its hands: rows come when they are pushed, time passes when it is moved, the process ends when it is told to.</summary>
/// <remarks>
/// <para>
/// Everything runs on the thread that calls, in memory, with the operators, checkpoints and commits of a real run. Whatever the connectors of the file are, its sources give the rows
/// that are pushed, in the order in which they are pushed, as one partition each; its sinks keep what they are told. Nothing is read from disk or network but the SQL file.
/// </para>
/// <para>
/// A seed decides what must not matter: how many lanes there are, how rows are cut into batches, who takes the next turn, when results are committed. The same seed gives the same run.
/// </para>
/// <para>Not thread-safe. A failure of the pipeline (a constraint with FAIL, a row that cannot be computed) comes out of the call that found it, as the exception that it is.</para>
/// </remarks>
/// <example>
/// <code>
/// using var test = PipelineTest.FromFile("shop.sql", seed: 7);
/// test.Push("sales", ["tea", 2.50m, "2026-01-01 10:00:05"], ["tea", 2.50m, "2026-01-01 10:00:40"]);
/// test.Crash();
/// test.Recover();
/// test.AdvanceEventTime("2026-01-01 10:01:00");
/// Assert.Equal([Timestamp("2026-01-01 10:00:00"), "tea", 5.00m], test.Rows("by_minute")[0]);
/// </code>
/// </example>
public sealed class PipelineTest : IDisposable
{
    /// <summary>Steps of the clock while a source may fall idle: as often as the engine looks.</summary>
    static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(500);

    /// <summary>Steps of the clock once all that can be idle is: by then it only moves event time.</summary>
    static readonly TimeSpan s_longStep = TimeSpan.FromMinutes(1);

    readonly Pipeline _pipeline;
    readonly CompileOptions _options;
    readonly Way _way;
    readonly Random? _random;
    readonly MemoryAccountant _memory = new();
    readonly List<MemoryAccountant> _memories; // its own and those of all processes
    readonly VirtualClock _clock = new();
    readonly MemoryStore _store = new() { Blobs = new MemoryBlobStore() };
    readonly Dictionary<string, (MemorySource Rows, bool IsBounded)> _sources;
    readonly Dictionary<string, MemorySink> _sinks;
    readonly Dictionary<string, Timestamp> _times = new(StringComparer.Ordinal);
    readonly TimeSpan _idleTimeout;
    RunningPipeline? _running;
    PipelineRun? _run;
    Scheduler? _scheduler;
    Exception? _failure;
    bool _hasEnded;
    int _crashesLeft, _turnsLeft;
    TimeSpan _silence;

    internal PipelineTest(Pipeline pipeline, CompileOptions options, Way way)
    {
        pipeline = pipeline with { Settings = pipeline.Settings with { BatchRows = way.BatchRows > 0 ? way.BatchRows : pipeline.Settings.BatchRows, QueueLength = way.QueueLength > 0 ? way.QueueLength : pipeline.Settings.QueueLength } };
        (_pipeline, _options, _way, _crashesLeft) = (pipeline, options, way, way.Crashes);
        _memories = [_memory];
        _random = way.Seed == 0 ? null : new Random(way.Seed);
        _sources = pipeline.Sources.ToDictionary(s => s.Name, s => (new MemorySource(s.Schema, keeps: true, _memory), s.IsBounded), StringComparer.Ordinal);
        _sinks = pipeline.Sinks.ToDictionary(s => s.Name, _ => new MemorySink(), StringComparer.Ordinal);
        _idleTimeout = pipeline.Sources.Select(s => s.IdleTimeout).DefaultIfEmpty().Max();
        Open();
    }

    /// <summary>Starts a SQL file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="seed">Decides what must not matter; 0 = one lane, rows in the batches in which they are pushed.</param>
    /// <param name="options">What the text is resolved against; default: the built-in connectors and functions. Variables that are not set get their own names as values, secrets are "test".</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">The file has errors; the message shows each with its place.</exception>
    public static PipelineTest FromFile(string path, int seed = 0, CompileOptions? options = null) =>
        FromSql(File.ReadAllText(path), seed, (options ?? new()) with { Path = path, Name = Path.GetFileNameWithoutExtension(path) });

    /// <summary>Starts the pipeline of a SQL text.</summary>
    /// <inheritdoc cref="FromFile"/>
    /// <param name="sql">The text.</param>
    /// <param name="seed">Decides what must not matter; 0 = one lane, rows in the batches in which they are pushed.</param>
    /// <param name="options">What the text is resolved against; default: the built-in connectors and functions.</param>
    public static PipelineTest FromSql(string sql, int seed = 0, CompileOptions? options = null)
    {
        options = TestSql.Options(options ?? new());
        return new(WithRunningViews(TestSql.Compile(sql, options)), options, Way.Of(seed) with { Crashes = 0 });
    }

    /// <summary>Starts a pipeline that a program has built.</summary>
    /// <param name="pipeline">What runs.</param>
    /// <param name="seed">Decides what must not matter; 0 = one lane, rows in the batches in which they are pushed.</param>
    /// <exception cref="PlanException">A view or sink cannot be served as it is declared.</exception>
    public static PipelineTest Of(Pipeline pipeline, int seed = 0) => new(WithRunningViews(pipeline), TestSql.Options(new()), Way.Of(seed) with { Crashes = 0 });

    static Pipeline WithRunningViews(Pipeline pipeline)
    {
        var running = StoredViews.Running(pipeline);
        return StoredViews.With(pipeline, v => running.Contains(v.Name));
    }

    /// <summary>The time of the outside world; 2026-01-01 00:00:00 UTC at first.</summary>
    public DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>How often the process has ended without a word.</summary>
    public int Crashes { get; private set; }

    /// <summary>Sources that are read to their end before others, which look their rows up: call <see cref="End"/> when all of them are pushed.</summary>
    internal IReadOnlySet<string> ReadFirst { get; private set; } = new HashSet<string>();

    /// <summary>Pushes rows into a source. They are read when the test looks or moves time next, and where the pipeline is down, when it is up again.</summary>
    /// <param name="source">Name of the source.</param>
    /// <param name="rows">
    /// Each has a value for each physical column, in the declared order: null, bool, int, long, double, decimal, string, DateTimeOffset or Timestamp, TimeSpan or Interval, byte[]. A string
    /// in the place of a TIMESTAMP, INTERVAL or DECIMAL is read as in SQL.
    /// </param>
    /// <exception cref="ArgumentException">There is no such source, or a row does not fit; the rows before it are pushed.</exception>
    /// <exception cref="InvalidOperationException">The source has ended.</exception>
    public void Push(string source, params ReadOnlySpan<object?[]> rows)
    {
        var target = Source(source);
        foreach (var row in rows) target.Push(Converted(row, target.Schema));
        _silence = TimeSpan.Zero;
    }

    internal void Push(string source, Batch batch)
    {
        Source(source).Push(batch);
        _silence = TimeSpan.Zero;
    }

    MemorySource Source(string name) => _sources.TryGetValue(name, out var source) ? source.Rows
        : throw new ArgumentException($"There is no source '{name}'; there are {string.Join(", ", _sources.Keys)}.", nameof(name));

    static object?[] Converted(object?[] row, Schema schema)
    {
        if (row.Length != schema.Count) return row; // told where it is pushed
        return [.. row.Select((value, i) => value is string text ? Converted(text, schema[i].Type) : value)];
    }

    static object Converted(string text, DataType type)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return type.Kind switch
        {
            TypeKind.Timestamp when ValueText.TryParseTimestamp(bytes, out var time) => new Timestamp(time),
            TypeKind.Interval when ValueText.TryParseInterval(bytes, out var interval) => interval,
            TypeKind.Decimal when decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) => number,
            _ => text,
        };
    }

    /// <summary>Says that rows of sources before a time are no longer expected: windows that end by then close, and what comes later than that is late.</summary>
    /// <param name="to">The watermark from now on: as TIMESTAMP is written in SQL, in UTC unless it names a zone. It does not go back: an earlier time than it has come to changes nothing.</param>
    /// <param name="source">Name of the source; null = all that have a watermark.</param>
    /// <exception cref="ArgumentException">There is no such source, it has no watermark, or the text is no time.</exception>
    /// <exception cref="InvalidOperationException">The pipeline is down.</exception>
    public void AdvanceEventTime(string to, string? source = null) => AdvanceEventTime(
        ValueText.TryParseTimestamp(Encoding.UTF8.GetBytes(to), out var time) ? new Timestamp(time) : throw new ArgumentException($"'{to}' is no time. Write e.g. 2026-01-31 12:00:00.", nameof(to)), source);

    /// <inheritdoc cref="AdvanceEventTime(string, string?)"/>
    public void AdvanceEventTime(Timestamp to, string? source = null)
    {
        if (source is not null && Source(source) is not null && !_pipeline.Sources.Single(s => s.Name == source).HasWatermark)
            throw new ArgumentException($"Source '{source}' has no WATERMARK, so it has no event time that could be moved.", nameof(source));
        Settle(); // what was pushed before comes before
        foreach (var moved in source is null ? _pipeline.Sources.Where(s => s.HasWatermark).Select(s => s.Name) : [source]) _times[moved] = Timestamp.Max(to, _times.GetValueOrDefault(moved, Timestamp.MinValue));
        if (_run is null) return;
        Move();
        Settle();
    }

    /// <summary>Tells the sources how far event time has been moved; they know it unless it was moved after the last commit.</summary>
    void Move()
    {
        foreach (var source in _run!.Lanes.SelectMany(l => l.Sources).Select(s => s.Source).Distinct())
        {
            if (!_times.TryGetValue(source.Definition.Name, out var to)) continue;
            var allowed = source.Definition.Late.AllowedMicroseconds;
            source.Time.MoveTo(new(to, new(to.Microseconds < long.MinValue + allowed ? long.MinValue : to.Microseconds - allowed)));
        }
        _run.Signals.Tick++;
    }

    /// <summary>Lets time pass in the outside world: sources that are silent for their idle time-out no longer hold event time back, and when all are silent it moves on with the clock.</summary>
    /// <param name="by">How much; at least nothing. It passes in steps of half a second, later of a minute: a day takes some thousand steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">It would go back.</exception>
    /// <exception cref="InvalidOperationException">The pipeline is down.</exception>
    public void AdvanceClock(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        Settle();
        // After a restart a silent source would take its idle time anew.
        _crashesLeft = 0;
        while (by > TimeSpan.Zero)
        {
            var step = _silence > _idleTimeout + s_step + s_step ? s_longStep : s_step;
            if (step > by) step = by;
            _clock.Advance(step);
            _silence += step;
            by -= step;
            if (_run is null) continue;
            _run.OnTimer();
            _scheduler!.Settle(static () => false);
        }
        Settle();
    }

    /// <summary>Says that no more rows come. When all sources have ended all windows close, and the run is over: its results can still be looked at.</summary>
    /// <param name="source">Name of the source; null = all.</param>
    /// <exception cref="ArgumentException">There is no such source.</exception>
    /// <exception cref="InvalidOperationException">The pipeline is down.</exception>
    public void End(string? source = null)
    {
        Settle();
        foreach (var ended in source is null ? [.. _sources.Keys] : (string[])[source]) Source(ended).Complete();
        Settle();
    }

    /// <summary>The rows of a table, or those that stand in a sink after all changes that it was told; everything that has been pushed is read and committed first.</summary>
    /// <param name="name">A view, a late table, <c>dead_letters</c> or a sink. A plain view is there too, unless nothing that is stored or sunk reads it: then it does not run.</param>
    /// <returns>
    /// The visible columns of each row, as .NET values: null, bool, int, long, double, decimal (text beyond its 28 digits), string, Timestamp, Interval, byte[]. Those of a table stand in the
    /// order of its key, or where it has none in the order in which they came.
    /// </returns>
    /// <exception cref="ArgumentException">There is no such table or sink.</exception>
    public IReadOnlyList<object?[]> Rows(string name)
    {
        Look();
        if (_sinks.TryGetValue(name, out var sink)) return [.. sink.Rows().Select(r => Visible(r, sink.Schema))];
        using var snapshot = _store.Snapshot();
        if (snapshot.Tables.All(t => t.Name != name))
        {
            throw new ArgumentException(_pipeline.Views.Any(v => v.Name == name) ? $"View '{name}' does not run: nothing that is stored or sunk reads it. Write CREATE MATERIALIZED VIEW."
                : $"There is no table or sink '{name}'; there are {string.Join(", ", snapshot.Tables.Select(t => t.Name).Concat(_sinks.Keys))}.", nameof(name));
        }
        return Values(snapshot.Scan(name, _memory));
    }

    /// <summary>The answer of a query over the tables; everything that has been pushed is read and committed first.</summary>
    /// <param name="sql">A SELECT, as <c>millrace query</c> takes it.</param>
    /// <returns>Rows as in <see cref="Rows"/>, in the order of the query.</returns>
    /// <exception cref="ArgumentException">The query has errors; the message shows each with its place.</exception>
    /// <exception cref="QueryException">A row could not be computed.</exception>
    public IReadOnlyList<object?[]> Query(string sql)
    {
        Look();
        using var snapshot = _store.Snapshot();
        var query = SqlCompiler.CompileQuery(sql, snapshot.Tables, _options with { Path = null });
        if (query.Plan is null) throw new ArgumentException(DiagnosticText.Render(query.Diagnostics), nameof(sql));
        return Values(query.Run(snapshot, _memory, _clock));
    }

    /// <summary>Every change that a sink was told so far, in order: a row and +1 where it was added, -1 where it was taken back.</summary>
    /// <param name="sink">Name of the sink.</param>
    /// <exception cref="ArgumentException">There is no such sink.</exception>
    public IReadOnlyList<(object?[] Row, int Weight)> Changes(string sink)
    {
        Look();
        if (!_sinks.TryGetValue(sink, out var told)) throw new ArgumentException($"There is no sink '{sink}'; there are {string.Join(", ", _sinks.Keys)}.", nameof(sink));
        var changes = new List<(object?[], int)>();
        foreach (var batch in told.Changes())
        {
            for (var row = 0; row < batch.RowCount; row++) changes.Add((Visible(RowValues.Read(batch, row), told.Schema), batch.Weights is { } weights ? weights[row] : 1));
            batch.Release();
        }
        return changes;
    }

    /// <summary>What a query over the tables gives, as batches of its visible columns; the caller releases them.</summary>
    /// <exception cref="QueryException">A row could not be computed.</exception>
    internal List<Batch> Run(PlanNode query)
    {
        Look();
        using var snapshot = _store.Snapshot();
        if (Scanned(query).FirstOrDefault(t => snapshot.Tables.All(known => known.Name != t)) is { } missing)
            throw new ArgumentException($"table '{missing}' is not there: nothing that is stored or sunk reads its source.", nameof(query));
        var visible = new VisibleRows(query.Schema);
        return [.. QueryRunner.Run(query, snapshot, _memory).Select(b =>
        {
            var shown = visible.Of(b);
            b.Release();
            return shown;
        })];
    }

    /// <summary>The names of the tables that a query reads.</summary>
    internal static IEnumerable<string> Scanned(PlanNode query) => query is StoredScan scan ? [scan.Table] : query.Inputs.SelectMany(Scanned);

    static object?[] Visible(object?[] row, Schema schema) => [.. row.Where((_, i) => !PlanBuilder.IsHidden(schema[i].Name))];

    static List<object?[]> Values(IEnumerable<Batch> batches)
    {
        var rows = new List<object?[]>();
        foreach (var batch in batches)
        {
            for (var row = 0; row < batch.RowCount; row++) rows.Add(Visible(RowValues.Read(batch, row), batch.Schema));
            batch.Release();
        }
        return rows;
    }

    /// <summary>Ends the process without a word: what was read and not committed is forgotten. With a seed that happens at some moment on the way, without one when all is computed and nothing of it committed.</summary>
    /// <exception cref="InvalidOperationException">The pipeline is down, or its input has ended.</exception>
    public void Crash()
    {
        Check();
        if (_hasEnded) throw new InvalidOperationException("The input has ended, and with it the run: there is nothing left that could crash.");
        var turns = _random?.Next(64) ?? int.MaxValue;
        _scheduler!.Settle(() => turns-- <= 0);
        ThrowIfFailed();
        if (!_hasEnded) Drop();
    }

    /// <summary>Starts a new process, which goes on from the last commit.</summary>
    /// <exception cref="InvalidOperationException">The pipeline is not down.</exception>
    public void Recover()
    {
        if (_run is not null || _hasEnded) throw new InvalidOperationException("The pipeline has not crashed: call Crash() before Recover().");
        Open();
    }

    void Open()
    {
        var connectors = new ConnectorList();
        foreach (var name in _pipeline.Sources.Select(s => s.Connector).Concat(_pipeline.Sinks.Select(s => s.Connector)).Distinct(StringComparer.Ordinal))
            connectors.Replace(new ProgramConnector(name, _sources, _sinks));
        var options = new RunOptions
        {
            Store = _store,
            Connectors = connectors,
            Formats = _options.Formats,
            DataDirectory = ".",
            Clock = _clock,
            InBackground = work => work(),
            Lanes = _way.Lanes,
        };
        // Nothing that it opens waits for anything.
        (_running, _run) = PipelineRunner.OpenAsync(_pipeline, options, CancellationToken.None).GetAwaiter().GetResult();
        _memories.Add(_running.Memory);
        _scheduler = new(_run, _random) { OnClock = _run.Commit };
        ReadFirst = _run.Lanes.SelectMany(l => l.Sources).SelectMany(s => s.Source.ReadAfter).Select(s => s.Definition.Name).ToHashSet(StringComparer.Ordinal);
        Move();
    }

    void Drop()
    {
        Crashes++;
        Close();
    }

    void Close()
    {
        var running = _running!;
        (_running, _run, _scheduler) = (null, null, null);
        running.EndAsync().GetAwaiter().GetResult();
        _failure = running.Completion.Exception?.InnerException;
    }

    void Check()
    {
        ThrowIfFailed();
        if (_run is null && !_hasEnded) throw new InvalidOperationException("The pipeline is down: call Recover().");
    }

    /// <summary>What stands in the tables of a pipeline that is down can be looked at too.</summary>
    void Look()
    {
        if (_run is null && !_hasEnded) ThrowIfFailed();
        else Settle();
    }

    /// <summary>Reads and computes everything that is there, and commits it.</summary>
    internal void Settle()
    {
        Check();
        while (!_hasEnded)
        {
            _turnsLeft = _crashesLeft > 0 && _random!.Next(2) == 0 ? _random.Next(64) : int.MaxValue;
            if (SettleOnce()) break;
            _crashesLeft--;
            Drop();
            Open();
        }
        ThrowIfFailed();
    }

    /// <returns>Whether it came to that; else the process ends here.</returns>
    bool SettleOnce()
    {
        if (!_scheduler!.Settle(IsTimeToCrash)) return false;
        _run!.Commit();
        if (!_scheduler.Settle(IsTimeToCrash)) return false;
        if (!_run.HasEnded) return true;
        _hasEnded = true;
        Close();
        return true;
    }

    bool IsTimeToCrash() => _turnsLeft != int.MaxValue && _turnsLeft-- <= 0;

    void ThrowIfFailed()
    {
        if (_run is { HasEnded: true } && !_hasEnded)
        {
            _hasEnded = true;
            Close();
        }
        if (_failure is not null) ExceptionDispatchInfo.Throw(_failure);
    }

    /// <summary>Gives back what it holds.</summary>
    public void Dispose()
    {
        if (_running is not null) Close();
        foreach (var (rows, _) in _sources.Values) rows.Dispose();
        foreach (var sink in _sinks.Values) sink.Dispose();
        _store.Dispose();
        foreach (var memory in _memories) Debug.Assert(memory.Alive == 0, "a buffer was not given back");
    }
}
