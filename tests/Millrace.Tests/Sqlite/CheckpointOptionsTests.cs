using Millrace.Connectors;
using Millrace.Sqlite;
using Millrace.Tests.Runtime;

namespace Millrace.Tests.Sqlite;

/// <summary>How many checkpoints are kept, how long, and where their files lie.</summary>
public sealed class CheckpointOptionsTests : IDisposable
{
    const string Sql = """
        CREATE SOURCE orders (at TIMESTAMP, shop TEXT, n BIGINT, WATERMARK FOR at AS at - INTERVAL '5 seconds') WITH (connector = 'test', format = 'csv');
        CREATE MATERIALIZED VIEW sums AS SELECT shop, SUM(n) AS s FROM orders GROUP BY shop;

        """;
    const int Rows = 200;

    readonly SavedRuns _runs = new(new Dictionary<string, object?[][]> { ["orders"] = [.. Enumerable.Range(0, Rows).Select(i => new object?[] { i * Orders.Second, $"shop {i % 7}", (long)i })] });
    readonly string _elsewhere = Directory.CreateTempSubdirectory("millrace-elsewhere-").FullName;

    public void Dispose()
    {
        _runs.Dispose();
        Directory.Delete(_elsewhere, recursive: true);
    }

    static List<string> Expected => [.. Enumerable.Range(0, Rows).GroupBy(i => i % 7).Select(g => $"shop {g.Key}|{g.Sum()}").Order(StringComparer.Ordinal)];

    async Task<int> KeptAsync(string settings)
    {
        for (var until = 20; until < Rows; until += 20) await _runs.RunAsync(settings + Sql, seed: until, until);
        return _runs.Checkpoints().Count;
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("SET checkpoints.keep = 1;\n", 1)]
    [InlineData("SET checkpoints.keep = 5;\n", 5)]
    public async Task As_many_are_kept_as_is_said(string settings, int count)
    {
        Assert.Equal(count, await KeptAsync(settings));
        Assert.NotNull(await _runs.RunAsync(settings + Sql, seed: 1));
        Assert.Equal(Expected, _runs.Stored("sums"));
    }

    [Fact]
    public async Task Young_ones_are_kept_besides_and_results_go_back_to_them()
    {
        const string settings = "SET checkpoints.keep = 1;\nSET checkpoints.keep_for = '1 hour';\n";
        Assert.True(await KeptAsync(settings) >= 9, $"{_runs.Checkpoints().Count} are kept");
        var oldest = _runs.Checkpoints()[^1].Version;
        Assert.Equal(oldest, await _runs.RunAsync(settings + Sql, seed: 1, with: o => o with { From = Millrace.Runtime.StartFrom.Earliest }));
        Assert.Equal(Expected, _runs.Stored("sums"));
    }

    [Fact]
    public async Task Their_files_move_to_the_folder_that_is_named_and_back()
    {
        await _runs.RunAsync(Sql, seed: 1, until: 50);
        var own = Path.Combine(_runs.Folder, "checkpoints");
        var names = Names(own);
        Assert.NotEmpty(names);
        Move(_elsewhere);
        Assert.Empty(Names(own));
        Assert.Equal(names, Names(_elsewhere));
        Assert.NotNull(await _runs.RunAsync(Sql, seed: 2, until: 100));
        Assert.NotEmpty(Names(_elsewhere));
        Assert.Empty(Names(own));
        Move(null);
        Assert.Empty(Names(_elsewhere));
        Assert.NotNull(await _runs.RunAsync(Sql, seed: 3));
        Assert.Equal(Expected, _runs.Stored("sums"));
    }

    [Fact]
    public async Task A_folder_with_other_files_is_refused()
    {
        await _runs.RunAsync(Sql, seed: 1, until: 50);
        File.WriteAllText(Path.Combine(_elsewhere, "letter.txt"), "dear");
        var error = Assert.Throws<ConnectorException>(() => Move(_elsewhere));
        Assert.Contains($"The folder '{_elsewhere}' for checkpoints is not empty.", error.Message, StringComparison.Ordinal);
        Assert.NotNull(await _runs.RunAsync(Sql, seed: 2));
    }

    static List<string?> Names(string folder) => Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)] : [];

    void Move(string? to)
    {
        using var store = new SqliteStore(_runs.Folder);
        store.KeepCheckpointsIn(to);
    }
}
