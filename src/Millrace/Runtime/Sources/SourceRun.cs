using System.Diagnostics;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>One source of a running pipeline: its connector, format and figures, shared by the lanes.</summary>
sealed class SourceRun : IAsyncDisposable
{
    readonly FailureBox _failure;
    IReadOnlyList<SourcePosition> _from = [];
    int _ended;

    public SourceRun(ScanUse scan, ISource source, Format? format, QualityCounters counters, MemoryAccountant memory, TimeProvider clock, FailureBox failure)
    {
        (Scan, Source, Format, Counters, Memory, Clock, _failure) = (scan, source, format, counters, memory, clock, failure);
        if (source.Pace is { } pace && scan.TimeColumn >= 0) Pacer = new(pace, clock);
        EndsByRows = scan.KeepsOrigin && (Definition.BadData == BadData.Fail || HasFail(Definition.Rows));
        Time = new(scan.Source, clock);
        Cleaned = new(scan.Source, counters, new(scan.Source, format, DecoderContext), new(scan.Source, counters));
    }

    public ScanUse Scan { get; }
    public SourceDefinition Definition => Scan.Source;
    public ISource Source { get; }
    public Format? Format { get; }
    public QualityCounters Counters { get; }
    public MemoryAccountant Memory { get; }
    public TimeProvider Clock { get; }
    public Pacer? Pacer { get; }

    /// <summary>Whether a row may end the pipeline while it is cleaned.</summary>
    public bool EndsByRows { get; }
    public SourceTime Time { get; }
    public CleanedSource Cleaned { get; }

    static bool HasFail(PlanNode? node) => node is Expect expect && expect.Constraints.Any(c => c.Action == ViolationAction.Fail) || node is UnaryNode unary && HasFail(unary.Input);

    /// <summary>Opens its partitions, each at its position of a checkpoint.</summary>
    /// <param name="from">Positions of all sources; empty = from the beginning.</param>
    /// <param name="stop">Gives up.</param>
    public async ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop)
    {
        _from = [.. from.Where(p => p.Source == Definition.Name)];
        var partitions = await Source.OpenAsync(_from, stop).ConfigureAwait(false);
        Time.SetPartitions(partitions.Select(p => p.Name));
        return partitions;
    }

    /// <summary>Where a partition goes on, or null where it begins.</summary>
    public SourcePosition? From(int partition) => _from.FirstOrDefault(p => p.Partition == partition);

    /// <summary>All its partitions, in the order of the lanes that own them.</summary>
    public List<Feed> Feeds { get; } = [];

    /// <summary>Sources that are read before it.</summary>
    public List<SourceRun> ReadAfter { get; } = [];

    /// <summary>The lanes that read sources which wait for this one.</summary>
    public List<ILaneSignal> Waiters { get; } = [];

    /// <summary>Whether all its partitions have ended.</summary>
    public bool HasEnded => Volatile.Read(ref _ended) >= Feeds.Count;

    /// <summary>Whether a source that is read before it has not ended yet.</summary>
    public bool IsWaiting
    {
        get
        {
            foreach (var source in ReadAfter)
                if (!source.HasEnded) return true;
            return false;
        }
    }

    /// <summary>A lane says that a partition has ended.</summary>
    public void EndPartition()
    {
        if (Interlocked.Increment(ref _ended) < Feeds.Count) return;
        foreach (var waiter in Waiters) waiter.Wake();
    }

    public DecoderContext DecoderContext(int partition) => new(Definition.Name, partition, Definition.Schema, Definition.Paths, Scan.Used, Definition.Options,
        Definition.BadData == BadData.Null, Scan.KeepsOrigin, Memory);

    /// <summary>The end of a pipeline by a record that a decoder could not read (bad_data = 'fail'); it is counted.</summary>
    public BadDataException BadRecord(ByteFeed feed, Chunk chunk, in DecodeError error)
    {
        feed.Counters.AddSeen(1);
        feed.Counters.AddUndecodable(1);
        Note(feed, error);
        var raw = Cleaned.Raws.Show(chunk.Bytes.AsSpan(error.Start, error.Length), feed.Partition.Id);
        return new BadDataException($"Source '{Definition.Name}', partition {feed.Partition.Id} ({feed.FileAt(error.Offset) ?? feed.Partition.Name}), offset {error.Offset}: {error.Message}. {raw}"
            + "Mend the record, or set bad_data = 'dead_letter', 'drop' or 'null' on the source.");
    }

    void Note(ByteFeed feed, in DecodeError error)
    {
        if (Counters.FirstProblem is null) Counters.AddProblem($"{feed.FileAt(error.Offset) ?? feed.Partition.Name}, offset {error.Offset}: {error.Message}");
    }

    /// <summary>Sets aside what a decoder could not read, as the source's policy says.</summary>
    public void Undecodable(ByteFeed feed, Chunk chunk, DecodeErrors errors, int goodRows)
    {
        Debug.Assert(Definition.BadData != BadData.Fail);
        var count = errors.Items.Count;
        feed.Counters.AddSeen(goodRows + count);
        feed.Counters.AddUndecodable(count);
        Note(feed, errors.Items[0]);
        if (Definition.BadData == BadData.DeadLetter)
        {
            foreach (var error in errors.Items)
                feed.Aside.DeadLetters.Add(feed.Counters, Cleaned.Raws, feed.Partition.Id, error.Offset, "decode", error.Message + Where(feed, chunk, error), chunk.Bytes.AsSpan(error.Start, error.Length));
        }
        Cleaned.Budget.Check();
    }

    /// <summary>What a dead letter says of where a record was, besides partition and offset.</summary>
    static string Where(ByteFeed feed, Chunk chunk, in DecodeError error)
    {
        if (feed.FileAt(error.Offset) is { } file) return $" of {file}";
        if (chunk.Messages is not { Count: > 0 } messages) return "";
        var time = messages.Times[messages.IndexAt(error.Start)];
        return $" in {feed.Partition.Name}{(time == MessageIndex.NoTime ? "" : $", written at {new Timestamp(time)}")}";
    }

    /// <summary>The pipeline ends with an error once everything read before is committed.</summary>
    public void FailAfterCommit(Exception error) => _failure.SetAfterCommit(error);

    public async ValueTask DisposeAsync() => await Source.DisposeAsync().ConfigureAwait(false);
}
