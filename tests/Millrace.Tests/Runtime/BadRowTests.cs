using System.Text;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Quality;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Sqlite;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Runtime;

/// <summary>A row that ends the pipeline while its source is cleaned: the rows before it are in the results, it and those behind it are read when the record is mended.</summary>
public sealed class BadRowTests : IDisposable
{
    const int Rows = 300;

    readonly string _folder = Directory.CreateTempSubdirectory("millrace-bad-row-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static string Sql(string clauses, string options) => $"""
        CREATE SOURCE orders (id INTEGER, at TIMESTAMP, value INTEGER, {clauses}) WITH (connector = 'file', path = 'orders.csv', format = 'csv'{options});
        CREATE MATERIALIZED VIEW kept AS SELECT id, value FROM orders;
        CREATE MATERIALIZED VIEW sums AS SELECT value, COUNT(*) AS n FROM orders GROUP BY value;
        SET batch_rows = 64;
        """;

    void Write(int zero, int negative)
    {
        var text = new StringBuilder("id,at,value\n");
        for (var i = 0; i < Rows; i++) text.Append($"{i},2024-01-01T00:{i / 60:00}:{i % 60:00}Z,{(i == zero ? 0 : i == negative ? -1 : 1 + i % 3)}\n");
        File.WriteAllText(Path.Combine(_folder, "orders.csv"), text.ToString());
    }

    async Task<(string? Error, QualityCounters Quality)> RunAsync(string sql, int lanes)
    {
        var compiled = SqlCompiler.Compile(sql, new CompileOptions { Name = "orders" });
        Assert.NotNull(compiled.Pipeline);
        using var store = new SqliteStore(Path.Combine(_folder, "store"));
        await using var running = (RunningPipeline)await PipelineRunner.StartAsync(compiled.Pipeline, new RunOptions
        {
            Store = store,
            Connectors = new ConnectorList(),
            Formats = new FormatList(),
            DataDirectory = Path.Combine(_folder, "data"),
            BaseDirectory = _folder,
            Lanes = lanes,
        });
        string? error = null;
        try
        {
            await running.Completion.WaitAsync(TimeSpan.FromMinutes(1));
        }
        catch (BadDataException e)
        {
            error = e.Message;
        }
        Assert.Equal(0, running.Memory.Alive);
        return (error, running.Quality[0]);
    }

    int[] Kept(out int dead)
    {
        using var store = SqliteStore.OpenReader(Path.Combine(_folder, "store"));
        using var snapshot = store.Snapshot();
        var memory = new MemoryAccountant();
        dead = snapshot.Texts(DeadLetters.TableName, memory).Count();
        var sums = snapshot.Texts("sums", memory).Select(t => t.Split('|')).Sum(p => int.Parse(p[^1], null));
        var ids = snapshot.Texts("kept", memory).Select(t => int.Parse(t.Split('|')[0], null)).Order().ToArray();
        Assert.Equal(ids.Length, sums);
        return ids;
    }

    const string Computed = "each AS 100 / value";
    const string Watched = Computed + ", WATERMARK FOR at AS at - INTERVAL '5 seconds', CONSTRAINT positive EXPECT (100 / value > 0) ON VIOLATION ";

    [Theory]
    [InlineData(Computed, "", 0, -1, 1)]
    [InlineData(Computed, "", 1, -1, 2)]
    [InlineData(Computed, "", 63, -1, 1)]
    [InlineData(Computed, "", 150, -1, 2)]
    [InlineData(Computed, ", speed = '1000000x'", 299, -1, 1)]
    [InlineData(Watched + "FAIL", "", 170, -1, 2)]
    [InlineData(Watched + "FAIL", ", speed = '100000x'", 200, 130, 1)]
    [InlineData(Watched + "FAIL", "", 100, 70, 1)]
    [InlineData(Watched + "FAIL", "", 70, 100, 2)]
    [InlineData(Watched + "QUARANTINE", "", 101, 99, 1)]
    [InlineData("WATERMARK FOR at AS at, CONSTRAINT odd EXPECT (id % 2 = 0) ON VIOLATION QUARANTINE, CONSTRAINT positive EXPECT (value > 0) ON VIOLATION FAIL", ", bad_data = 'dead_letter'", 122, -1, 2)]
    public async Task What_comes_before_it_is_in_the_results_and_nothing_is_lost_when_it_is_mended(string clauses, string options, int zero, int negative, int lanes)
    {
        var quarantines = clauses.Contains("QUARANTINE", StringComparison.Ordinal);
        bool IsKept(int i) => !(quarantines && (i == negative || clauses.Contains("odd", StringComparison.Ordinal) && i % 2 == 1));
        var bad = negative < 0 || quarantines ? zero : Math.Min(zero, negative);
        var sql = Sql(clauses, options);

        Write(zero, negative);
        var (error, quality) = await RunAsync(sql, lanes);
        Assert.Contains($"{bad},2024-", error, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, bad).Where(IsKept), Kept(out var dead));
        Assert.Equal(Enumerable.Range(0, bad).Count(i => !IsKept(i)), dead);
        Assert.Equal((bad + 1L, Enumerable.Range(0, bad).Count(IsKept)), (quality.Seen, quality.Accepted));
        Assert.Equal(1, quality.Undecodable + quality.Rules.Where(r => r.Action == "FAIL").Sum(r => r.Acted));

        // As long as the record is bad it ends every run.
        Assert.NotNull((await RunAsync(sql, lanes)).Error);
        Assert.Equal(Enumerable.Range(0, bad).Where(IsKept), Kept(out _));

        Write(-1, quarantines ? negative : -1);
        (error, _) = await RunAsync(sql, 3 - lanes);
        Assert.Null(error);
        Assert.Equal(Enumerable.Range(0, Rows).Where(IsKept), Kept(out dead));
        Assert.Equal(Enumerable.Range(0, Rows).Count(i => !IsKept(i)), dead);
    }
}
