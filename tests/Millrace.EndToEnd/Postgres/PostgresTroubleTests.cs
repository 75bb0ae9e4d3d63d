using System.Globalization;
using System.Text;
using Millrace.EndToEnd.Robustness;
using Millrace.EndToEnd.Servers;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Postgres;

/// <summary>Sinks while the server is killed or frozen, or the pipeline is: in the end every table holds each row once.</summary>
public sealed class PostgresTroubleTests(PostgresInstance server) : IClassFixture<PostgresInstance>, IDisposable
{
    const int Rows = 240_000;

    readonly Workplace _place = new();
    readonly int _seed = Random.Shared.Next();

    public void Dispose()
    {
        server.Thaw();
        _place.Dispose();
    }

    void Prepare()
    {
        server.Need();
        server.Run("DROP SCHEMA IF EXISTS t CASCADE");
        var text = new StringBuilder("id,k,at\n");
        for (var i = 0; i < Rows; i++) text.Append(CultureInfo.InvariantCulture, $"{i},k{i * 7919 % 3000},{DateTime.UnixEpoch.AddMilliseconds(i):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\n");
        _place.Write("in.csv", text.ToString());
        _place.Write("p.sql", $"""
            SET commit_interval = '30 ms';
            CREATE SOURCE events (id BIGINT, k TEXT, at TIMESTAMP, WATERMARK FOR at AS at) WITH (connector = 'file', path = 'in.csv', format = 'csv', speed = '20x');
            CREATE VIEW each AS SELECT id, k FROM events;
            CREATE MATERIALIZED VIEW totals AS SELECT k, COUNT(*) AS n, SUM(id) AS ids FROM events GROUP BY k;
            CREATE SINK each_out FROM each WITH ({server.Options}, schema = 't', timeout = '3 seconds');
            CREATE SINK totals_out FROM totals WITH ({server.Options}, schema = 't', timeout = '3 seconds');
            """);
    }

    static string[] Arguments => ["run", "p.sql", "--until-done", "--json"];

    void IsWhole()
    {
        Assert.Equal(((long)Rows).ToString(CultureInfo.InvariantCulture) + "|" + Rows + "|" + (Rows - 1), server.Rows("SELECT count(*) AS n, count(DISTINCT id) AS d, max(id) AS m FROM t.each_out").Single());
        var expected = Enumerable.Range(0, Rows).GroupBy(i => "k" + i * 7919 % 3000).Select(g => $"{g.Key}|{g.Count()}|{g.Sum(i => (long)i)}").Order(StringComparer.Ordinal);
        Assert.Equal(expected, server.Rows("SELECT k, n, ids FROM t.totals_out").Order(StringComparer.Ordinal));
    }

    /// <summary>Waits until the table of the rows that are added has more than some, or the run has ended.</summary>
    async Task MoreThanAsync(long rows, Task ended) => await Until.TrueAsync(() =>
    {
        if (ended.IsCompleted) return Task.FromResult(true);
        return Task.FromResult(server.Number("SELECT CASE WHEN to_regclass('t.each_out') IS NULL THEN 0 ELSE (xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM t.each_out', false, true, '')))[1]::text::bigint END") > rows);
    }, $"{rows} rows are in the table");

    [Fact]
    public async Task A_server_that_is_killed_under_load_and_starts_again_has_every_row_once()
    {
        Prepare();
        var random = new Random(_seed);
        using var process = MillraceProcess.Start(_place.Path, Arguments);
        var ended = process.EndAsync();
        for (var kill = 1; kill <= 4 && !ended.IsCompleted; kill++)
        {
            await MoreThanAsync(random.Next(Rows / 5 * (kill - 1), Rows / 5 * kill), ended);
            server.Kill();
            await server.StartAsync();
        }
        var (code, output, errors) = await ended;
        Assert.True(code == 0, $"seed {_seed}: {output}{errors}");
        IsWhole();
    }

    [Fact]
    public async Task A_pipeline_that_is_killed_and_goes_on_has_written_every_row_once()
    {
        Prepare();
        var random = new Random(_seed);
        for (var kill = 1; kill <= 6; kill++)
        {
            using var process = MillraceProcess.Start(_place.Path, Arguments);
            var ended = process.EndAsync();
            await MoreThanAsync(random.Next(Rows / 7 * (kill - 1), Rows / 7 * kill), ended);
            Assert.False(ended.IsCompleted, $"seed {_seed}: {(ended.IsCompleted ? (await ended).ToString() : "")}");
            process.Signal("KILL");
            await ended;
        }
        var (code, output, errors) = await MillraceProcess.RunAsync(_place.Path, Arguments);
        Assert.True(code == 0, $"seed {_seed}: {output}{errors}");
        Assert.Contains("wentOnFrom", output, StringComparison.Ordinal);
        IsWhole();
    }

    [Fact]
    public async Task A_server_that_stands_still_holds_the_pipeline_back()
    {
        Prepare();
        using var process = MillraceProcess.Start(_place.Path, Arguments);
        var ended = process.EndAsync();
        await MoreThanAsync(Rows / 20, ended);
        server.Freeze();
        // The pipeline waits and says why; it neither ends nor reads on.
        await process.LineWithAsync("does not take results now");
        Assert.False(ended.IsCompleted);
        server.Thaw();
        var (code, output, errors) = await ended;
        Assert.True(code == 0, output + errors);
        IsWhole();
    }
}
