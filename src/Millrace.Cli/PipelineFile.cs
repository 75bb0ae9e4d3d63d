using Millrace.Cli.Output;
using Millrace.Connectors;
using Millrace.Formats;
using Millrace.Planning;
using Millrace.Sql;

namespace Millrace.Cli;

/// <summary>A SQL file that was read and compiled.</summary>
sealed class PipelineFile
{
    /// <summary>The file's full path.</summary>
    public required string FilePath { get; init; }
    /// <summary>Its text.</summary>
    public required string Text { get; init; }
    /// <summary>What it declares; null where it has errors.</summary>
    public required Pipeline? Compiled { get; init; }
    /// <summary>What was found, warnings included.</summary>
    public required IReadOnlyList<Diagnostic> Diagnostics { get; init; }
    /// <summary>What SQL was resolved against.</summary>
    public required CompileOptions Options { get; init; }

    /// <summary>What it declares.</summary>
    public Pipeline Pipeline => Compiled ?? throw new InvalidOperationException("The file has errors.");

    /// <summary>The folder that relative paths are relative to.</summary>
    public string Folder => Path.GetDirectoryName(FilePath)!;

    /// <summary><c>sales.millrace</c> beside <c>sales.sql</c>.</summary>
    public string DefaultDataDirectory => Path.Combine(Folder, Path.GetFileNameWithoutExtension(FilePath) + ".millrace");

    /// <summary>Reads and compiles a file that must be free of errors; prints those. Warnings are for <c>check</c>.</summary>
    /// <exception cref="CommandException">It cannot be read, or has errors.</exception>
    /// <param name="path">The file.</param>
    /// <param name="settings">NAME=value of --set.</param>
    /// <param name="isToRun">Whether it will run: only then its secrets must be set.</param>
    public static PipelineFile Load(string path, IReadOnlyList<string> settings, bool isToRun = true)
    {
        var file = Read(path, settings, isToRun);
        if (file.Compiled is not null) return file;
        file.WriteFindings(Severity.Error);
        var errors = file.Diagnostics.Count(d => d.Severity == Severity.Error);
        throw new CommandException($"'{path}' has {errors} {(errors == 1 ? "error" : "errors")}; nothing was started.");
    }

    /// <summary>Prints what was found, from a severity on, and what the file says about variables that are not set.</summary>
    public void WriteFindings(Severity least)
    {
        DiagnosticOutput.Write([.. Diagnostics.Where(d => d.Severity >= least)]);
        if (Compiled is not null) return;
        foreach (var hint in VariableHints.For(Text, Diagnostics)) Terminal.Hint(hint);
    }

    /// <summary>Reads and compiles a file, whatever it holds.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    /// <param name="path">The file.</param>
    /// <param name="settings">NAME=value of --set.</param>
    /// <param name="isToRun">Whether it will run: only then its secrets must be set.</param>
    /// <param name="with">Changes what SQL is resolved against; null = nothing.</param>
    public static PipelineFile Read(string path, IReadOnlyList<string> settings, bool isToRun = true, Func<CompileOptions, CompileOptions>? with = null)
    {
        var options = CompileOptionsFor(path, settings);
        if (with is not null) options = with(options);
        if (!isToRun) options = options with { Secrets = static _ => "not needed" };
        var text = ReadText(path);
        var result = SqlCompiler.Compile(text, options);
        return new() { FilePath = Path.GetFullPath(path), Text = text, Compiled = result.Pipeline, Diagnostics = result.Diagnostics, Options = options };
    }

    static CompileOptions CompileOptionsFor(string path, IReadOnlyList<string> settings)
    {
        var variables = Variables(settings);
        return new()
        {
            Name = Path.GetFileNameWithoutExtension(path),
            Path = path,
            Connectors = Connectors(),
            Formats = new FormatList(),
            Variables = name => variables.GetValueOrDefault(name) ?? Environment.GetEnvironmentVariable(name),
        };
    }

    /// <summary>The connectors that this command knows: the built-in ones and those of the assemblies that come with it.</summary>
    public static ConnectorList Connectors() => new ConnectorList()
        .Add(new Sqlite.SqliteConnector())
        .Add(new Cassandra.CassandraConnector())
        .Add(new Kafka.KafkaConnector())
        .Add(new Postgres.PostgresConnector());

    static Dictionary<string, string> Variables(IReadOnlyList<string> settings)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new CommandException($"--set {setting}: expected NAME=value.", ExitCodes.Usage);
            variables[setting[..equals]] = setting[(equals + 1)..];
        }
        return variables;
    }

    static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException($"There is no file '{path}'{Neighbour(path)}.");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new CommandException(Directory.Exists(path) ? $"'{path}' is a folder; name a SQL file in it." : $"'{path}' cannot be read: {e.Message}");
        }
    }

    static string Neighbour(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder)) return $"; there is no folder '{folder}' either";
        var files = Directory.GetFiles(folder, "*.sql").Select(Path.GetFileName).Order(StringComparer.Ordinal).Take(5).ToList();
        return files.Count == 0 ? "" : $"; there is {string.Join(", ", files.Select(f => $"'{f}'"))}";
    }
}
