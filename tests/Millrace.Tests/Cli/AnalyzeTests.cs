using System.Text.Json;

namespace Millrace.Tests.Cli;

/// <summary>millrace explain --analyze: a run whose figures are shown and whose results go nowhere.</summary>
public sealed class AnalyzeTests
{
    const string Pipeline = """
        CREATE SOURCE ticks (id BIGINT, key BIGINT, value DOUBLE, at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '1 second')
          WITH (connector = 'generator', template = 'rows', rate = 'max', rows = '50000', keys = '3');
        CREATE VIEW per_key AS SELECT window_start, key, SUM(value) AS total FROM TUMBLE(ticks, at, INTERVAL '1 minute') GROUP BY window_start, key;
        CREATE SINK out FROM per_key EMIT FINAL WITH (connector = 'file', path = 'out.csv', format = 'csv');
        """;

    static async Task<(CliFolder Folder, List<JsonElement> Steps)> Analyze(params string[] more)
    {
        var folder = new CliFolder(Pipeline);
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, ["explain", "pipe.sql", "--analyze", "--json", "--lanes", "1", .. more]);
        Assert.Equal((0, ""), (code, errors));
        return (folder, [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)]);
    }

    [Fact]
    public async Task Each_step_tells_its_rows_time_state_and_hottest_keys()
    {
        var (folder, steps) = await Analyze();
        using (folder)
        {
            var aggregate = Assert.Single(steps, s => s.GetProperty("name").GetString() == "Aggregate");
            Assert.Equal("per_key", aggregate.GetProperty("owner").GetString());
            Assert.Equal(50_000, aggregate.GetProperty("rowsIn").GetInt64());
            Assert.True(aggregate.GetProperty("retracts").GetBoolean());
            Assert.Equal("open windows", aggregate.GetProperty("stateBound").GetString());
            Assert.True(aggregate.GetProperty("mostStateBytes").GetInt64() > 0);
            var batches = aggregate.GetProperty("batches").GetInt64();
            Assert.InRange(batches, 1, 50_000);
            Assert.All(aggregate.GetProperty("hotKeys").EnumerateArray(), k => Assert.Matches("^key = [0-2]$", k.GetProperty("key").GetString()));
            Assert.Equal(1, steps.Sum(s => s.GetProperty("timeShare").GetDouble()), 6);
            Assert.Equal(50_000, Assert.Single(steps, s => s.GetProperty("name").GetString() == "Source").GetProperty("rowsOut").GetInt64());
        }
    }

    [Fact]
    public async Task Nothing_is_written_where_the_pipeline_would_write()
    {
        var (folder, _) = await Analyze();
        using (folder) Assert.Equal(["orders.csv", "pipe.sql"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_view_alone_can_be_asked_for_and_an_unknown_one_is_an_error()
    {
        var (folder, steps) = await Analyze("per_key");
        using (folder)
        {
            Assert.NotEmpty(steps);
            Assert.All(steps, s => Assert.Equal("per_key", s.GetProperty("owner").GetString()));
            var (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "explain", "pipe.sql", "--analyze", "per_kee");
            Assert.Equal(1, code);
            Assert.Contains("'per_kee'", errors);
        }
    }

    [Fact]
    public async Task The_table_shows_the_steps_under_the_view_they_belong_to()
    {
        using var folder = new CliFolder(Pipeline);
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "explain", "pipe.sql", "--analyze");
        Assert.Equal((0, ""), (code, errors));
        var lines = output.Split('\n').Select(l => l.Split('|')[0].TrimEnd()).ToList();
        var at = lines.IndexOf("per_key");
        Assert.True(at > 0, output);
        Assert.StartsWith("  Project ", lines[at + 1]);
        Assert.StartsWith("    Aggregate sum(value)", lines[at + 2]);
    }
}
