namespace Millrace.Bench.Nexmark;

/// <summary>One of Nexmark's queries: its text stands in bench/nexmark.</summary>
/// <param name="Name">q0 to q23, cep0 to cep3.</param>
/// <param name="Target">Million events a second to reach on one core; null where none is set.</param>
/// <param name="Flink">Thousand events a second and core that Flink's own guide reports (V2); null where it reports none.</param>
sealed record Question(string Name, double? Target, double? Flink)
{
    /// <summary>All of them. q6 and q10 and those on patterns have no target: they are asked for their answers.</summary>
    public static IReadOnlyList<Question> All { get; } =
    [
        new("q0", 8, 379), new("q1", 8, 395), new("q2", 8, 414), new("q3", 4.4, 219), new("q4", 0.56, 28), new("q5", 1.5, 75), new("q6", null, null), new("q7", 1.5, 23),
        new("q8", 3.2, 162), new("q9", 0.4, 14), new("q10", null, 133), new("q11", 1.5, 46), new("q12", 4, 194), new("q13", 4, 188), new("q14", 5, 259), new("q15", 3.4, 168),
        new("q16", 1, 45), new("q17", 3.2, 161), new("q18", 1.3, 65), new("q19", 1, 43), new("q20", 0.5, 18), new("q21", 3, 147), new("q22", 4, 212), new("q23", null, null),
        new("cep0", null, null), new("cep1", null, null), new("cep2", null, null), new("cep3", null, null),
    ];

    /// <summary>The SQL of the question over a source, whose answers go to a connector.</summary>
    /// <param name="folder">bench/nexmark.</param>
    /// <param name="source">columns or json, the file that declares the source; events, the columns made while they are read.</param>
    /// <param name="connector">The sink's connector.</param>
    public string Text(string folder, string source, string connector) => $"""
        {(source == "events" ? Read(folder, "columns").Replace("'memory'", "'events'", StringComparison.Ordinal) : Read(folder, source))}
        {Read(folder, "views")}
        {Read(folder, Name)}
        CREATE SINK result FROM {Name} WITH (connector = '{connector}');
        {(File.Exists(Path.Combine(folder, Name + "_sink.sql")) ? Read(folder, Name + "_sink") : "")}
        """;

    static string Read(string folder, string file) => File.ReadAllText(Path.Combine(folder, file + ".sql"));
}
