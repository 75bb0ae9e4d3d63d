using Millrace.Planning;
using Millrace.Sql;

namespace Millrace.Testing;

/// <summary>SQL text for a test: it reads no file and asks no server, so what is only needed for that need not be set.</summary>
static class TestSql
{
    /// <summary>Variables that are not set get their own names as values, secrets are "test".</summary>
    public static CompileOptions Options(CompileOptions options) => options with { Variables = name => options.Variables(name) ?? name, Secrets = static _ => "test" };

    /// <summary>Compiles a text that must have no error.</summary>
    /// <exception cref="ArgumentException">It has; the message shows each with its place.</exception>
    public static Pipeline Compile(string sql, CompileOptions options)
    {
        var result = SqlCompiler.Compile(sql, options);
        return result.Pipeline ?? throw new ArgumentException(DiagnosticText.Render(result.Diagnostics.Where(d => d.Severity == Severity.Error)), nameof(sql));
    }
}
