using System.Diagnostics;
using System.Text.RegularExpressions;
using Millrace.Connectors;
using Millrace.Planning;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Specs;

/// <summary>The documentation cannot lie: its SQL compiles, its commands run and print what it says. See <see cref="Document"/> for the marks.</summary>
public sealed class DocumentTests
{
    /// <summary>Every page with SQL in it.</summary>
    public static TheoryData<string> Pages =>
        [.. Repository.Files("docs", "*.md").Concat(Repository.Files("samples", "*.md")).Append(Repository.File("README.md")).Select(Repository.Relative).Where(p => Document.Read(p).Blocks.Any(b => b.Kind == "sql"))];

    /// <summary>Pages whose commands run.</summary>
    public static TheoryData<string> Running => [.. Repository.Files("docs", "*.md").Append(Repository.File("README.md")).Select(Repository.Relative).Where(p => Document.Read(p).Blocks.Any(b => b is { Kind: "sh", Word: "" }))];

    /// <summary>The SQL files of the samples.</summary>
    public static TheoryData<string> Samples => [.. Repository.Files("samples", "*.sql").Select(Repository.Relative)];

    internal static readonly ConnectorList Connectors = new ConnectorList().Add(new Sqlite.SqliteConnector()).Add(new Cassandra.CassandraConnector()).Add(new Kafka.KafkaConnector()).Add(new Postgres.PostgresConnector());

    [Theory, MemberData(nameof(Pages))]
    public void SQL_of_the_pages_compiles(string page)
    {
        var blocks = Document.Read(page).Blocks.Where(b => b.Kind == "sql").ToList();
        // Blocks with a file name are a file each; the others of a page belong together.
        var files = blocks.Where(b => b.Word is not "wrong" && !IsQuery(b)).GroupBy(b => b.Word).Select(g => string.Join('\n', g.Select(b => b.Text))).ToList();
        var tables = new List<TableDefinition>();
        foreach (var file in files)
        {
            var result = Compile(file);
            Assert.True(result.Pipeline is not null, Explain(page, result.Diagnostics));
            tables.AddRange(result.Pipeline.Views.Where(v => v.IsMaterialized).Select(v => new TableDefinition(v.Name, v.Plan.Schema, v.Plan.Key, TableKind.View)));
        }
        tables.Add(Quality.DeadLetters.Table);
        foreach (var query in blocks.Where(IsQuery))
        {
            var result = SqlCompiler.CompileQuery(query.Text, tables, new());
            Assert.True(result.Plan is not null, Explain(page, result.Diagnostics));
        }
        foreach (var wrong in blocks.Where(b => b.Word == "wrong"))
            Assert.True(Compile(wrong.Text).Pipeline is null, $"{page} says that this is wrong, but it compiles:\n{wrong.Text}");
    }

    [Theory, MemberData(nameof(Samples))]
    public void Samples_compile(string path)
    {
        var result = Compile(File.ReadAllText(Repository.File(path)));
        Assert.True(result.Pipeline is not null, Explain(path, result.Diagnostics));
    }

    [Theory, MemberData(nameof(Running))]
    public async Task Commands_of_the_pages_run_and_print_what_is_said(string page)
    {
        var folder = Directory.CreateTempSubdirectory("millrace-docs-").FullName;
        try
        {
            var printed = "";
            foreach (var block in Document.Read(page).Blocks)
            {
                if (block is { Kind: "sh", Word: "" }) printed = await ShellAsync(block.Text, folder, page);
                else if (block.Kind == "text" && block.Word == "") AssertPrinted(page, block.Text, printed);
                else if (block.Word.Contains('.', StringComparison.Ordinal))
                {
                    var path = Path.Combine(folder, block.Word);
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    if (block.Kind == "sql" && File.Exists(path)) await File.AppendAllTextAsync(path, "\n" + block.Text);
                    else await File.WriteAllTextAsync(path, block.Text);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static bool IsQuery(Block block) => Regex.IsMatch(block.Text, @"\A\s*(SELECT|EXPLAIN|SHOW|VALUES)\b", RegexOptions.IgnoreCase);

    static CompileResult Compile(string text) => SqlCompiler.Compile(text, new() { Name = "page", Connectors = Connectors, Variables = name => name switch { "DATA" => "data.csv", "BROKERS" => "broker:9092", "HOSTS" => "node", "PORT" or "RATE" => "9042", _ => null }, Secrets = _ => "secret" });

    static string Explain(string page, IReadOnlyList<Diagnostic> findings) => $"{page}:\n{DiagnosticText.Render(findings.Where(f => f.Severity == Severity.Error))}";

    static async Task<string> ShellAsync(string commands, string folder, string page)
    {
        var millrace = $"dotnet '{Path.Combine(AppContext.BaseDirectory, "Millrace.Cli.dll")}'";
        // The page's commands start in the repository; here they start in a folder of their own.
        var script = "set -e\n" + Regex.Replace(commands, @"(?m)^(\./millrace|millrace)\b", millrace);
        var start = new ProcessStartInfo("bash") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        start.Environment["NO_COLOR"] = "1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0 || commands.Contains("|| true", StringComparison.Ordinal), $"{page}: exit code {process.ExitCode} of\n{commands}\n{output}\n{await errors}");
        return output + await errors;
    }

    static void AssertPrinted(string page, string expected, string printed)
    {
        var pattern = string.Join('\n', expected.TrimEnd().Split('\n').Select(l => Regex.Escape(l.TrimEnd()).Replace(@"\.\.\.", ".*", StringComparison.Ordinal)));
        var found = string.Join('\n', printed.TrimEnd().Split('\n').Select(l => l.TrimEnd()));
        Assert.True(Regex.IsMatch(found, $@"\A{pattern}\z"), $"{page} says\n{expected}\nbut it printed\n{found}");
    }
}
