namespace Millrace.Cli;

/// <summary>The samples that run without data of their own; their SQL stands in <c>samples/NAME/NAME.sql</c> and comes with the command.</summary>
static class Samples
{
    public static IReadOnlyList<string> Names { get; } = ["sales"];

    /// <summary>The SQL of a sample.</summary>
    public static string Text(string name)
    {
        using var stream = typeof(Samples).Assembly.GetManifestResourceStream($"samples/{name}.sql") ?? throw new CommandException($"There is no sample '{name}'; there is {string.Join(", ", Names)}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
