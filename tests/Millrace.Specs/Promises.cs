using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Millrace.Connectors;
using Millrace.Formats;
using Millrace.Functions;

namespace Millrace.Specs;

/// <summary>What holds for the code as a whole; read it as a list.</summary>
public sealed partial class Promises
{
    static readonly Assembly s_sketches = typeof(Sketches.ISketch<>).Assembly;
    static readonly Assembly s_learning = typeof(Learning.IModel).Assembly;
    static readonly Assembly s_engine = typeof(Data.Batch).Assembly;
    static readonly Assembly s_sql = typeof(Sql.SqlCompiler).Assembly;
    static readonly Assembly s_sqlite = typeof(Sqlite.SqliteStore).Assembly;
    static readonly Assembly s_cassandra = typeof(Cassandra.CassandraConnector).Assembly;
    static readonly Assembly s_postgres = typeof(Postgres.PostgresConnector).Assembly;
    static readonly Assembly s_testing = typeof(Testing.PipelineTest).Assembly;
    static readonly Assembly s_server = typeof(Server.MillraceServer).Assembly;
    static readonly Assembly s_cli = typeof(Cli.CliReference).Assembly;

    public static TheoryData<string> Assemblies => [.. ((Assembly[])[s_sketches, s_learning, s_engine, s_sql, s_sqlite, s_cassandra, s_postgres, s_testing, s_server, s_cli]).Select(a => a.GetName().Name!)];

    [Fact]
    public void No_assembly_uses_one_above_it()
    {
        (Assembly Assembly, string[] May)[] layers =
        [
            (s_sketches, []),
            (s_learning, []),
            (s_engine, ["Millrace.Learning", "Millrace.Sketches"]),
            (s_sql, ["Millrace"]),
            (s_sqlite, ["Millrace", "SQLitePCLRaw."]),
            (s_cassandra, ["Millrace"]),
            (s_postgres, ["Millrace", "Npgsql"]),
            (s_testing, ["Millrace", "Millrace.Sql"]),
            (s_server, ["Millrace", "Millrace.Sql", "Microsoft.AspNetCore", "Microsoft.AspNetCore.", "Microsoft.Extensions.", "Microsoft.Net.Http.Headers", "Microsoft.OpenApi"]),
        ];
        foreach (var (assembly, may) in layers)
            foreach (var used in assembly.GetReferencedAssemblies().Select(r => r.Name!).Where(n => !IsBase(n)))
                Assert.True(may.Any(m => m.EndsWith('.') ? used.StartsWith(m, StringComparison.Ordinal) : used == m), $"{assembly.GetName().Name} uses {used}");

        static bool IsBase(string name) => name is "netstandard" or "mscorlib" || name.StartsWith("System.", StringComparison.Ordinal) || name == "Microsoft.Win32.Primitives";
    }

    [Fact]
    public void Namespace_and_folder_are_one_fact()
    {
        var strays =
            from project in Directory.GetDirectories(Repository.File("src"))
            from file in Repository.Sources(project)
            let declared = NamespaceLine().Match(File.ReadAllText(file)).Groups[1].Value
            where declared.Length > 0
            let expected = string.Join('.', Path.GetRelativePath(Path.GetDirectoryName(project)!, Path.GetDirectoryName(file)!).Split(Path.DirectorySeparatorChar))
            where !(declared == expected || expected.StartsWith(declared + ".", StringComparison.Ordinal) && declared.Count(c => c == '.') >= 1)
            select $"{Repository.Relative(file)}: {declared}";
        Assert.Empty(strays);
    }

    [Fact]
    public void Every_scalar_function_is_registered() => Complete<ScalarFunction>(s_engine, Catalog.BuiltIn.Scalars, t => t.Namespace == "Millrace.Functions.Scalar");

    [Fact]
    public void Every_aggregate_is_registered() => Complete<AggregateFunction>(s_engine, Catalog.BuiltIn.Aggregates, _ => true);

    [Fact]
    public void Every_table_function_is_registered() => Complete<TableFunction>(s_engine, Catalog.BuiltIn.Tables, _ => true);

    [Fact]
    public void Every_format_is_registered() => Complete<Format>(s_engine, new FormatList().All, _ => true);

    [Fact]
    public void Every_connector_of_the_engine_is_registered() => Complete<Connector>(s_engine, new ConnectorList().All, t => t.Namespace!.StartsWith("Millrace.Connectors", StringComparison.Ordinal) && t.GetConstructor(Type.EmptyTypes) is not null);

    [Fact]
    public void Every_command_is_registered() => Complete<Cli.Commands.ICommand>(s_cli, Cli.Commands.CommandList.All, _ => true);

    static void Complete<T>(Assembly assembly, IEnumerable<T> list, Func<Type, bool> counts) where T : notnull
    {
        var registered = list.Select(i => i.GetType()).SelectMany(t => t.IsGenericType ? (Type[])[t, t.GetGenericTypeDefinition()] : [t]).ToHashSet();
        Assert.NotEmpty(registered);
        Assert.Empty(assembly.GetTypes().Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(T)) && counts(t) && !registered.Contains(t)).Select(t => $"not registered: {t.Name}"));
    }

    [Fact]
    public void Every_endpoint_is_mapped()
    {
        var mapped = string.Concat(Repository.Sources("src/Millrace.Server").Select(File.ReadAllText));
        foreach (var file in Repository.Files("src/Millrace.Server/Endpoints", "*Endpoint.cs"))
        {
            var map = MapMethod().Match(File.ReadAllText(file)).Groups[1].Value;
            Assert.True(map.Length > 0, $"{Repository.Relative(file)} maps nothing");
            Assert.True(mapped.Contains($".{map}(", StringComparison.Ordinal), $"not mapped: {map} of {Repository.Relative(file)}");
        }
    }

    [Fact]
    public void No_two_functions_have_one_name()
    {
        var names = Catalog.BuiltIn.Scalars.SelectMany(f => f.Aliases.Prepend(f.Name)).Concat(Catalog.BuiltIn.Aggregates.SelectMany(f => f.Aliases.Prepend(f.Name)));
        Assert.Empty(names.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Theory, MemberData(nameof(Assemblies))]
    public void Every_public_type_is_documented(string name)
    {
        var assembly = ((Assembly[])[s_sketches, s_learning, s_engine, s_sql, s_sqlite, s_cassandra, s_postgres, s_testing, s_server, s_cli]).Single(a => a.GetName().Name == name);
        var path = Directory.GetFiles(Repository.File($"src/{name}/bin"), name + ".xml", SearchOption.AllDirectories).MaxBy(File.GetLastWriteTimeUtc);
        Assert.True(path is not null, $"{name} has no documentation file");
        var documented = XDocument.Load(path).Descendants("member").Select(m => m.Attribute("name")!.Value).ToHashSet();
        Assert.Empty(assembly.GetExportedTypes().Where(t => !t.FullName!.Contains('<', StringComparison.Ordinal) && !documented.Contains("T:" + t.FullName!.Replace('+', '.'))).Select(t => t.FullName));
    }

    [Fact]
    public void Undocumented_members_stop_the_build()
    {
        foreach (var file in Repository.Files("src", "*.cs").Concat(Repository.Files("src", "*.csproj")).Append(Repository.File("Directory.Build.props")))
            Assert.False(File.ReadAllText(file).Contains("CS1591", StringComparison.Ordinal), $"{Repository.Relative(file)} turns the warning for undocumented members off");
    }

    [Theory]
    [InlineData("src/Millrace.Sketches")]
    [InlineData("src/Millrace.Learning")]
    [InlineData("src/Millrace")]
    [InlineData("src/Millrace.Sql")]
    [InlineData("src/Millrace.Sqlite")]
    [InlineData("src/Millrace.Cassandra")]
    [InlineData("src/Millrace.Testing")]
    public void The_engine_reads_no_clock_and_draws_no_unseeded_number(string folder)
    {
        foreach (var file in Repository.Sources(folder))
        {
            var number = 0;
            foreach (var line in File.ReadLines(file))
            {
                number++;
                if (line.TrimStart().StartsWith("//", StringComparison.Ordinal)) continue;
                Assert.False(Clock().IsMatch(line), $"{Repository.Relative(file)}:{number}: {line.Trim()}\nTime comes in through a TimeProvider, randomness through a seed.");
            }
        }
    }

    [Fact]
    public void Every_folder_of_the_sources_is_in_the_architecture()
    {
        var text = File.ReadAllText(Repository.File("docs/architecture.md"));
        Assert.All(Directory.GetDirectories(Repository.File("src")), folder => Assert.Contains($"src/{Path.GetFileName(folder)}", text));
        var folders = Directory.GetDirectories(Repository.File("src/Millrace")).Select(Path.GetFileName).Where(n => n is not ("bin" or "obj"));
        Assert.All(folders, folder => Assert.Matches($@"(?i)\b{folder}\b", text));
    }

    [Fact]
    public void No_file_names_a_folder_of_one_machine()
    {
        foreach (var pattern in (string[])["*.cs", "*.md", "*.sql", "*.csproj", "*.props", "*.ts", "*.json", "*.slnx"])
            foreach (var file in Repository.Files(".", pattern))
                Assert.False(MachinePath().IsMatch(File.ReadAllText(file)), $"{Repository.Relative(file)}: {MachinePath().Match(File.ReadAllText(file)).Value}");
    }

    [Fact]
    public void Nothing_is_left_to_do_in_the_sources()
    {
        foreach (var file in Repository.Sources("src"))
            Assert.False(Unfinished().IsMatch(File.ReadAllText(file)), $"{Repository.Relative(file)}: {Unfinished().Match(File.ReadAllText(file)).Value}");
    }

    [Fact]
    public void Every_link_between_documents_leads_somewhere()
    {
        foreach (var file in Repository.Files("docs", "*.md").Concat(Repository.Files("samples", "*.md")).Concat(Directory.GetFiles(Repository.Root, "*.md")))
            foreach (Match link in MarkdownLink().Matches(File.ReadAllText(file)))
            {
                var target = link.Groups[1].Value.Split('#')[0];
                if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal)) continue;
                var path = Path.Combine(Path.GetDirectoryName(file)!, target);
                Assert.True(File.Exists(path) || Directory.Exists(path), $"{Repository.Relative(file)} links to {target}, which is not there");
            }
    }

    [Fact]
    public void The_reference_of_the_command_line_is_what_the_commands_say() => Repository.Matches("docs/reference/cli.md", Cli.CliReference.Write());

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"static \w+ (Map\w+)\(this ")]
    private static partial Regex MapMethod();

    [GeneratedRegex(@"DateTime(Offset)?\.(Utc)?Now|Environment\.TickCount|new Random\(\)|Random\.Shared|Stopwatch\.(GetTimestamp|StartNew)|Guid\.NewGuid|RandomNumberGenerator")]
    private static partial Regex Clock();

    [GeneratedRegex(@"(?<![\w/.])/(work|home|root|Users)/\w+|[A-Z]:\\Users")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\bNotImplementedException|\bTODO\b|\bFIXME\b|\bHACK\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex MarkdownLink();
}
