using System.Text;
using System.Text.Json;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Robustness;

/// <summary>A folder for one test, with a pipeline over whatever input the test makes; gone afterwards.</summary>
sealed class Workplace : IDisposable
{
    /// <summary>The columns that every input here has.</summary>
    public const string Header = "id,name,amount,at\n";

    const string Pipeline = """
        CREATE SOURCE events (
          id BIGINT, name TEXT, amount DECIMAL(10,2), at TIMESTAMP,
          WATERMARK FOR at AS at - INTERVAL '10 seconds'
        ) WITH ({0}, bad_data = 'dead_letter');
        CREATE MATERIALIZED VIEW all_events AS SELECT id, name, amount, at FROM events;
        CREATE MATERIALIZED VIEW per_minute AS
          SELECT window_start, COUNT(*) AS events, SUM(amount) AS total FROM TUMBLE(events, at, INTERVAL '1 minute') GROUP BY window_start;
        """;

    /// <summary>An empty folder with the pipeline file <c>events.sql</c>.</summary>
    /// <param name="source">Options of the source.</param>
    public Workplace(string source = "connector = 'file', path = '${IN}', format = 'csv'")
    {
        Path = Directory.CreateTempSubdirectory("millrace-robust-").FullName;
        Write("events.sql", Pipeline.Replace("{0}", source, StringComparison.Ordinal));
    }

    public string Path { get; }

    public void Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public void Write(string name, ReadOnlySpan<byte> bytes) => File.WriteAllBytes(System.IO.Path.Combine(Path, name), bytes);

    /// <summary>Runs the pipeline over an input until it is done.</summary>
    public Task<(int Code, string Output, string Errors)> RunAsync(string input, string data = "results") =>
        MillraceProcess.RunAsync(Path, "run", "events.sql", "--until-done", "--set", "IN=" + input, "--data", data);

    /// <summary>Rows of a query over the results, as objects.</summary>
    public async Task<List<JsonElement>> QueryAsync(string sql, string data = "results")
    {
        var (code, output, errors) = await MillraceProcess.RunAsync(Path, "query", sql, "--json", "--data", data);
        Assert.True(code == 0, errors);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    /// <summary>The ids that are in the results, in the order in which they came.</summary>
    public async Task<List<long>> IdsAsync(string data = "results") => [.. (await QueryAsync("SELECT id FROM all_events", data)).Select(r => r.GetProperty("id").GetInt64())];

    /// <summary>What is said of each record that was set aside.</summary>
    public async Task<List<string>> LettersAsync(string data = "results") =>
        [.. (await QueryAsync("SELECT error FROM dead_letters", data)).Select(r => r.GetProperty("error").GetString()!)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
