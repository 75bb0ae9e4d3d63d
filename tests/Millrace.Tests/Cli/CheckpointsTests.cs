using System.Globalization;
using System.Text.Json;
using Millrace.Stores;
using Millrace.Tests.Runtime;

namespace Millrace.Tests.Cli;

/// <summary>What <c>millrace checkpoints</c> says and does, over a folder that a run left behind.</summary>
public sealed class CheckpointsTests : IAsyncLifetime
{
    const string Sql = """
        CREATE SOURCE orders (at TIMESTAMP, shop TEXT, n BIGINT, WATERMARK FOR at AS at - INTERVAL '5 seconds') WITH (connector = 'test', format = 'csv');
        CREATE MATERIALIZED VIEW sums AS SELECT shop, SUM(n) AS s FROM orders GROUP BY shop;
        """;

    readonly SavedRuns _runs = new(new Dictionary<string, object?[][]> { ["orders"] = [.. Enumerable.Range(0, 200).Select(i => new object?[] { i * Orders.Second, $"shop {i % 7}", (long)i })] });
    IReadOnlyList<CheckpointRecord> _kept = [];

    public async ValueTask InitializeAsync()
    {
        await _runs.RunAsync(Sql, seed: 1, until: 150);
        _kept = _runs.Checkpoints();
        Assert.Equal(3, _kept.Count);
    }

    public ValueTask DisposeAsync()
    {
        _runs.Dispose();
        return default;
    }

    Task<(int Code, string Output, string Errors)> RunAsync(string command, params string[] arguments) =>
        MillraceProcess.RunAsync(Path.GetTempPath(), ["checkpoints", command, .. arguments, "--data", _runs.Folder]);

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    void Damage(string name)
    {
        var path = Path.Combine(_runs.Folder, "checkpoints", name);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    [Fact]
    public async Task They_are_listed_newest_first()
    {
        var (code, output, _) = await RunAsync("list", "--json");
        Assert.Equal(0, code);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(_kept.Select(r => r.Version), lines.Select(l => l.GetProperty("checkpoint").GetInt64()));
        Assert.Equal(150, lines[0].GetProperty("positions")[0].GetProperty("position").GetInt64());
        (code, output, _) = await RunAsync("list");
        Assert.Equal(0, code);
        Assert.Contains("orders 150", output.Split('\n')[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_is_shown_with_its_states_by_their_owners()
    {
        var (code, output, _) = await RunAsync("show", Text(_kept[0].Version));
        Assert.Equal(0, code);
        Assert.Contains($"Checkpoint {_kept[0].Version} of ", output, StringComparison.Ordinal);
        Assert.Matches(@"\n[0-9a-f]{8} \| sums +\| Aggregate sum\(n\) by shop +\| sums +\|", output);
        Assert.Matches(@"\norders \| +0 \| +150\n", output);
        (code, _, var errors) = await RunAsync("show", "999999");
        Assert.Equal(1, code);
        Assert.Contains($"There is no checkpoint 999999: {string.Join(", ", _kept.Select(r => r.Version))} are kept.", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damage_is_named_with_what_a_run_goes_on_from()
    {
        var (code, output, _) = await RunAsync("verify");
        Assert.Equal(0, code);
        Assert.EndsWith("All are whole.\n", output, StringComparison.Ordinal);
        Damage(_kept[0].Chain[0].Name);
        (code, output, _) = await RunAsync("verify");
        Assert.Equal(1, code);
        Assert.Contains($"Checkpoint {_kept[0].Version} is damaged: of its file '{_kept[0].Chain[0].Name}', its checksum is", output, StringComparison.Ordinal);
        Assert.EndsWith($"A run goes on from checkpoint {_kept[1].Version}.\n", output, StringComparison.Ordinal);
        Damage(_kept[0].Plan!);
        (code, output, _) = await RunAsync("verify", Text(_kept[0].Version));
        Assert.Equal(1, code);
        Assert.Contains($"of its file '{_kept[0].Plan}', which says whose its states are, its checksum is wrong", output, StringComparison.Ordinal);
        Assert.Equal(_kept[1].Version, await _runs.RunAsync(Sql, seed: 2, until: 160));
    }

    [Fact]
    public async Task An_older_one_is_dropped_with_the_files_that_no_other_needs()
    {
        var (code, output, errors) = await RunAsync("drop", Text(_kept[2].Version));
        Assert.True(code == 0, errors);
        Assert.StartsWith($"Checkpoint {_kept[2].Version} is dropped. ", output, StringComparison.Ordinal);
        Assert.Equal(_kept.Take(2).Select(r => r.Version), _runs.Checkpoints().Select(r => r.Version));
        Assert.Equal(_kept.Take(2).SelectMany(r => r.BlobNames).Distinct().Order(StringComparer.Ordinal), Directory.GetFiles(Path.Combine(_runs.Folder, "checkpoints")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await _runs.RunAsync(Sql, seed: 3);
        Assert.Equal(Expected, _runs.Stored("sums"));
    }

    [Fact]
    public async Task The_newest_is_dropped_only_by_force_and_results_go_back()
    {
        var before = _runs.Stored("sums");
        var (code, _, errors) = await RunAsync("drop", Text(_kept[0].Version));
        Assert.Equal(1, code);
        Assert.Contains($"With --force it is dropped all the same, and results go back to checkpoint {_kept[1].Version}.", errors, StringComparison.Ordinal);
        Assert.Equal(before, _runs.Stored("sums"));
        (code, _, errors) = await RunAsync("drop", Text(_kept[0].Version), "--force");
        Assert.True(code == 0, errors);
        Assert.NotEqual(before, _runs.Stored("sums"));
        Assert.Equal(_kept[1].Version, await _runs.RunAsync(Sql, seed: 3));
        Assert.Equal(Expected, _runs.Stored("sums"));
    }

    [Fact]
    public async Task One_is_carried_away_and_goes_on_elsewhere()
    {
        var (file, elsewhere) = (Path.Combine(_runs.Folder, "carried.zip"), Path.Combine(_runs.Folder, "elsewhere"));
        var (code, output, errors) = await RunAsync("export", Text(_kept[1].Version), file);
        Assert.True(code == 0, errors);
        Assert.Contains($"Checkpoint {_kept[1].Version} is in '{file}'", output, StringComparison.Ordinal);
        (code, output, errors) = await MillraceProcess.RunAsync(Path.GetTempPath(), "checkpoints", "import", file, "--data", elsewhere);
        Assert.True(code == 0, errors);
        using var other = new SavedRuns(_runs.Rows, elsewhere);
        Assert.Equal([_kept[1].Version], other.Checkpoints().Select(r => r.Version));
        Assert.Equal(_kept[1].Version, await other.RunAsync(Sql, seed: 4));
        Assert.Equal(Expected, other.Stored("sums"));
        (code, _, errors) = await MillraceProcess.RunAsync(Path.GetTempPath(), "checkpoints", "import", file, "--data", elsewhere);
        Assert.Equal(1, code);
        Assert.Contains("holds results already", errors, StringComparison.Ordinal);
        Assert.Equal(_kept[0].Version, await _runs.RunAsync(Sql, seed: 3)); // what was exported is still there
    }

    static List<string> Expected => [.. Enumerable.Range(0, 200).GroupBy(i => i % 7).Select(g => $"shop {g.Key}|{g.Sum()}").Order(StringComparer.Ordinal)];
}
