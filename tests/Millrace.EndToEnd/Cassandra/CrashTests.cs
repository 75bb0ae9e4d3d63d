using System.Globalization;
using System.Text;
using System.Text.Json;
using Millrace.EndToEnd.Robustness;
using Millrace.EndToEnd.Servers;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Cassandra;

/// <summary>The program is killed at random moments while it writes into Cassandra: in the end the tables there hold what its own do.</summary>
[Collection(CassandraTests.Name)]
public sealed class CrashTests(CassandraInstance cassandra)
{
    /// <summary>Kills in a run: 6, or what MILLRACE_KILLS says.</summary>
    static int Kills => int.TryParse(Environment.GetEnvironmentVariable("MILLRACE_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 6;

    /// <summary>Windows that are updated as rows come, and totals of which many vanish again.</summary>
    string Pipeline(string minutes, string small) => $$"""
        CREATE SOURCE events (id BIGINT, k TEXT, amount DECIMAL(10,2), at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '10 seconds')
          WITH (connector = 'file', path = 'in.csv', format = 'csv');
        CREATE MATERIALIZED VIEW per_minute AS
          SELECT window_start, k, COUNT(*) AS events, SUM(amount) AS total FROM TUMBLE(events, at, INTERVAL '1 minute') GROUP BY window_start, k;
        CREATE MATERIALIZED VIEW small AS SELECT k, COUNT(*) AS events, SUM(amount) AS total FROM events GROUP BY k HAVING SUM(amount) % 1000 < 500;
        CREATE SINK {{minutes}} FROM per_minute WITH ({{cassandra.Options}}, keyspace = 'tests', partition_key = 'k, hour(window_start)', clustering_key = 'window_start DESC');
        CREATE SINK {{small}} FROM small WITH ({{cassandra.Options}}, keyspace = 'tests');
        """;

    static string Input(Random random)
    {
        var text = new StringBuilder("id,k,amount,at\n");
        for (var i = 0; i < 400_000; i++)
            text.Append(CultureInfo.InvariantCulture, $"{i},k{random.Next(200)},{random.Next(10_000) / 100m:F2},{DateTime.UnixEpoch.AddDays(20_000).AddSeconds(i / 100 - random.Next(10)):yyyy-MM-dd'T'HH:mm:ss'Z'}\n");
        return text.ToString();
    }

    [Fact]
    public async Task Tables_in_Cassandra_are_those_of_the_store_whenever_the_process_is_killed()
    {
        cassandra.Need();
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        using var place = new Workplace();
        var (minutes, small) = (cassandra.NewTable(), cassandra.NewTable());
        place.Write("events.sql", Pipeline(minutes, small));
        place.Write("in.csv", Input(random));
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = MillraceProcess.Start(place.Path, "run", "events.sql", "--until-done", "--data", "results");
            // Random moments of the outside world are what this is about; no result depends on them.
            await Task.Delay(random.Next(500, 4000));
            process.Signal("KILL");
            await process.EndAsync();
        }
        var (code, _, errors) = await MillraceProcess.RunAsync(place.Path, "run", "events.sql", "--until-done", "--data", "results");
        Assert.True(code == 0, $"seed {seed}: {errors}");
        Assert.Equal(await StoredAsync(place, "SELECT window_start, k, events, total FROM per_minute"), await cassandra.RowsAsync($"SELECT window_start, k, events, total FROM tests.{minutes}"));
        Assert.Equal(await StoredAsync(place, "SELECT k, events, total FROM small"), await cassandra.RowsAsync($"SELECT k, events, total FROM tests.{small}"));
    }

    static async Task<List<string>> StoredAsync(Workplace place, string sql)
    {
        var rows = (await place.QueryAsync(sql)).Select(row => string.Join('|', row.EnumerateObject().Select(v => v.Value.ValueKind == JsonValueKind.String ? v.Value.GetString() : v.Value.GetRawText()))).Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(rows);
        return rows;
    }
}
