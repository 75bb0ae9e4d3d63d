using System.Collections.Immutable;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>All that one SQL file (or program) declares. SQL and the C# API both end here.</summary>
public sealed record Pipeline
{
    /// <summary>Whether it has neither sources nor views nor sinks.</summary>
    public bool IsEmpty => Sources.IsEmpty && Views.IsEmpty && Sinks.IsEmpty;

    /// <summary>Name: the file's, without extension.</summary>
    public required string Name { get; init; }
    /// <summary>The SQL text, or empty.</summary>
    public string Text { get; init; } = "";
    /// <summary>The file it came from, or null.</summary>
    public string? Path { get; init; }
    /// <summary>SET name = value: commit_interval, lanes, memory.limit, batch_rows ...; see <see cref="Settings"/>.</summary>
    public Settings Settings { get; init; } = new();
    /// <summary>In the order of the file.</summary>
    public ImmutableArray<SourceDefinition> Sources { get; init; } = [];
    /// <summary>In the order of the file.</summary>
    public ImmutableArray<ViewDefinition> Views { get; init; } = [];
    /// <summary>In the order of the file.</summary>
    public ImmutableArray<SinkDefinition> Sinks { get; init; } = [];
    /// <summary>In the order of the file.</summary>
    public ImmutableArray<ModelDefinition> Models { get; init; } = [];
    /// <summary>In the order of the file; empty where one shall be made from the views.</summary>
    public ImmutableArray<DashboardDefinition> Dashboards { get; init; } = [];
    /// <summary>In the order of the file. A run ignores them; Millrace.Testing runs them.</summary>
    public ImmutableArray<TestDefinition> Tests { get; init; } = [];

    /// <summary>The same pipeline with its plans rewritten as they will run: filters further down, equal parts shared. Answers and errors of rows stay the same.</summary>
    public Pipeline Optimize() => Rules.PlanRules.Apply(this, Settings.RulesOff);
}

/// <summary>What SET can change. Each has a name in SQL, a default, a unit and a range; the reference is generated from <see cref="Specs"/>.</summary>
public sealed record Settings
{
    /// <summary>commit_interval: time between commits. Default 100 ms.</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>checkpoints.keep: how many checkpoints are kept, 1 to 10,000. Default 3.</summary>
    public int CheckpointsKept { get; init; } = 3;
    /// <summary>checkpoints.keep_for: younger ones are kept besides, up to a day. Default zero.</summary>
    public TimeSpan CheckpointsKeptFor { get; init; }
    /// <summary>checkpoints.folder: where the files of their state lie; empty = in the data folder.</summary>
    public string CheckpointFolder { get; init; } = "";
    /// <summary>lanes: threads that run operators, 1 to 64. Default: 0, the number of cores.</summary>
    public int Lanes { get; init; }
    /// <summary>memory.limit: bytes of buffers and state. Default 0: three quarters of what the machine has.</summary>
    public long MemoryLimitBytes { get; init; }
    /// <summary>batch_rows: rows of a batch at most, 1 to 65,536. Default 4096.</summary>
    public int BatchRows { get; init; } = MemoryAccountant.DefaultBatchRows;
    /// <summary>queue_length: batches between two lanes, at least 1. Default 64.</summary>
    public int QueueLength { get; init; } = 64;
    /// <summary>optimizer.off: names of plan rules that are not applied. Default: none.</summary>
    public ImmutableHashSet<string> RulesOff { get; init; } = [];

    /// <summary>The names that <see cref="RulesOff"/> may hold, in the order in which the rules apply.</summary>
    public static IReadOnlyList<string> RuleNames => Rules.PlanRules.Names;

    /// <summary>The settings by the names that SQL uses.</summary>
    public static IReadOnlyList<OptionSpec> Specs { get; } =
    [
        new("commit_interval", "duration", "100 milliseconds", "Time between commits of results, 1 millisecond to 1 hour."),
        new("checkpoints.keep", "integer", "3", "Checkpoints that are kept to go back to, 1 to 10,000. Each commit is one."),
        new("checkpoints.keep_for", "duration", "0 seconds", "Keeps checkpoints of this time besides, up to 1 day; what takes results back to them is kept as well."),
        new("checkpoints.folder", "text", "", "Folder of the files of state, from the SQL file on; empty = 'checkpoints' in the data folder. They are moved at the next start."),
        new("lanes", "integer", "0", "Threads that run operators, 1 to 64; 0 = the number of cores."),
        new("memory.limit", "text", "0", "Bytes of buffers and state, e.g. '512 MB'; 0 = three quarters of the machine's memory. From half of it on groups go to disk; at 80 % sources wait."),
        new("batch_rows", "integer", "4096", "Rows of a batch at most, 1 to 65,536."),
        new("queue_length", "integer", "64", "Batches between two lanes at most, 1 to 4,096."),
        new("optimizer.off", "text", "", $"Plan rules that are not applied, by name: {string.Join(", ", RuleNames)}; 'all' for none of them."),
    ];
}

/// <summary>CREATE SOURCE.</summary>
public sealed record SourceDefinition
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>The declared physical columns, without generated ones.</summary>
    public required Schema Schema { get; init; }
    /// <summary>For each physical column the field of the input it comes from.</summary>
    public required ImmutableArray<string> Paths { get; init; }
    /// <summary>The connector's name.</summary>
    public required string Connector { get; init; }
    /// <summary>The format's name, or null where the connector makes rows itself.</summary>
    public string? Format { get; init; }
    /// <summary>All WITH options.</summary>
    public Options Options { get; init; } = Options.None;
    /// <summary>bad_data.</summary>
    public BadData BadData { get; init; } = BadData.Fail;
    /// <summary>bad_data.max_rate: share of bad records, 0 to 1, past which the pipeline stops; null = no limit.</summary>
    public double? BadDataMaxRate { get; init; }
    /// <summary>Whether it ends, as far as its options say.</summary>
    public bool IsBounded { get; init; }
    /// <summary>ON LATE.</summary>
    public LatePolicy Late { get; init; } = LatePolicy.Drop;
    /// <summary>watermark.idle_timeout. Default 30 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>watermark.all_idle = 'elapsed': time moves on by the elapsed time when all partitions are idle; false = 'hold'.</summary>
    public bool AdvanceWhenAllIdle { get; init; } = true;
    /// <summary>Physical columns with MASKED WITH: their values do not leave the cleaning.</summary>
    public ImmutableArray<MaskedColumn> Masked { get; init; } = [];
    /// <summary>Position in the SQL text, for messages.</summary>
    public string Where { get; init; } = "";
    /// <summary>PRIMARY KEY: names of its columns; empty where there is none.</summary>
    public ImmutableArray<string> PrimaryKey { get; init; } = [];
    /// <summary>How its rows change.</summary>
    public SourceChanges Changes { get; init; } = SourceChanges.Append;
    /// <summary>deleted: the BOOLEAN column that says of a row of an upsert source that it deletes, or null.</summary>
    public string? Deleted { get; init; }
    /// <summary>state_ttl of an upsert source: event time after which a key without rows is forgotten; null = never.</summary>
    public Interval? StateTtl { get; init; }
    /// <summary>The plan that yields its clean rows as they come: scan, generated columns, constraints, watermark, masks.</summary>
    public PlanNode? Rows { get; set; }
    /// <summary>Whether it has a WATERMARK, and with it event time.</summary>
    internal bool HasWatermark => Rows is { Times.IsEmpty: false };
    /// <summary>What views read: <see cref="Rows"/>, and for an upsert source the changes that they make.</summary>
    public PlanNode? Plan { get; set; }
}

/// <summary>MASKED WITH on a physical column.</summary>
public sealed record MaskedColumn(int Column, string Function);

/// <summary>changes: how the rows of a source change.</summary>
public enum SourceChanges
{
    /// <summary>Rows are added.</summary>
    Append,
    /// <summary>A row replaces the row of its primary key.</summary>
    Upsert,
}

/// <summary>What happens to a record that cannot be decoded, or a row whose generated column cannot be computed.</summary>
public enum BadData
{
    /// <summary>The pipeline stops with an error that names it.</summary>
    Fail,
    /// <summary>It is counted and dropped.</summary>
    Drop,
    /// <summary>The field becomes NULL and is counted; a record that is no record at all is dropped.</summary>
    Null,
    /// <summary>It is set aside in <c>dead_letters</c>.</summary>
    DeadLetter,
}

/// <summary>ON LATE. Rows past the final frontier are dropped and counted, and where <paramref name="Table"/> is named kept there.</summary>
/// <param name="AllowedMicroseconds">UPDATE FOR: how long past its close a window still takes rows; 0 = not at all.</param>
/// <param name="Table">TO: the late table, or null.</param>
public sealed record LatePolicy(long AllowedMicroseconds, string? Table)
{
    /// <summary>ON LATE DROP.</summary>
    public static LatePolicy Drop { get; } = new(0, null);
}

/// <summary>CREATE [MATERIALIZED] VIEW.</summary>
public sealed record ViewDefinition
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>What it computes, constraints included. Readers hold this very node.</summary>
    public required PlanNode Plan { get; init; }
    /// <summary>Whether its rows are stored.</summary>
    public required bool IsMaterialized { get; init; }
    /// <summary>The default of its readers.</summary>
    public Emit Emit { get; init; } = Emit.Changes;
    /// <summary>How long rows stay in the store after the watermark has passed them; null = for ever.</summary>
    public TimeSpan? Retention { get; init; }
    /// <summary>Its text in the file.</summary>
    public string Text { get; init; } = "";
}

/// <summary>EMIT: when a reader hears of a view's rows.</summary>
/// <param name="Mode">When.</param>
/// <param name="Every">The interval of EVERY.</param>
public sealed record Emit(EmitMode Mode, TimeSpan Every = default)
{
    /// <summary>EMIT CHANGES.</summary>
    public static Emit Changes { get; } = new(EmitMode.Changes);
    /// <summary>EMIT ON WINDOW CLOSE.</summary>
    public static Emit OnWindowClose { get; } = new(EmitMode.OnWindowClose);
    /// <summary>EMIT FINAL.</summary>
    public static Emit Final { get; } = new(EmitMode.Final);
}

/// <summary>The words of EMIT.</summary>
public enum EmitMode
{
    /// <summary>As rows change (seen at the next commit).</summary>
    Changes,
    /// <summary>When the watermark passes a window, and again if late rows update it.</summary>
    OnWindowClose,
    /// <summary>Once, when nothing can change it any more.</summary>
    Final,
    /// <summary>As CHANGES, coalesced to one moment in each interval of processing time.</summary>
    Every,
}

/// <summary>CREATE SINK.</summary>
public sealed record SinkDefinition
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>The view it reads.</summary>
    public required string View { get; init; }
    /// <summary>The rows.</summary>
    public required PlanNode Plan { get; init; }
    /// <summary>The connector's name.</summary>
    public required string Connector { get; init; }
    /// <summary>All WITH options (format among them).</summary>
    public required Options Options { get; init; }
    /// <summary>When it hears of rows: FINAL for append-only sinks, CHANGES for upsert sinks, unless said.</summary>
    public required Emit Emit { get; init; }
    /// <summary>mode = 'upsert': rows replace the row of the same key.</summary>
    public required bool IsUpsert { get; init; }
}

/// <summary>CREATE DASHBOARD.</summary>
public sealed record DashboardDefinition(string Name, string Title, ImmutableArray<TileDefinition> Tiles);

/// <summary>One tile. Names are column names of the view; those that do not apply are null.</summary>
public sealed record TileDefinition
{
    /// <summary>kpi, line, bar, table, quality or pipeline.</summary>
    public required string Kind { get; init; }
    /// <summary>What stands above it.</summary>
    public required string Title { get; init; }
    /// <summary>A materialized view (for quality a source or null).</summary>
    public string? View { get; init; }
    /// <summary>Column a kpi shows.</summary>
    public string? Value { get; init; }
    /// <summary>Column of the horizontal axis (a kpi's window column).</summary>
    public string? X { get; init; }
    /// <summary>Column of the vertical axis.</summary>
    public string? Y { get; init; }
    /// <summary>Column whose values are lines of their own.</summary>
    public string? Series { get; init; }
    /// <summary>number, currency or percent.</summary>
    public string? Format { get; init; }
    /// <summary>Bars at most.</summary>
    public int? Top { get; init; }
    /// <summary>Columns of the page's grid, 1 to 4.</summary>
    public int Width { get; init; } = 1;
}
