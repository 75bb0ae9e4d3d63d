using System.Globalization;
using System.Text;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Formats;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Specs.Queries;

/// <summary>Every golden query gives the same rows whatever the batches, the lanes, the queues and the order within the allowed disorder. With MILLRACE_UPDATE=1 the files are rewritten.</summary>
public sealed class GoldenQueryTests
{
    static string Folder([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    public static TheoryData<string> Names => [.. Directory.GetFiles(Folder(), "*.sql", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder(), f)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Names))]
    public async Task Straight(string name)
    {
        var path = Path.Combine(Folder(), name);
        var text = await File.ReadAllTextAsync(path);
        var found = await RunAsync(GoldenQuery.Parse(text), s => s with { Lanes = 1 });
        if (Environment.GetEnvironmentVariable("MILLRACE_UPDATE") == "1") await File.WriteAllTextAsync(path, GoldenQuery.WithExpected(text, found));
        else AssertRows(GoldenQuery.Parse(text), found);
    }

    [Theory, MemberData(nameof(Names))]
    public Task Batches_of_one_row(string name) => Check(name, s => s with { Lanes = 1, BatchRows = 1 });

    [Theory, MemberData(nameof(Names))]
    public Task Four_lanes(string name) => Check(name, s => s with { Lanes = 4 });

    [Theory, MemberData(nameof(Names))]
    public Task Two_lanes_queues_of_one_and_batches_of_one(string name) => Check(name, s => s with { Lanes = 2, QueueLength = 1, BatchRows = 1 });

    [Theory, MemberData(nameof(Names))]
    public Task Three_lanes_queues_of_one_and_batches_of_two(string name) => Check(name, s => s with { Lanes = 3, QueueLength = 1, BatchRows = 2 });

    [Theory, MemberData(nameof(Names))]
    public async Task Without_each_plan_rule_and_without_all(string name)
    {
        foreach (var off in Settings.RuleNames.Select(r => (string[])[r]).Append([.. Settings.RuleNames])) await Check(name, s => s with { Lanes = 1, RulesOff = [.. off] });
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Commits_all_the_time(string name) => await Check(name, s => s with { Lanes = 2, BatchRows = 3, CommitInterval = TimeSpan.FromMilliseconds(1) });

    [Theory, MemberData(nameof(Names))]
    public async Task Rows_in_another_order(string name)
    {
        var query = await ReadAsync(name);
        if (query.InOrder is not null) return;
        var pipeline = Compile(query);
        for (var seed = 1; seed <= 5; seed++)
        {
            var random = new Random(seed);
            var files = query.Files.ToDictionary(f => f.Key, f => Shuffle(query, pipeline, f.Key, random));
            try
            {
                AssertRows(query, await RunAsync(query with { Files = files }, s => s with { Lanes = 1 + seed % 2, BatchRows = 2 }));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"With its lines in another order (seed {seed}) the query gives other rows. If SQL lets their order matter here, or lines are late, say so in the file: -- in order: WHY. {e.Message}", e);
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Final_rows_come_once_and_are_those_that_are_stored(string name)
    {
        var query = await ReadAsync(name);
        if (query.Sql.Contains("state_ttl", StringComparison.Ordinal)) return; // then a table keeps the last of several final rows of a key
        using var sinks = new DisposableSinks();
        var connectors = new ConnectorList();
        var views = Compile(query).Views.Where(v => v.IsMaterialized && query.Expected.ContainsKey(v.Name)).ToList();
        foreach (var view in views) connectors.Memory.Add(view.Name, sinks.Add(view.Name));
        SinkDefinition Final(ViewDefinition view) => new() { Name = view.Name, View = view.Name, Plan = view.Plan, Connector = "memory", Options = Options.None, Emit = Emit.Final, IsUpsert = false };
        await RunAsync(query, s => s with { Lanes = 2, BatchRows = 3, CommitInterval = TimeSpan.FromMilliseconds(1) }, connectors,
            p => p with { Sinks = [.. p.Sinks, .. p.Views.Where(v => sinks.ContainsKey(v.Name)).Select(Final)] });
        foreach (var view in views)
        {
            var rows = new List<string>();
            var shown = Shown(view.Plan.Schema);
            foreach (var batch in sinks[view.Name].Changes())
            {
                for (var row = 0; row < batch.RowCount; row++)
                {
                    Assert.Equal(1, batch.Weights is { } weights ? weights[row] : 1);
                    rows.Add(string.Join(" | ", shown.Select(i => Show(batch[i], row))));
                }
                batch.Release();
            }
            Assert.Equal(query.Expected[view.Name].Skip(1).Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
        }
    }

    /// <summary>The sinks of one run, by name.</summary>
    sealed class DisposableSinks : Dictionary<string, Millrace.Connectors.Programs.MemorySink>, IDisposable
    {
        public Millrace.Connectors.Programs.MemorySink Add(string name) => this[name] = new();

        public void Dispose()
        {
            foreach (var sink in Values) sink.Dispose();
        }
    }

    static async Task Check(string name, Func<Settings, Settings> settings)
    {
        var query = await ReadAsync(name);
        AssertRows(query, await RunAsync(query, settings));
    }

    static async Task<GoldenQuery> ReadAsync(string name) => GoldenQuery.Parse(await File.ReadAllTextAsync(Path.Combine(Folder(), name)));

    static void AssertRows(GoldenQuery query, Dictionary<string, string[]> found)
    {
        foreach (var (view, rows) in query.Expected) Assert.Equal(rows, found[view]);
    }

    /// <summary>The lines of a file in another order: in any, or so that each moves by less than its source allows rows to be out of order.</summary>
    static string[] Shuffle(GoldenQuery query, Pipeline pipeline, string file, Random random)
    {
        var lines = query.Files[file];
        if (lines.Length < 2) return lines;
        var isCsv = file.EndsWith(".csv", StringComparison.Ordinal);
        var (heads, rows) = isCsv ? (lines[..1], lines[1..]) : ([], lines);
        var (column, span) = Disorder(pipeline, file);
        if (query.Disorder.TryGetValue(file, out var given)) span = given;
        if (span is not { } most)
        {
            rows = [.. rows];
            random.Shuffle(rows);
            return [.. heads, .. rows];
        }
        if (!isCsv) return lines;
        var at = column is null ? 0 : Math.Max(0, Array.IndexOf(lines[0].Split(','), column));
        DateTime? Time(string line) => DateTime.TryParse(line.Split(',')[at], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
        // A line without a time may stand anywhere.
        var times = rows.Select(Time).OfType<DateTime>().DefaultIfEmpty().ToArray();
        return [.. heads, .. rows.OrderBy(l => Time(l) is { } time ? time + most * random.NextDouble() * 0.99 : times[random.Next(times.Length)])];
    }

    /// <summary>The time column of the source that reads a file, and by how much its rows may be out of order; null = in any way.</summary>
    static (string? Column, TimeSpan? Span) Disorder(Pipeline pipeline, string file)
    {
        foreach (var source in pipeline.Sources)
        {
            if (source.Options.TextOrNull("path") is not { } path || Path.GetFileName(path) != file) continue;
            for (var node = source.Plan; node is UnaryNode unary; node = unary.Input)
                if (node is AssignWatermark { DelayMicroseconds: var delay } watermark) return (watermark.Schema[watermark.TimeColumn].Name, TimeSpan.FromMicroseconds(delay));
        }
        return (null, null);
    }

    static Pipeline Compile(GoldenQuery query, ConnectorList? connectors = null)
    {
        var compiled = SqlCompiler.Compile(query.Sql, new CompileOptions { Name = "golden", Secrets = _ => "a secret of the test", Connectors = connectors ?? new() });
        Assert.True(compiled.Pipeline is not null, string.Join("\n", compiled.Diagnostics.Select(DiagnosticText.Render)));
        return compiled.Pipeline;
    }

    static async Task<Dictionary<string, string[]>> RunAsync(GoldenQuery query, Func<Settings, Settings> settings, ConnectorList? connectors = null, Func<Pipeline, Pipeline>? with = null)
    {
        var folder = Directory.CreateTempSubdirectory("millrace-golden-");
        try
        {
            foreach (var (file, lines) in query.Files) await File.WriteAllTextAsync(Path.Combine(folder.FullName, file), string.Concat(lines.Select(l => l + "\n")));
            var pipeline = Compile(query, connectors);
            pipeline = (with?.Invoke(pipeline) ?? pipeline) with { Settings = settings(pipeline.Settings) };
            using var store = new MemoryStore();
            await using var running = await PipelineRunner.StartAsync(pipeline, new RunOptions
            {
                Store = store,
                Connectors = connectors ?? new ConnectorList(),
                Formats = new FormatList(),
                DataDirectory = Path.Combine(folder.FullName, "data"),
                BaseDirectory = folder.FullName,
            });
            await running.Completion.WaitAsync(TimeSpan.FromMinutes(2));
            using var snapshot = store.Snapshot();
            return query.Expected.Keys.ToDictionary(v => v, v => Read(v, snapshot, folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The rows of a stored table in key order, or the lines of a file that a sink wrote.</summary>
    static string[] Read(string name, IStoreSnapshot snapshot, string folder)
    {
        var file = Path.Combine(folder, name);
        if (File.Exists(file)) return Sorted(File.ReadAllLines(file));
        var memory = new MemoryAccountant();
        var table = snapshot.Tables.Single(t => t.Name == name);
        var shown = Shown(table.Schema).Where(i => !(name == "dead_letters" && table.Schema[i].Name == "time")).ToArray();
        var rows = new List<string> { string.Join(" | ", shown.Select(i => table.Schema[i].Name)) };
        foreach (var batch in snapshot.Scan(name, memory))
        {
            for (var row = 0; row < batch.RowCount; row++) rows.Add(string.Join(" | ", shown.Select(i => Show(batch[i], row))));
            batch.Release();
        }
        Assert.Equal(0, memory.Alive);
        return table.Key.IsEmpty || table.Key.Any(k => table.Schema[k].Name.StartsWith("$row", StringComparison.Ordinal)) ? Sorted([.. rows]) : [.. rows];
    }

    static int[] Shown(Schema schema) => [.. Enumerable.Range(0, schema.Count).Where(i => !PlanBuilder.IsHidden(schema[i].Name))];

    /// <summary>Without a key, or where rows are numbered, they stand in an order that lanes may change.</summary>
    static string[] Sorted(string[] lines) => [lines[0], .. lines.Skip(1).Order(StringComparer.Ordinal)];

    static string Show(Column column, int row) => column.Type.Kind == TypeKind.Bytes && !column.IsNull(row) ? Encoding.UTF8.GetString(((TextColumn)column)[row]) : ValueText.Format(column, row);
}
