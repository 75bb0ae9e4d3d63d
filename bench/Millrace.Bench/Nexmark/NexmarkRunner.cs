using Millrace.Bench.Harness;
using Millrace.Connectors.Programs;
using Millrace.Data;

namespace Millrace.Bench.Nexmark;

/// <summary>Millrace on Nexmark in a process of its own: it makes the events once and then answers whatever it is asked.</summary>
sealed class NexmarkRunner : IRunner
{
    /// <summary>More events than this are made while they are read.</summary>
    public const long InMemoryMost = 30_000_000;

    readonly NexmarkWay _way;
    readonly string _folder;
    readonly Dictionary<string, string> _variables;
    readonly MemorySource? _events;
    readonly MemorySource? _few;
    readonly EventConnector? _maker;
    readonly long _count;
    readonly long _bytes;
    readonly HashSet<string> _warm = [];

    /// <summary>Makes the events.</summary>
    /// <param name="workshop">Where things are.</param>
    /// <param name="workload">Which events.</param>
    /// <param name="way">How they come and what is kept.</param>
    public NexmarkRunner(Workshop workshop, Workload workload, NexmarkWay way)
    {
        _way = way;
        _folder = NexmarkData.Questions(workshop);
        _count = workload.Events;
        _variables = new() { ["NEXMARK_SIDE_INPUT"] = NexmarkData.SideInput(workshop), ["NEXMARK_FILES"] = NexmarkData.Files(workshop) };
        if (way == NexmarkWay.Json)
        {
            _variables["NEXMARK_JSON"] = NexmarkData.Json(workshop, workload);
            _bytes = new FileInfo(_variables["NEXMARK_JSON"]).Length;
            return;
        }
        var memory = new MemoryAccountant();
        if (workload.Events <= InMemoryMost) _events = EventColumns.Make(workload, memory);
        else _maker = new EventConnector(workload);
        _few = EventColumns.Make(workload with { Events = Math.Min(workload.Events, 300_000) }, memory);
    }

    /// <inheritdoc/>
    public Lap Run() => throw new NotSupportedException("Nexmark needs a question.");

    /// <inheritdoc/>
    public Lap Run(string question)
    {
        var asked = Question.All.Single(q => q.Name == question);
        var sink = new ChecksumSink(isStaged: _way == NexmarkWay.Checkpoints);
        var few = asked.Text(_folder, "columns", sink.Name);
        var text = asked.Text(_folder, _maker is not null ? "events" : _events is null ? "json" : "columns", sink.Name);
        try
        {
            var isFirst = _warm.Add(question);
            if (isFirst && _few is not null)
                for (var i = 0; i < 3; i++) Asking.Ask(few, _few, sink, _variables, TimeProvider.System).GetAwaiter().GetResult();
            var took = Asking.Ask(text, _events, sink, _variables, TimeProvider.System, watchState: isFirst, _maker, onDisk: _way == NexmarkWay.Checkpoints).GetAwaiter().GetResult();
            return new Lap
            {
                Seconds = took.Seconds,
                Rows = _count,
                Bytes = _bytes,
                StateBytes = isFirst ? took.StateBytes : null,
                Checksum = sink.IsRepeatable ? $"{sink.Changes}/{sink.Checksum:x16}" : null,
                Changes = sink.Changes,
            };
        }
        catch (Exception fault)
        {
            return new Lap { Seconds = 0, Rows = 0, Error = fault.Message };
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _events?.Dispose();
        _few?.Dispose();
    }
}
