using System.Diagnostics;
using Millrace.Bench.Harness;
using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Bench.Benchmarks;

/// <summary>The question of W1, W8 and W9, asked as users ask it: SQL text through the public planner, watermark, ON WINDOW CLOSE, results into columns in memory.</summary>
/// <param name="source">CREATE SOURCE sales.</param>
/// <param name="rows">Rows that the source gives.</param>
/// <param name="bytes">Bytes that it reads; 0 from memory.</param>
/// <param name="sales">The program's source, or null where the SQL names another.</param>
sealed class SalesPerMinute(string source, long rows, long bytes, MemorySource? sales = null) : IRunner
{
    const string Question = """
        SET commit_interval = '20 milliseconds';
        CREATE VIEW per_minute AS
          SELECT window_start, product, SUM(qty * price) AS rev, COUNT(*) AS n
          FROM TUMBLE(sales, ts, INTERVAL '1 minute') WHERE qty > 0 GROUP BY window_start, product;
        CREATE SINK result FROM per_minute EMIT ON WINDOW CLOSE WITH (connector = 'columns');
        """;

    readonly ResultColumns _result = new();
    double? _allocatedPerRow;
    int _laps;

    /// <inheritdoc/>
    public Lap Run()
    {
        var start = Stopwatch.GetTimestamp();
        Ask(watchAllocation: _laps == 2).GetAwaiter().GetResult();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var checksum = _laps == 0 ? _result.Checksum() : null;
        _laps++;
        return new Lap { Seconds = seconds, Rows = rows, Bytes = bytes, Checksum = checksum, AllocatedPerRow = _allocatedPerRow };
    }

    async Task Ask(bool watchAllocation)
    {
        var connectors = new ConnectorList();
        if (sales is not null) connectors.Memory.Add("sales", sales);
        connectors.Add(_result);
        var compiled = SqlCompiler.Compile(source + Question, new CompileOptions { Connectors = connectors });
        if (compiled.Pipeline is null) throw new BenchmarkException(string.Join('\n', compiled.Diagnostics));
        using var store = new MemoryStore();
        await using var running = await PipelineRunner.StartAsync(compiled.Pipeline, new RunOptions
        {
            Store = store,
            Connectors = connectors,
            Formats = new FormatList(),
            DataDirectory = Path.GetTempPath(),
            Inline = true,
            Lanes = 1,
        });
        // In one warm-up only: looking costs time.
        if (watchAllocation) _allocatedPerRow = await SteadyState.AllocatedPerRow(running, rows);
        await running.Completion;
    }

    /// <inheritdoc/>
    public void Dispose() => sales?.Dispose();
}
