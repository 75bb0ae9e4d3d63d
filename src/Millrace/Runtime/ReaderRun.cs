using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>A reader of a running pipeline: what waits to be committed for it, and how far time has come there.</summary>
sealed class ReaderRun(Reader reader, ISink? sink) : IDisposable
{
    readonly Consolidation _consolidation = new();
    List<Batch> _waiting = [];
    long _told;
    bool _hasTold;
    long _rows;

    public Reader Reader { get; } = reader;
    public ISink? Sink { get; } = sink;

    /// <summary>Only grows.</summary>
    public Frontier Frontier { get; private set; } = Frontier.Start;

    /// <summary>Rows given so far.</summary>
    public long Rows => Volatile.Read(ref _rows);

    /// <summary>Takes what the lanes handed over; the batches' references become its own.</summary>
    public void Add(IReadOnlyList<Cut> cuts, int index)
    {
        foreach (var cut in cuts)
        {
            _waiting.AddRange(cut.Batches[index]);
            cut.Batches[index].Clear();
        }
        Frontier? joined = null;
        foreach (var cut in cuts)
            if (cut.Frontiers[index] is { } own) joined = joined is { } other ? Frontier.Min(own, other) : own;
        // Lanes that are at their end say nothing of those that are idle.
        if (joined is null || joined == Frontier.End && cuts.Any(c => c.Frontiers[index] is null))
            joined = cuts.Where(c => c.Frontiers[index] is null).Select(c => c.Idle[index]).Aggregate(Frontier.Start, Max);
        Frontier = Max(Frontier, joined.Value);
    }

    static Frontier Max(Frontier a, Frontier b) => new(Timestamp.Max(a.Closed, b.Closed), Timestamp.Max(a.Final, b.Final));

    /// <summary>Whether changes wait that may be told now.</summary>
    public bool IsDue(TimeProvider clock) => _waiting.Count > 0 && (!_hasTold || clock.GetElapsedTime(_told) >= Reader.Every);

    /// <summary>The changes that are to be told now, or null; the caller releases them.</summary>
    public List<Batch>? Take(TimeProvider clock, bool isLast)
    {
        var waits = Reader.Every > TimeSpan.Zero && !isLast && !IsDue(clock);
        if (Reader.Consolidates) _consolidation.Run(_waiting, Reader.Shape.Key, isForNow: waits);
        if (waits || _waiting.Count == 0) return null;
        if (Reader.Every > TimeSpan.Zero) (_told, _hasTold) = (clock.GetTimestamp(), true);
        var taken = _waiting;
        _waiting = [];
        foreach (var batch in taken) _rows += batch.RowCount;
        return taken;
    }

    public void Dispose()
    {
        foreach (var batch in _waiting) batch.Release();
        _waiting.Clear();
        Sink?.Dispose();
    }
}
