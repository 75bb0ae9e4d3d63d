using Millrace.Connectors;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Formats;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Specs.Queries;
using Millrace.Sql;
using Millrace.Stores;
using Millrace.Tests.Runtime;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Oracle;

/// <summary>The plain evaluator says of the golden queries what was worked out for them by hand: so it and the engine do not share a misreading.</summary>
public sealed class GoldenOracleTests(ITestOutputHelper log)
{
    static string Folder([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "Millrace.Specs", "Queries");

    internal static async Task<GoldenQuery> ParseAsync(string name) => GoldenQuery.Parse(await File.ReadAllTextAsync(Path.Combine(Folder(), name)));

    public static TheoryData<string> Names => [.. Directory.GetFiles(Folder(), "*.sql", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder(), f)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Names))]
    public async Task The_plain_evaluator_gives_the_rows_of_the_file(string name)
    {
        var query = await ParseAsync(name);
        var compiled = SqlCompiler.Compile(query.Sql, new CompileOptions { Name = "golden", Secrets = _ => "a secret of the test" });
        Assert.True(compiled.Pipeline is not null, DiagnosticText.Render(compiled.Diagnostics));
        var evaluator = new PlainEvaluator(await Read(query, compiled.Pipeline));
        foreach (var view in compiled.Pipeline.Views.Where(v => query.Expected.ContainsKey(v.Name) && !Forgets(v.Plan)))
        {
            List<string> found;
            try
            {
                found = Texts(view.Plan.Schema, evaluator.Evaluate(view.Plan));
            }
            catch (NotInOracle e)
            {
                log.WriteLine($"{view.Name}: {e.Message}");
                continue;
            }
            Assert.Equal(query.Expected[view.Name].Skip(1).Order(StringComparer.Ordinal), found);
        }
    }

    static bool Forgets(PlanNode node) => node is DistinctOn { StateTtl: not null } or TopN { StateTtl: not null } or NormalizeUpsert { StateTtl: not null } || node.Inputs.Any(Forgets);

    static List<string> Texts(Schema schema, List<PlainRow> rows)
    {
        var memory = new MemoryAccountant(batchRows: Math.Max(1, rows.Count));
        var batch = StoredRows.Batch(memory, schema, [.. rows.Select(r => (object?[])[.. r.Values.Select(PlainValues.ToLiteral)])]);
        var shown = Enumerable.Range(0, schema.Count).Where(i => !PlanBuilder.IsHidden(schema[i].Name)).ToArray();
        var texts = Enumerable.Range(0, rows.Count).Select(r => string.Join(" | ", shown.Select(c =>
            schema[c].Type.Kind == TypeKind.Bytes && !batch[c].IsNull(r) ? System.Text.Encoding.UTF8.GetString(((TextColumn)batch[c])[r]) : ValueText.Format(batch[c], r))));
        List<string> sorted = [.. texts.Order(StringComparer.Ordinal)];
        batch.Release();
        return sorted;
    }

    /// <summary>The rows of the sources as their formats decode them.</summary>
    internal static async Task<Dictionary<string, IReadOnlyList<object?[]>[]>> Read(GoldenQuery query, Pipeline pipeline)
    {
        var folder = Directory.CreateTempSubdirectory("millrace-oracle-");
        try
        {
            foreach (var (file, lines) in query.Files) await File.WriteAllTextAsync(Path.Combine(folder.FullName, file), string.Concat(lines.Select(l => l + "\n")));
            var connector = new TestConnector();
            var data = new Dictionary<string, IReadOnlyList<object?[]>[]>();
            var (sources, sinks) = (new List<SourceDefinition>(), new List<SinkDefinition>());
            foreach (var source in pipeline.Sources)
            {
                var rows = new List<object?[]>();
                data[source.Name] = [rows];
                var bare = source with { Plan = null, Late = LatePolicy.Drop, PrimaryKey = [], Changes = SourceChanges.Append, Deleted = null, Masked = [] };
                PlanBuilder.Source(bare, null, [], -1, 0, null);
                sources.Add(bare);
                sinks.Add(Orders.Sink(source.Name, source.Name, bare.Plan!, Emit.Changes));
                connector.Sinks[source.Name] = new() { Takes = (batch, row, _, _) => rows.Add([.. batch.Columns.Select(c => PlainValues.Of(c, row))]) };
            }
            await using var running = await PipelineRunner.StartAsync(new Pipeline { Name = "rows", Sources = [.. sources], Sinks = [.. sinks] }, new RunOptions
            {
                Store = new MemoryStore(),
                Connectors = new ConnectorList().Add(connector),
                Formats = new FormatList(),
                DataDirectory = Path.Combine(folder.FullName, "data"),
                BaseDirectory = folder.FullName,
                Lanes = 1,
            });
            await running.Completion.WaitAsync(TimeSpan.FromMinutes(1));
            return data;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
