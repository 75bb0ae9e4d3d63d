using Millrace.Connectors;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;
using Millrace.State.Spilling;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>A reader of a running pipeline: what waits to be committed for it, and how far time has come there.</summary>
sealed class ReaderRun(Reader reader, ISink? sink, TimeProvider clock) : IDisposable
{
    readonly BackOff _backOff = new(clock);
    volatile string? _problem;
    readonly Consolidation _consolidation = new();
    List<Batch> _waiting = [];
    List<SpilledRows> _spilled = []; // only where nothing waits longer than a commit
    long _told;
    bool _hasTold;
    long _rows, _nextSaved;
    int _newFrom;
    bool _hasSaved; // some of the changes that wait

    public Reader Reader { get; } = reader;
    public ISink? Sink { get; } = sink;

    /// <summary>Where batches come from.</summary>
    public required MemoryAccountant Memory { get; init; }

    /// <summary>The name of its state.</summary>
    public UInt128 State { get; init; }

    /// <summary>Only grows.</summary>
    public Frontier Frontier { get; private set; } = Frontier.Start;

    /// <summary>Rows given so far.</summary>
    public long Rows => Volatile.Read(ref _rows);

    /// <summary>Takes what the lanes handed over; the batches' references become its own.</summary>
    public void Add(IReadOnlyList<Cut> cuts, int index)
    {
        _newFrom = _waiting.Count;
        foreach (var cut in cuts)
        {
            _waiting.AddRange(cut.Batches[index]);
            cut.Batches[index].Clear();
            if (cut.Spilled[index] is not { } spilled) continue;
            _spilled.Add(spilled);
            cut.Spilled[index] = null;
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

    /// <summary>Saves how far time has come, and of the changes that wait those that have just come; called between <see cref="Add"/> and <see cref="Take"/>.</summary>
    public void Save(StateSaver saver, TimeProvider clock, bool isLast)
    {
        saver.BeginState(State, SectionKind.Common);
        saver.BeginEntry().WriteRaw("reader"u8);
        saver.BeginValue().Write(Frontier);
        saver.EndEntry();
        saver.BeginState(State);
        if (!Waits(clock, isLast))
        {
            if (_hasSaved) saver.BeginPart(0, forgets: true);
            _hasSaved = false;
            return;
        }
        foreach (var batch in _waiting.Skip(_newFrom))
        {
            var writer = saver.BeginEntry();
            writer.Write(0UL);
            writer.Write(_nextSaved++);
            saver.BeginValue();
            BatchImages.Write([batch], writer);
            saver.EndEntry();
            _hasSaved = true;
        }
    }

    /// <summary>Goes on from a time that was saved.</summary>
    public void Restore(Frontier frontier) => Frontier = frontier;

    /// <summary>Takes back changes that waited.</summary>
    public void Load(ReadOnlySpan<byte> entry, MemoryAccountant memory)
    {
        var reader = new StateReader(entry);
        _ = reader.Read<ulong>();
        _nextSaved = Math.Max(_nextSaved, reader.Read<long>() + 1);
        _hasSaved = true;
        _waiting.AddRange(BatchImages.Read(ref reader, Reader.Shape.Schema, memory));
    }

    /// <summary>Where its sink stands, if that is written before the commit.</summary>
    public string? SinkPosition { get; private set; }

    /// <summary>Gives changes to its sink and makes them durable there.</summary>
    public void Tell(IReadOnlyList<Batch> changes, long version)
    {
        Sink!.Write(changes, version);
        SinkPosition = Sink.Flush();
    }

    /// <summary>Why its sink does not take results now, or null. Thread-safe.</summary>
    public string? Problem => _problem;

    /// <summary>As <see cref="Tell"/>; where the outside world refuses it, there is another try later.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="version">Of which commit.</param>
    /// <param name="isLast">Whether this is the last try.</param>
    /// <returns>Whether the sink has them.</returns>
    public bool TryTell(IReadOnlyList<Batch> changes, long version, bool isLast)
    {
        if (!_backOff.IsDue && !isLast) return false;
        try
        {
            Tell(changes, version);
        }
        catch (ConnectorException e) when (e.Fault == Fault.External && _backOff.Fail() && !isLast)
        {
            _problem = e.Message;
            return false;
        }
        _backOff.Succeed();
        _problem = null;
        return true;
    }

    /// <summary>Opens its sink, at the position of a checkpoint if there is one.</summary>
    public void OpenSink(string? position)
    {
        Sink!.Open(Reader.Shape.Schema, Reader.Sink!.IsUpsert ? [.. Reader.Shape.Key] : [], position);
        SinkPosition = position ?? Sink.Flush();
    }

    /// <summary>Whether changes wait that may be told now.</summary>
    public bool IsDue(TimeProvider clock) => _waiting.Count > 0 && (!_hasTold || clock.GetElapsedTime(_told) >= Reader.Every);

    bool Waits(TimeProvider clock, bool isLast) => Reader.Every > TimeSpan.Zero && !isLast && !IsDue(clock);

    /// <summary>The changes that are to be told now, or null; the caller releases them.</summary>
    public CommitRows? Take(TimeProvider clock, bool isLast)
    {
        var waits = Waits(clock, isLast);
        if (Reader.Consolidates) _consolidation.Run(_waiting, Reader.Shape.Key, isForNow: waits);
        if (waits || _waiting.Count == 0 && _spilled.Count == 0) return null;
        if (Reader.Every > TimeSpan.Zero) (_told, _hasTold) = (clock.GetTimestamp(), true);
        var taken = new CommitRows(_waiting, _spilled, Reader.Shape.Schema, Memory);
        (_waiting, _spilled) = ([], []);
        _rows += taken.RowCount;
        return taken;
    }

    public void Dispose()
    {
        foreach (var batch in _waiting) batch.Release();
        _waiting.Clear();
        foreach (var rows in _spilled) rows.Release();
        Sink?.Dispose();
    }
}
