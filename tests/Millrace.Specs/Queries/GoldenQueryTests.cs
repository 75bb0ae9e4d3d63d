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
    public Task Three_lanes_queues_of_one_and_batches_of_two(string name) => Check(name, s => s with { Lanes = 3, QueueLength = 1, BatchRows = 2 });

    [Theory, MemberData(nameof(Names))]
    public async Task Without_each_plan_rule_and_without_all(string name)
    {
        foreach (var off in Settings.RuleNames.Select(r => (string[])[r]).Append([.. Settings.RuleNames])) await Check(name, s => s with { Lanes = 1, RulesOff = [.. off] });
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Commits_all_the_time(string name) => await Check(name, s => s with { Lanes = 2, BatchRows = 3, CommitInterval = TimeSpan.FromMilliseconds(1) });

    [Theory, MemberData(nameof(Names))]
    public async Task Rows_in_another_order_within_the_disorder(string name)
    {
        var query = await ReadAsync(name);
        if (query.Disorder.Count == 0) return;
        for (var seed = 1; seed <= 5; seed++)
        {
            var random = new Random(seed);
            var files = query.Files.ToDictionary(f => f.Key, f => query.Disorder.TryGetValue(f.Key, out var span) ? Shuffle(f.Value, span, random) : f.Value);
            try
            {
                AssertRows(query, await RunAsync(query with { Files = files }, s => s with { Lanes = 1, BatchRows = 2 }));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
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

    /// <summary>Each line moves by up to the span, so that no row is further behind the newest than that.</summary>
    static string[] Shuffle(string[] lines, TimeSpan span, Random random) =>
        [lines[0], .. lines.Skip(1).OrderBy(l => DateTime.Parse(l.Split(',')[0], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal) + span * random.NextDouble() * 0.99)];

    static async Task<Dictionary<string, string[]>> RunAsync(GoldenQuery query, Func<Settings, Settings> settings)
    {
        var folder = Directory.CreateTempSubdirectory("millrace-golden-");
        try
        {
            foreach (var (file, lines) in query.Files) await File.WriteAllTextAsync(Path.Combine(folder.FullName, file), string.Concat(lines.Select(l => l + "\n")));
            var compiled = SqlCompiler.Compile(query.Sql, new CompileOptions { Name = "golden", Secrets = _ => "a secret of the test" });
            Assert.True(compiled.Pipeline is not null, string.Join("\n", compiled.Diagnostics.Select(DiagnosticText.Render)));
            var pipeline = compiled.Pipeline with { Settings = settings(compiled.Pipeline.Settings) };
            using var store = new MemoryStore();
            await using var running = await PipelineRunner.StartAsync(pipeline, new RunOptions
            {
                Store = store,
                Connectors = new ConnectorList(),
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
        var shown = Enumerable.Range(0, table.Schema.Count).Where(i => !PlanBuilder.IsHidden(table.Schema[i].Name) && !(name == "dead_letters" && table.Schema[i].Name == "time")).ToArray();
        var rows = new List<string> { string.Join(" | ", shown.Select(i => table.Schema[i].Name)) };
        foreach (var batch in snapshot.Scan(name, memory))
        {
            for (var row = 0; row < batch.RowCount; row++) rows.Add(string.Join(" | ", shown.Select(i => Show(batch[i], row))));
            batch.Release();
        }
        Assert.Equal(0, memory.Alive);
        return table.Key.IsEmpty || table.Key.Any(k => table.Schema[k].Name.StartsWith("$row", StringComparison.Ordinal)) ? Sorted([.. rows]) : [.. rows];
    }

    /// <summary>Without a key, or where rows are numbered, they stand in an order that lanes may change.</summary>
    static string[] Sorted(string[] lines) => [lines[0], .. lines.Skip(1).Order(StringComparer.Ordinal)];

    static string Show(Column column, int row) => column.Type.Kind == TypeKind.Bytes && !column.IsNull(row) ? Encoding.UTF8.GetString(((TextColumn)column)[row]) : ValueText.Format(column, row);
}
