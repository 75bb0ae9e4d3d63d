using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Sqlite;
using Millrace.Stores;
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

    static Pipeline Pipeline(long seconds)
    {
        var source = Orders.Source();
        return new()
        {
            Name = "shop",
            Sources = [source],
            Views = [Orders.View("totals", Orders.PerKey(source.Plan!, "totals", seconds: seconds))],
            Settings = new() { BatchRows = 16 },
        };
    }

    async Task<(bool HasCrashed, long Read, long? WentOnFrom, IReadOnlyList<string> Warnings)> RunAsync(int seed, int crashAt, StartFrom from = default, long seconds = 10, bool dropsState = false)
    {
        var connector = new TestConnector();
        var rows = new TestRows(0, Orders.Schema, seed, true, s_rows);
        connector.Sources["orders"] = new(true, rows);
        var clock = new VirtualClock();
        using var store = new SqliteStore(_folder);
        var first = 0L;
        var simulation = new Simulation(Pipeline(seconds), Orders.Options(connector, store, clock, lanes: 2) with { From = from, DropsState = dropsState, ChooseMerge = chain => chain.Length < 3 ? 0 : chain.Length }, clock, seed)
        {
            CrashAt = crashAt,
            OnTurn = turn => first = turn == 0 ? rows.Position : first,
        };
        await simulation.RunAsync();
        var status = simulation.Running!.Status();
        return (simulation.HasCrashed, first, status.WentOnFrom, status.Warnings);
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
                var (hasCrashed, read, _, _) = await RunAsync(seed + 100, crashAt: 150);
                if (read > 0) wentOn++;
                if (!hasCrashed) break;
            }
            Assert.Equal(expected, Stored());
        }
        Assert.True(wentOn >= 10, $"only {wentOn} runs went on from a checkpoint");
    }

    static void Damage(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    List<CheckpointRecord> Checkpoints()
    {
        using var store = SqliteStore.OpenReader(_folder);
        return [.. store.Checkpoints()];
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_told_and_the_one_before_takes_its_place()
    {
        for (var seed = 3; seed < 9; seed++)
        {
            while (!(await RunAsync(seed, crashAt: 200 + seed * 7, StartFrom.Fresh)).HasCrashed) seed++;
            var records = Checkpoints();
            Damage(Path.Combine(_folder, "checkpoints", records[0].Chain[0].Name));
            Assert.DoesNotContain(records[0].Chain[0], records[1].Chain);
            var run = await RunAsync(seed, crashAt: -1);
            Assert.Equal(records[1].Version, run.WentOnFrom);
            Assert.StartsWith($"Checkpoint {records[0].Version} is damaged: of its file '{records[0].Chain[0].Name}', its checksum is", Assert.Single(run.Warnings), StringComparison.Ordinal);
            Assert.EndsWith($"The run goes on from checkpoint {records[1].Version}, and results went back to it.", run.Warnings[0], StringComparison.Ordinal);
            Assert.Equal(70, Stored().Count);
        }
    }

    [Fact]
    public async Task Where_all_are_damaged_a_run_says_so_and_a_fresh_start_clears_them_away()
    {
        Assert.True((await RunAsync(3, crashAt: 200)).HasCrashed);
        var files = Directory.GetFiles(Path.Combine(_folder, "checkpoints"));
        foreach (var file in files) Damage(file);
        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(4, crashAt: -1));
        foreach (var record in Checkpoints()) Assert.Contains($"Checkpoint {record.Version} is damaged: of its file '", error.Message, StringComparison.Ordinal);
        Assert.False((await RunAsync(4, crashAt: -1, StartFrom.Fresh)).HasCrashed);
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "checkpoints")));
        Assert.Equal(70, Stored().Count);
    }

    [Fact]
    public async Task A_run_whose_sources_have_ended_is_known_to_have_ended_whenever_its_last_commit_was()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var run = await RunAsync(seed, crashAt: -1);
            Assert.Null(run.WentOnFrom);
            Assert.True(Assert.Single(Checkpoints()).IsFinished, $"seed {seed}");
        }
    }

    [Fact]
    public async Task Where_state_cannot_be_put_together_the_run_goes_on_and_says_so()
    {
        var connector = new TestConnector();
        connector.Sources["orders"] = new(true, new TestRows(0, Orders.Schema, 1, true, s_rows));
        var clock = new VirtualClock();
        using var store = new MemoryStore { Blobs = new NoMerges() };
        var simulation = new Simulation(Pipeline(10), Orders.Options(connector, store, clock) with { ChooseMerge = chain => chain.Length < 3 ? 0 : chain.Length }, clock, 1) { TickRarity = 1 };
        await simulation.RunAsync();
        Assert.StartsWith("Checkpoint files cannot be put together, so they become more and a restart takes longer: The disk is full", Assert.Single(simulation.Running!.Status().Warnings), StringComparison.Ordinal);
        using var snapshot = store.Snapshot();
        Assert.Equal(70, snapshot.Count("totals"));
    }

    sealed class NoMerges : IBlobStore
    {
        readonly MemoryBlobStore _blobs = new();

        public void Write(string name, IEnumerable<ReadOnlyMemory<byte>> pieces)
        {
            if (name.EndsWith(".merged", StringComparison.Ordinal)) throw new ConnectorException(Fault.External, "The disk is full.");
            _blobs.Write(name, pieces);
        }

        public Blob? Open(string name) => _blobs.Open(name);
        public void Delete(string name) => _blobs.Delete(name);
        public IReadOnlyList<string> List() => _blobs.List();
    }

    [Fact]
    public async Task State_that_an_edit_leaves_behind_is_given_up_only_where_somebody_says_so()
    {
        Assert.True((await RunAsync(3, crashAt: 200)).HasCrashed);
        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(4, crashAt: 50, seconds: 20));
        Assert.Contains($"The pipeline was edited since checkpoint {Checkpoints()[0].Version}, and saved state fits no longer:\n  totals starts over", error.Message, StringComparison.Ordinal);
        Assert.NotNull((await RunAsync(5, crashAt: 20)).WentOnFrom); // the edit was undone
        Assert.NotNull((await RunAsync(6, crashAt: 60, seconds: 20, dropsState: true)).WentOnFrom);
        Assert.NotNull((await RunAsync(7, crashAt: 20, seconds: 20)).WentOnFrom); // it was said once
        error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(8, crashAt: 20)); // and what was given up does not come back
        Assert.Contains("totals starts over", error.Message, StringComparison.Ordinal);
        Assert.False((await RunAsync(9, crashAt: -1, StartFrom.Fresh)).HasCrashed);
        Assert.Equal(70, Stored().Count);
    }

    [Fact]
    public async Task A_run_goes_back_to_the_checkpoint_that_it_is_told()
    {
        Assert.False((await RunAsync(1, crashAt: -1)).HasCrashed);
        var expected = Stored();
        Assert.True((await RunAsync(3, crashAt: 250)).HasCrashed);
        var kept = Checkpoints();
        Assert.Equal(3, kept.Count);
        Assert.Equal(kept[1].Version, (await RunAsync(5, crashAt: 30, StartFrom.At(kept[1].Version))).WentOnFrom);
        Assert.Equal(kept[2].Version, (await RunAsync(6, crashAt: 30, StartFrom.Earliest)).WentOnFrom);
        var error = await Assert.ThrowsAsync<ConnectorException>(() => RunAsync(7, crashAt: -1, StartFrom.At(kept[0].Version)));
        Assert.Contains($"There is no checkpoint {kept[0].Version}: ", error.Message, StringComparison.Ordinal);
        Assert.False((await RunAsync(8, crashAt: -1)).HasCrashed);
        Assert.Equal(expected, Stored());
    }
}
