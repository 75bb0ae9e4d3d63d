using System.Globalization;
using System.Text;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Robustness;

/// <summary>The program is killed at random moments while it reads files, also while it starts again: in the end every table is as after an undisturbed run.</summary>
public sealed class RunCrashTests
{
    const string Pipeline = """
        CREATE SOURCE events (id BIGINT, k TEXT, amount DECIMAL(10,2), at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '10 seconds')
          WITH (connector = 'file', path = 'in.csv', format = 'csv', bad_data = 'dead_letter') ON LATE TO late_events;
        CREATE VIEW once AS SELECT DISTINCT ON (id, at) id, k, amount, at FROM events;
        CREATE MATERIALIZED VIEW per_minute AS
          SELECT window_start, k, COUNT(*) AS events, SUM(amount) AS total FROM TUMBLE(once, at, INTERVAL '1 minute') GROUP BY window_start, k;
        CREATE MATERIALIZED VIEW visits AS
          SELECT window_start, window_end, k, COUNT(*) AS events FROM SESSION(once, at, INTERVAL '30 seconds') GROUP BY window_start, window_end, k;
        CREATE MATERIALIZED VIEW totals AS SELECT k, COUNT(*) AS events, SUM(amount) AS total FROM once GROUP BY k;
        CREATE SINK copy FROM per_minute EMIT FINAL WITH (connector = 'file', path = '${COPY}', format = 'csv');
        """;

    static readonly string[] s_tables =
    [
        "SELECT * FROM per_minute ORDER BY window_start, k", "SELECT * FROM visits ORDER BY window_start, window_end, k", "SELECT * FROM totals ORDER BY k",
        "SELECT id, k, at FROM late_events ORDER BY id, k, at", "SELECT \"offset\", error FROM dead_letters ORDER BY \"offset\"",
    ];

    /// <summary>Kills in a run: 30, or what MILLRACE_KILLS says.</summary>
    static int Kills => int.TryParse(Environment.GetEnvironmentVariable("MILLRACE_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 30;

    /// <summary>Rows in event time that are repeated, out of order, late and damaged now and then.</summary>
    static string Input(Random random)
    {
        var text = new StringBuilder("id,k,amount,at\n");
        var recent = new List<string>();
        for (var i = 0; i < 1_000_000; i++)
        {
            var second = i / 100 - random.Next(10) - (random.Next(500) == 0 ? 100 : 0);
            var row = random.Next(100) switch
            {
                0 when recent.Count > 0 => recent[random.Next(recent.Count)],
                1 when random.Next(10) == 0 => $"{i},damaged,x,no time",
                _ => string.Create(CultureInfo.InvariantCulture, $"{i},k{random.Next(300)},{random.Next(10_000) / 100m:F2},{DateTime.UnixEpoch.AddDays(20_000).AddSeconds(second):yyyy-MM-dd'T'HH:mm:ss'Z'}"),
            };
            text.Append(row).Append('\n');
            recent.Add(row);
            if (recent.Count > 50) recent.RemoveAt(0);
        }
        return text.ToString();
    }

    static string[] Arguments(string data) => ["run", "events.sql", "--until-done", "--data", data, "--set", $"COPY={data}.csv"];

    [Fact]
    public async Task Every_table_is_as_after_an_undisturbed_run_whenever_the_process_is_killed()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        using var place = new Workplace();
        place.Write("events.sql", Pipeline);
        place.Write("in.csv", Input(random));
        var (code, _, errors) = await MillraceProcess.RunAsync(place.Path, Arguments("undisturbed"));
        Assert.True(code == 0, errors);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = MillraceProcess.Start(place.Path, Arguments("results"));
            // Random moments of the outside world are what this is about; no result depends on them. Now and then again while it starts.
            await Task.Delay(random.Next(4) == 0 ? random.Next(50, 500) : random.Next(300, 1500));
            process.Signal("KILL");
            await process.EndAsync();
        }
        (code, _, errors) = await MillraceProcess.RunAsync(place.Path, Arguments("results"));
        Assert.True(code == 0, $"seed {seed}: {errors}");
        foreach (var sql in s_tables)
        {
            var (expected, found) = (await place.QueryAsync(sql, "undisturbed"), await place.QueryAsync(sql));
            Assert.True(expected.Count > 0, sql);
            Assert.True(expected.Select(r => r.ToString()).SequenceEqual(found.Select(r => r.ToString())), $"seed {seed}: {sql}: {expected.Count} rows are expected, {found.Count} found, or they differ");
        }
        Assert.Equal(Lines(place, "undisturbed.csv"), Lines(place, "results.csv"));
    }

    static IEnumerable<string> Lines(Workplace place, string file) => File.ReadLines(Path.Combine(place.Path, file)).Order(StringComparer.Ordinal);
}
