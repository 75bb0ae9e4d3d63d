using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Sql.Binder;
using Millrace.Sql.Syntax;
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
    /// <summary>The pipeline that runs, for EXPLAIN view, SHOW SOURCES and SHOW VIEWS in queries; null where there is none.</summary>
    public Pipeline? Pipeline { get; init; }
    /// <summary>The operators of the pipeline that runs and how long it has, for EXPLAIN ANALYZE view in queries; null where there is none.</summary>
    public Func<(IReadOnlyList<OperatorStatus> Operators, TimeSpan Elapsed)>? Running { get; init; }
}

/// <summary>A compiled file: the pipeline, or null where there are errors; and every finding, in the order of the text.</summary>
public sealed record CompileResult(Pipeline? Pipeline, IReadOnlyList<Diagnostic> Diagnostics);

/// <summary>A compiled query: its plan, or null where there are errors; and every finding.</summary>
public sealed record QueryResult(PlanNode? Plan, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>Whether not the rows are asked for but what it takes to find them: EXPLAIN ANALYZE.</summary>
    public bool IsAnalyzed { get; init; }

    /// <summary>The columns of the answer.</summary>
    /// <exception cref="InvalidOperationException">There is no plan.</exception>
    public Schema Schema => IsAnalyzed ? AnalysisText.Schema : (Plan ?? throw new InvalidOperationException("The query has errors.")).Schema;

    /// <summary>The answer; the caller releases each batch.</summary>
    /// <param name="snapshot">Where stored rows come from; null where the plan reads none.</param>
    /// <param name="memory">Where batches come from.</param>
    /// <param name="clock">Measures what EXPLAIN ANALYZE tells.</param>
    /// <param name="stop">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InvalidOperationException">There is no plan.</exception>
    /// <exception cref="QueryException">A row could not be computed.</exception>
    public IEnumerable<Batch> Run(IStoreSnapshot? snapshot, MemoryAccountant memory, TimeProvider clock, CancellationToken stop = default)
    {
        if (Plan is null) throw new InvalidOperationException("The query has errors.");
        if (!IsAnalyzed) return QueryRunner.Run(Plan, snapshot, memory, stop);
        var begin = clock.GetTimestamp();
        var operators = QueryRunner.Analyze(Plan, snapshot, memory, clock, stop);
        return QueryRunner.Run(ShowBinder.Lines(AnalysisText.Lines(operators, clock.GetElapsedTime(begin))), null, memory, stop);
    }
}

/// <summary>SQL text to plans.</summary>
public static class SqlCompiler
{
    /// <summary>Compiles a whole file.</summary>
    /// <remarks>Never throws for what the text says: every mistake is a finding, and as many are found as can be told apart.</remarks>
    public static CompileResult Compile(string text, CompileOptions options)
    {
        var (compilation, statements, failed) = Begin(text, options, isQuery: false);
        var pipeline = new FileBinder(compilation).Bind(statements, failed);
        return new(compilation.Findings.HasErrors ? null : pipeline, compilation.Findings.ToList());
    }

    /// <summary>Compiles one SELECT (or EXPLAIN, SHOW, VALUES) over stored tables.</summary>
    /// <param name="text">The query; a semicolon at the end is allowed.</param>
    /// <param name="tables">The tables of the store, from a snapshot.</param>
    /// <param name="options">What it is resolved against.</param>
    public static QueryResult CompileQuery(string text, IReadOnlyList<TableDefinition> tables, CompileOptions options)
    {
        var (compilation, statements, _) = Begin(text, options, isQuery: true);
        foreach (var table in tables) compilation.Relations[table.Name] = new("table", PlanBuilder.Stored(table), 0);
        PlanNode? plan = null;
        if (!compilation.Findings.HasErrors) compilation.Try(() => plan = Bind(compilation, statements));
        return new(compilation.Findings.HasErrors ? null : plan, compilation.Findings.ToList()) { IsAnalyzed = compilation.IsAnalyzed };
    }

    static (Compilation, List<Statement>, List<Name>) Begin(string text, CompileOptions options, bool isQuery)
    {
        var source = new SqlText(text, options.Path is { } path ? System.IO.Path.GetFileName(path) : "query");
        var findings = new Findings(source);
        var statements = Parser.Parse(source, findings, out var failed);
        return (new Compilation(source, findings, options, isQuery), statements, failed);
    }

    static PlanNode Bind(Compilation compilation, List<Statement> statements)
    {
        if (statements.Count == 0) throw new SqlError(Codes.Unexpected, new(0, 1), "the query is empty. Write e.g. SELECT * FROM view.");
        if (statements.Count > 1) throw new SqlError(Codes.MisplacedStatement, statements[1].Span, "a query is one statement; this is a second.");
        return statements[0] switch
        {
            QueryStatement query => new QueryBinder(compilation, "query", null).Bind(query.Query),
            ShowStatement show => new ShowBinder(compilation, compilation.Options.Pipeline).Show(show),
            ExplainStatement explain => new ShowBinder(compilation, compilation.Options.Pipeline).Explain(explain),
            var other => throw new SqlError(Codes.MisplacedStatement, new(other.Span.Start, Math.Min(other.Span.Length, 6)),
                "a query only reads: SELECT, VALUES, EXPLAIN or SHOW. Pipelines are declared in a file that millrace run starts."),
        };
    }
}
