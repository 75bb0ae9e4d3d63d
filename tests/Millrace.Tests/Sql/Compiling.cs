using Millrace.Connectors;
using Millrace.Planning;
using Millrace.Sql;

namespace Millrace.Tests.Sql;

/// <summary>A connector that tests read from and write to; it opens nothing.</summary>
sealed class PipeConnector : Connector
{
    public override string Name => "pipe";
    public override string Summary => "For tests.";
    public override IReadOnlyList<OptionSpec> SourceOptions { get; } =
    [
        new("path", "path", null, "A path."), new("size", "integer", "1", "A size."), new("share", "number", "1", "A share."), new("loud", "boolean", "false", "A flag."),
        new("pause", "duration", "1 second", "A pause."), new("order", "first|last", "first", "An order."), new("password", "secret", null, "A secret."),
    ];
    public override IReadOnlyList<OptionSpec> SinkOptions { get; } = [new("path", "path", null, "A path.", Required: true)];
}

/// <summary>A connector that only writes, and one that needs no format.</summary>
sealed class NullConnector : Connector
{
    public override string Name => "null";
    public override string Summary => "For tests.";
    public override IReadOnlyList<OptionSpec> SinkOptions { get; } = [];
}

/// <summary>Compiling in tests: options with the tests' connectors, and short forms.</summary>
static class Compiling
{
    public const string Orders = """
        CREATE SOURCE orders (
          invoice TEXT, product TEXT, quantity INTEGER, price DECIMAL(10,3), customer TEXT, country TEXT, at TIMESTAMP,
          amount AS quantity * price,
          WATERMARK FOR at AS at - INTERVAL '10 seconds'
        ) WITH (connector = 'pipe', format = 'csv');

        """;

    public static CompileOptions Options { get; } = new()
    {
        Path = "sales.sql",
        Name = "sales",
        Connectors = new ConnectorList().Add(new PipeConnector()).Add(new NullConnector()),
        Variables = name => name == "DATA" ? "/data" : null,
        Secrets = name => name == "PASSWORD" ? "s3cret" : null,
    };

    /// <summary>Compiles a text that must have no error.</summary>
    public static Pipeline Good(string text)
    {
        var result = SqlCompiler.Compile(text, Options);
        Assert.True(result.Pipeline is not null, DiagnosticText.Render(result.Diagnostics));
        return result.Pipeline;
    }

    /// <summary>The plan of view v over the source orders.</summary>
    public static PlanNode View(string select) => Good($"{Orders}CREATE VIEW v AS {select}").Views[^1].Plan;

    /// <summary>The tree of a plan, one line a node.</summary>
    public static string Tree(PlanNode plan) => string.Join("\n", PlanText.Lines(plan));

    /// <summary>Errors of a text (no warnings), rendered short: code line:column message.</summary>
    public static string Errors(string text) => Short(SqlCompiler.Compile(text, Options).Diagnostics.Where(d => d.Severity == Severity.Error));

    public static string Warnings(string text) => Short(SqlCompiler.Compile(text, Options).Diagnostics.Where(d => d.Severity == Severity.Warning));

    public static string Short(IEnumerable<Diagnostic> diagnostics) => string.Join("\n", diagnostics.Select(d => $"{d.Code} {d.Line}:{d.Column}+{d.Length} {d.Message}"));
}
