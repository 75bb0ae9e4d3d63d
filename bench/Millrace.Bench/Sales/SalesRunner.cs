using System.Diagnostics;
using Millrace.Bench.Harness;
using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Bench.Sales;

/// <summary>A question as users ask it: SQL text through the public planner, watermark, ON WINDOW CLOSE, results into columns in memory.</summary>
sealed class SalesRunner : IRunner
{
    readonly SalesQuestion _question;
    readonly int _lanes;
    readonly MemorySource? _sales;
    readonly string _text;
    readonly string _dimension;
    readonly long _bytes;
    readonly AnswerColumns _answer = new();
    double? _allocatedPerRow;
    int _laps;

    /// <summary>Loads what is in memory.</summary>
    /// <param name="question">Which.</param>
    /// <param name="workshop">Where the data is.</param>
    /// <param name="lanes">1: everything on one thread.</param>
    public SalesRunner(SalesQuestion question, Workshop workshop, int lanes)
    {
        (_question, _lanes) = (question, lanes);
        var path = question.Format is { } format ? workshop.Sales(format == "json" ? "sales.jsonl" : "sales.csv") : null;
        _bytes = path is null ? 0 : new FileInfo(path).Length;
        _text = question.Text(path);
        _dimension = workshop.Dimension();
        if (path is null) _sales = SalesColumnsInMemory.Load(workshop, partitions: lanes);
    }

    /// <inheritdoc/>
    public Lap Run()
    {
        var start = Stopwatch.GetTimestamp();
        Ask(watchAllocation: _laps == 2).GetAwaiter().GetResult();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var checksum = _laps == 0 ? _answer.Checksum(_question.Scales) : null;
        _laps++;
        return new Lap { Seconds = seconds, Rows = _question.Rows, Bytes = _bytes, Checksum = checksum, AllocatedPerRow = _allocatedPerRow };
    }

    async Task Ask(bool watchAllocation)
    {
        var connectors = new ConnectorList();
        if (_sales is not null) connectors.Memory.Add("sales", _sales);
        connectors.Add(_answer);
        var compiled = SqlCompiler.Compile(_text, new CompileOptions { Connectors = connectors, Variables = name => name == "DIM" ? _dimension : null });
        if (compiled.Pipeline is null) throw new BenchmarkException(string.Join('\n', compiled.Diagnostics));
        using var store = new MemoryStore();
        await using var running = await PipelineRunner.StartAsync(compiled.Pipeline, new RunOptions
        {
            Store = store,
            Connectors = connectors,
            Formats = new FormatList(),
            DataDirectory = Path.GetTempPath(),
            Inline = _lanes == 1,
            Lanes = _lanes,
        });
        // In one warm-up only: looking costs time.
        if (watchAllocation) _allocatedPerRow = await SteadyState.AllocatedPerRow(running, _question.Rows);
        await running.Completion;
    }

    /// <inheritdoc/>
    public void Dispose() => _sales?.Dispose();
}
