using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Sqlite;
using Millrace.Stores;
using Millrace.Testing;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Runtime;

/// <summary>SQL files that run one after the other over one data folder with the real store, on one thread and virtual time: each ends without a word once some rows are committed, and the next goes on.</summary>
/// <param name="rows">The rows of each source in their order.</param>
/// <param name="folder">The data folder; null = a new one.</param>
sealed class SavedRuns(IReadOnlyDictionary<string, object?[][]> rows, string? folder = null) : IDisposable
{
    /// <summary>The rows of each source.</summary>
    public IReadOnlyDictionary<string, object?[][]> Rows => rows;

    /// <summary>The data folder.</summary>
    public string Folder { get; } = folder ?? Directory.CreateTempSubdirectory("millrace-saved-").FullName;

    public void Dispose()
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    /// <summary>What a SQL file declares.</summary>
    public static Pipeline Compile(string sql)
    {
        var compiled = SqlCompiler.Compile(sql, new CompileOptions { Name = "case", Connectors = new ConnectorList().Add(new TestConnector()) });
        Assert.True(compiled.Pipeline is not null, DiagnosticText.Render(compiled.Diagnostics));
        return compiled.Pipeline with { Settings = compiled.Pipeline.Settings with { BatchRows = 8 } };
    }

    /// <summary>Runs a file until so many rows of its first source are committed, or to the end.</summary>
    /// <returns>The checkpoint that it went on from, or null.</returns>
    public async Task<long?> RunAsync(string sql, int seed, int until = int.MaxValue, int lanes = 1, Func<RunOptions, RunOptions>? with = null)
    {
        var pipeline = Compile(sql);
        var connector = new TestConnector();
        foreach (var source in pipeline.Sources)
            connector.Sources[source.Name] = new(true, new TestRows(0, source.Schema, seed, ends: until == int.MaxValue, [.. rows[source.Name].Take(until).Select(r => Fit(r, source.Schema.Count))]));
        foreach (var sink in pipeline.Sinks) connector.Sinks[sink.Name] = new TestSink();
        var clock = new VirtualClock();
        using var store = new SqliteStore(Folder);
        var options = Orders.Options(connector, store, clock, lanes);
        var first = pipeline.Sources[0].Name;
        var simulation = new Simulation(pipeline, with?.Invoke(options) ?? options, clock, seed)
        {
            OnTurn = turn =>
            {
                if (until < int.MaxValue && turn % 32 == 0 && store.Checkpoints() is [var newest, ..] && newest.Positions.Any(p => p.Source == first && p.Position == until)) throw new StoppedException();
            },
        };
        try
        {
            await simulation.RunAsync();
        }
        catch (StoppedException)
        {
            // As a crash would.
        }
        return simulation.Running!.Status().WentOnFrom;
    }

    static object?[] Fit(object?[] row, int count) => [.. Enumerable.Range(0, count).Select(i => i < row.Length ? row[i] : null)];

    /// <summary>The stored rows of a view, in the order of their texts.</summary>
    public List<string> Stored(string view)
    {
        using var store = SqliteStore.OpenReader(Folder);
        using var snapshot = store.Snapshot();
        return [.. snapshot.Texts(view, new MemoryAccountant()).Order(StringComparer.Ordinal)];
    }

    /// <summary>The checkpoints that are kept, newest first.</summary>
    public IReadOnlyList<CheckpointRecord> Checkpoints()
    {
        using var store = SqliteStore.OpenReader(Folder);
        return store.Checkpoints();
    }

    sealed class StoppedException : Exception;
}
