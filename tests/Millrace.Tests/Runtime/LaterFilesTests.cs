using Millrace.Connectors;
using Millrace.Connectors.Files;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Sqlite;
using Millrace.Testing;
using Millrace.Tests.Connectors;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Runtime;

/// <summary>follow = true with partitions = 'files': files that appear while the pipeline runs are read by it.</summary>
public sealed class LaterFilesTests : IDisposable
{
    const string Sql = """
        CREATE SOURCE logs (id INTEGER, at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '5 seconds')
          WITH (connector = 'file', path = 'in/*.csv', format = 'csv', follow = true, partitions = 'files');
        CREATE MATERIALIZED VIEW kept AS SELECT id FROM logs;
        """;

    readonly TemporaryFolder _folder = new();
    int _next;

    public void Dispose() => _folder.Dispose();

    string Rows(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => $"{_next},2024-01-01T00:00:{_next++ % 60:00}Z\n"));

    void Write(string name, int count) => _folder.Write("in/" + name, "id,at\n" + Rows(count));

    void Append(string name, int count) => File.AppendAllText(Path.Combine(_folder.Path, "in", name), Rows(count));

    void Rename(string name, string to) => File.Move(Path.Combine(_folder.Path, "in", name), Path.Combine(_folder.Path, "in", to));

    /// <summary>Runs until every row that was written is there; of each row one.</summary>
    async Task RunAsync(int seed, params Action[] acts)
    {
        var clock = new VirtualClock();
        using var store = new SqliteStore(Path.Combine(_folder.Path, "store"));
        var pipeline = SqlCompiler.Compile(Sql, new CompileOptions { Name = "logs" }).Pipeline!;
        Simulation simulation = null!;
        simulation = new(pipeline, new RunOptions
        {
            Store = store,
            Connectors = new ConnectorList(),
            Formats = new FormatList(),
            DataDirectory = Path.Combine(_folder.Path, "data"),
            BaseDirectory = _folder.Path,
            Clock = clock,
            Inline = true,
        }, clock, seed)
        {
            OnTurn = turn =>
            {
                if (turn > 0 && turn % 200 == 0 && turn / 200 <= acts.Length) acts[turn / 200 - 1]();
                else if (turn > 200 * acts.Length && Stored(store).Count == _next) simulation.Run!.Stop();
            },
        };
        await simulation.RunAsync(turnsMax: 20_000_000);
        Assert.Null(simulation.Run!.Failure.Now);
        Assert.Equal(0, simulation.Running!.Memory.Alive);
        Assert.Equal(Enumerable.Range(0, _next), Stored(store));
    }

    static List<int> Stored(SqliteStore store)
    {
        using var snapshot = store.Snapshot();
        var memory = new MemoryAccountant();
        return [.. snapshot.Texts("kept", memory).Select(t => int.Parse(t.Split('|')[0], null)).Order()];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Files_that_come_while_it_runs_are_read_and_not_again_by_the_next_run(int seed)
    {
        Write("b.csv", 10);
        await RunAsync(seed, () => Write("a.csv", 7), () => Write("c.csv", 5), () => Append("a.csv", 3), () => Append("b.csv", 2));
        Write("d.csv", 4);
        Append("c.csv", 1);
        await RunAsync(seed, () => Append("a.csv", 3), () => Write("e.csv", 6), () => Append("d.csv", 2));
        await RunAsync(seed, () => Append("e.csv", 3));
    }

    [Fact]
    public async Task It_may_begin_without_files_and_more_may_come_than_there_are_places()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "in"));
        await RunAsync(3, [.. Enumerable.Range(0, NewFiles.Places + 5).Select(i => (Action)(() => Write($"{i:000}.csv", 3)))]);
        await RunAsync(4, () => Append($"{NewFiles.Places + 4:000}.csv", 2), () => Write("z.csv", 1));
    }

    [Fact]
    public async Task A_file_that_has_another_name_now_is_not_read_again()
    {
        Write("log.csv", 3);
        await RunAsync(5, () => Append("log.csv", 2), () =>
        {
            Rename("log.csv", "log.1.csv");
            Write("log.csv", 4);
        }, () => Append("log.csv", 1));
    }

    [Fact]
    public async Task A_place_that_is_kept_for_a_file_holds_no_time_back()
    {
        var clock = new VirtualClock();
        Write("a.csv", 50);
        var source = new FileConnector().CreateSource(Reading.Context(_folder.Path, clock: clock, options: [("path", "in/*.csv"), ("follow", "true"), ("partitions", "files")]));
        var partitions = await source.OpenAsync([], default);
        Assert.Equal(1, partitions.Count(p => p.HasBegun));
        Write("b.csv", 1);
        Assert.Equal(1, partitions.Count(p => p.HasBegun));
        clock.Advance(FilePartition.LookEvery);
        Assert.Equal(2, partitions.Count(p => p.HasBegun));
        foreach (var partition in partitions) partition.Dispose();
        await source.DisposeAsync();
    }
}
