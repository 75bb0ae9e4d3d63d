using System.Globalization;
using System.Text;
using Millrace.EndToEnd.Robustness;
using Millrace.EndToEnd.Servers;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Postgres;

/// <summary>Results and checkpoints in PostgreSQL while pipeline and server are killed in turn: in the end every table is as it must be.</summary>
public sealed class PostgresStoreCrashTests(PostgresInstance server) : IClassFixture<PostgresInstance>, IDisposable
{
    const int Rows = 200_000;

    readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Every_table_is_as_after_an_undisturbed_run_whenever_pipeline_or_server_are_killed()
    {
        server.Need();
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        Environment.SetEnvironmentVariable("MILLRACE_STORE_PASSWORD", PostgresInstance.Password);
        var text = new StringBuilder("id,k,at\n");
        for (var i = 0; i < Rows; i++) text.Append(CultureInfo.InvariantCulture, $"{i},k{i * 7919 % 3000},{DateTime.UnixEpoch.AddMilliseconds(i):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\n");
        _place.Write("in.csv", text.ToString());
        _place.Write("p.sql", """
            SET commit_interval = '30 ms';
            CREATE SOURCE events (id BIGINT, k TEXT, at TIMESTAMP, WATERMARK FOR at AS at) WITH (connector = 'file', path = 'in.csv', format = 'csv', speed = '20x');
            CREATE MATERIALIZED VIEW totals AS SELECT k, COUNT(*) AS n, SUM(id) AS ids FROM events GROUP BY k;
            CREATE MATERIALIZED VIEW every_tenth AS SELECT id, k FROM events WHERE id % 10 = 0;
            CREATE MATERIALIZED VIEW per_second AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(events, at, INTERVAL '1 second') GROUP BY window_start;
            """);
        var store = server.Url + "?schema=results";
        string[] arguments = ["run", "p.sql", "--until-done", "--json", "--store", store];
        for (var kill = 0; kill < 8; kill++)
        {
            using var process = MillraceProcess.Start(_place.Path, arguments);
            await process.LineWithAsync("\"started\"");
            // Random moments of the outside world are what this is about; no result depends on them.
            await Task.Delay(random.Next(100, 1200));
            if (kill % 3 == 1)
            {
                server.Kill();
                await server.StartAsync();
                await Task.Delay(random.Next(100, 1200));
            }
            process.Signal("KILL");
            var (_, said, faults) = await process.EndAsync();
            Assert.True(faults.Length == 0, $"seed {seed}: {said}{faults}");
        }
        var (code, output, errors) = await MillraceProcess.RunAsync(_place.Path, arguments);
        Assert.True(code == 0, $"seed {seed}: {output}{errors}");
        Assert.Contains("wentOnFrom", output, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresInstance.Password, output, StringComparison.Ordinal);
        var expected = Enumerable.Range(0, Rows).GroupBy(i => "k" + i * 7919 % 3000).Select(g => $"{{\"k\":\"{g.Key}\",\"n\":{g.Count()},\"ids\":\"{g.Sum(i => (long)i)}\"}}");
        var totals = await MillraceProcess.RunAsync(_place.Path, "query", "SELECT k, n, CAST(ids AS TEXT) AS ids FROM totals", "--json", "--store", store);
        Assert.True(totals.Code == 0, totals.Errors);
        Assert.Equal(expected.Order(StringComparer.Ordinal), totals.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
        Assert.Equal($"{Rows / 10}|{Rows / 10}", server.Rows("SELECT count(*) AS c, count(DISTINCT id) AS d FROM results.every_tenth").Single());
        Assert.Equal($"{Rows / 1000}|{Rows}", server.Rows("SELECT count(*) AS c, sum(n) AS d FROM results.per_second").Single());
    }
}
