using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Sqlite;
using Millrace.Testing;
using Millrace.Tests.Runtime;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Sqlite;

/// <summary>A run over the real store that ends without a word goes on where its last commit stood.</summary>
public sealed class RecoveryTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("millrace-recovery-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static readonly object?[][] s_rows = [.. Enumerable.Range(0, 400).Select(i => new object?[] { i * Orders.Second / 4, $"key {i % 7}", (long)i })];

    static Pipeline Pipeline()
    {
        var source = Orders.Source();
        return new()
        {
            Name = "shop",
            Sources = [source],
            Views = [Orders.View("totals", Orders.PerKey(source.Plan!, "totals"))],
            Settings = new() { BatchRows = 16 },
        };
    }

    async Task<(bool HasCrashed, long Read)> RunAsync(int seed, int crashAt, bool keepsState = true)
    {
        var connector = new TestConnector();
        var rows = new TestRows(0, Orders.Schema, seed, true, s_rows);
        connector.Sources["orders"] = new(true, rows);
        var clock = new VirtualClock();
        using var store = new SqliteStore(_folder);
        var first = 0L;
        var simulation = new Simulation(Pipeline(), Orders.Options(connector, store, clock, lanes: 2) with { KeepsState = keepsState }, clock, seed)
        {
            CrashAt = crashAt,
            OnTurn = turn => first = turn == 0 ? rows.Position : first,
        };
        await simulation.RunAsync();
        return (simulation.HasCrashed, first);
    }

    List<string> Stored()
    {
        using var store = SqliteStore.OpenReader(_folder);
        using var snapshot = store.Snapshot();
        var memory = new MemoryAccountant();
        return [.. snapshot.Texts("totals", memory).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task Crashes_change_no_result_and_no_row_is_read_twice_from_the_start()
    {
        Assert.False((await RunAsync(1, crashAt: -1)).HasCrashed);
        var expected = Stored();
        Assert.Equal(70, expected.Count); // 100 s in windows of 10 s, 7 keys
        var wentOn = 0;
        for (var seed = 2; seed < 12; seed++)
        {
            await RunAsync(seed, crashAt: 100 + seed * 10); // afresh, for the run before had come to its end
            while (true)
            {
                var (hasCrashed, read) = await RunAsync(seed + 100, crashAt: 150);
                if (read > 0) wentOn++;
                if (!hasCrashed) break;
            }
            Assert.Equal(expected, Stored());
        }
        Assert.True(wentOn >= 10, $"only {wentOn} runs went on from a checkpoint");
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_told_and_a_fresh_start_clears_it_away()
    {
        Assert.True((await RunAsync(3, crashAt: 200)).HasCrashed);
        var checkpoints = Path.Combine(_folder, "checkpoints");
        var newest = Directory.GetFiles(checkpoints).Order(StringComparer.Ordinal).Last();
        var bytes = await File.ReadAllBytesAsync(newest, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(newest, bytes, TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(4, crashAt: -1));
        Assert.Contains($"of its file '{Path.GetFileName(newest)}', its checksum is", error.Message, StringComparison.Ordinal);
        Assert.False((await RunAsync(4, crashAt: -1, keepsState: false)).HasCrashed);
        Assert.Empty(Directory.GetFiles(checkpoints));
        Assert.Equal(70, Stored().Count);
    }
}
