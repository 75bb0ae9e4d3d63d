using Millrace.Connectors;
using Millrace.Formats;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.Stores;

namespace Millrace.Sql;

/// <summary>What SQL text is resolved against.</summary>
public sealed record CompileOptions
{
    /// <summary>Name of the pipeline: the file's without extension.</summary>
    public string Name { get; init; } = "query";
    /// <summary>The file, for messages; null where there is none.</summary>
    public string? Path { get; init; }
    /// <summary>Functions.</summary>
    public Catalog Catalog { get; init; } = Catalog.BuiltIn;
    /// <summary>Connectors.</summary>
    public ConnectorList Connectors { get; init; } = new();
    /// <summary>Formats.</summary>
    public FormatList Formats { get; init; } = new();
    /// <summary>Values of ${NAME}; null for a name that is not set. Default: the environment's.</summary>
    public Func<string, string?> Variables { get; init; } = Environment.GetEnvironmentVariable;
    /// <summary>Values of SECRET name; null for a name that is not set. Default: the environment's, or the content of the file that NAME_FILE names. Never printed.</summary>
    public Func<string, string?>? Secrets { get; init; }
}

/// <summary>A compiled file: the pipeline, or null where there are errors; and every finding, in the order of the text.</summary>
public sealed record CompileResult(Pipeline? Pipeline, IReadOnlyList<Diagnostic> Diagnostics);

/// <summary>A compiled query: its plan, or null where there are errors; and every finding.</summary>
public sealed record QueryResult(PlanNode? Plan, IReadOnlyList<Diagnostic> Diagnostics);

/// <summary>SQL text to plans.</summary>
public static class SqlCompiler
{
    /// <summary>Compiles a whole file.</summary>
    public static CompileResult Compile(string text, CompileOptions options) => throw new NotImplementedException();

    /// <summary>Compiles one SELECT (or EXPLAIN, SHOW, VALUES) over stored tables.</summary>
    /// <param name="text">The query; a semicolon at the end is allowed.</param>
    /// <param name="tables">The tables of the store, from a snapshot.</param>
    /// <param name="options">What it is resolved against.</param>
    public static QueryResult CompileQuery(string text, IReadOnlyList<TableDefinition> tables, CompileOptions options) => throw new NotImplementedException();
}
