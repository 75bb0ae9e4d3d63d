using System.Diagnostics;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Quality;
using Millrace.State;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>Turns what the lanes hand over at one barrier into one commit: store first, then sinks, then listeners, then the sources hear of it.</summary>
/// <param name="store">Where results go.</param>
/// <param name="readers">Who reads.</param>
/// <param name="sources">The sources by name.</param>
/// <param name="clock">The outside world's time.</param>
/// <param name="listeners">Who hears of commits.</param>
/// <param name="checkpointer">Makes commits ones to go on from; null where no state is kept.</param>
/// <param name="rejected">What sinks refused.</param>
sealed class Committer(IStore store, IReadOnlyList<ReaderRun> readers, IReadOnlyDictionary<string, SourceRun> sources, TimeProvider clock, Func<ICommitListener[]> listeners,
    Checkpointer? checkpointer, RejectedRows rejected)
{
    readonly StateSaver _saver = new();
    readonly Dictionary<(string, int), long> _positions = [];
    readonly Dictionary<string, Frontier> _frontiers = new(StringComparer.Ordinal);
    OpenCommit? _open;
    long _commits;
    double _lastMs;

    public long Commits => Volatile.Read(ref _commits);

    public double LastCommitMs => Volatile.Read(ref _lastMs);

    /// <summary>Whether a reader's changes wait for its EVERY interval to pass, and it has, or rows that a sink's target refused wait.</summary>
    public bool HasWaiting => readers.Any(r => r.IsDue(clock)) || rejected.AreWaiting;

    /// <summary>Commits; where nothing changed, there is no new version.</summary>
    /// <param name="cuts">What the lanes handed over.</param>
    /// <param name="time">The clock when the barrier was asked for.</param>
    /// <param name="isLast">Whether no other barrier follows.</param>
    /// <param name="isFinished">Whether all sources have ended.</param>
    /// <returns>Whether it is done; otherwise a sink refused it, and it is to be gone on with (<see cref="GoOn"/>).</returns>
    public bool Commit(IReadOnlyList<Cut> cuts, Timestamp time, bool isLast, bool isFinished)
    {
        Debug.Assert(_open is null);
        var open = new OpenCommit(cuts, clock.GetTimestamp());
        try
        {
            var changes = new List<TableChange>();
            var toSinks = new List<(ReaderRun Reader, IReadOnlyList<Batch> Batches)>();
            var frontiers = new Dictionary<string, Frontier>(StringComparer.Ordinal);
            var saves = checkpointer is not null && !isFinished;
            if (saves) _saver.Begin();
            for (var i = 0; i < readers.Count; i++)
            {
                var reader = readers[i];
                reader.Add(cuts, i);
                if (saves) reader.Save(_saver, clock, isLast);
                if (reader.Reader.Table is { } table) frontiers[table.Name] = reader.Frontier;
                if (reader.Take(clock, isLast) is not { } batches) continue;
                open.Owned.Add(batches);
                if (reader.Reader.Table is { } changed) changes.Add(new(changed, batches));
                else toSinks.Add((reader, batches));
            }
            var refused = rejected.Take(time);
            open.Refused = refused;
            var aside = cuts.SelectMany(c => c.Aside);
            if (refused.Count > 0) aside = aside.Append((DeadLetters.Table, refused));
            foreach (var ofTable in aside.GroupBy(a => a.Table)) changes.Add(new(ofTable.Key, [.. ofTable.SelectMany(a => a.Batches)]));

            var positions = cuts.SelectMany(c => c.Positions).ToList();
            // State that the lanes have handed over is not handed over again.
            var hasState = saves && cuts.Any(c => c.State.Length > 0);
            // That the sources have ended has to be known even if nothing else has changed.
            var tellsEnd = isFinished && checkpointer is not null;
            if (!HaveMoved(positions, frontiers) && changes.Count == 0 && toSinks.Count == 0 && !hasState && !tellsEnd)
            {
                open.Release();
                return true;
            }
            var version = store.Version + 1;
            var (staged, pending) = (toSinks.FindAll(s => s.Reader.Sink!.IsStaged), toSinks.FindAll(s => !s.Reader.Sink!.IsStaged));
            foreach (var (reader, batches) in staged) reader.Tell(batches, version);
            var checkpoint = checkpointer?.Write(new(version, time, isFinished, saves ? Sections(cuts) : [], positions, frontiers, readers, pending));
            var commit = new StoreCommit(version, changes, frontiers, positions, checkpoint);
            store.Commit(commit);
            (open.Commit, open.Unsent) = (commit, new(pending));
            if (isLast) open.Last = (time, isFinished);
            _open = open;
        }
        catch
        {
            open.Release();
            throw;
        }
        return GoOn(isStopping: false);
    }

    /// <summary>Whether a commit waits for a sink.</summary>
    public bool IsOpen => _open is not null;

    /// <summary>Tries again, where it is time, to send what a sink refused: what it has taken it leaves out. Then all others hear of the commit.</summary>
    /// <param name="isStopping">Whether nobody waits for another try: what is not sent now stays in the checkpoint.</param>
    /// <returns>Whether it is done.</returns>
    public bool GoOn(bool isStopping)
    {
        var open = _open!;
        try
        {
            for (; open.Unsent.TryPeek(out var next); open.Unsent.Dequeue())
                if (!next.Reader.TryTell(next.Batches, open.Commit!.Version, isStopping)) return false;
            Tell(open.Commit!, open.Began);
            if (open.Last is { } last) CommitRejected(open.Commit!, last.Time, last.IsFinished);
        }
        catch
        {
            Close();
            throw;
        }
        Close();
        return true;
    }

    /// <summary>What sinks refused of the last commit has a commit of its own, for none follows.</summary>
    void CommitRejected(StoreCommit last, Timestamp time, bool isFinished)
    {
        var refused = rejected.Take(time);
        if (refused.Count == 0) return;
        try
        {
            var version = store.Version + 1;
            var began = clock.GetTimestamp();
            var checkpoint = checkpointer?.Write(new(version, time, isFinished, [], last.Positions, last.Frontiers, readers, []));
            var more = new StoreCommit(version, [new(DeadLetters.Table, refused)], last.Frontiers, last.Positions, checkpoint);
            store.Commit(more);
            Tell(more, began);
        }
        finally
        {
            foreach (var batch in refused) batch.Release();
        }
    }

    void Close()
    {
        _open!.Release();
        _open = null;
    }

    /// <summary>Gives back what a commit holds that is under way, at the end of a run.</summary>
    public void Release()
    {
        if (IsOpen) Close();
    }

    void Tell(StoreCommit commit, long began)
    {
        if (commit.Checkpoint is { } checkpoint) checkpointer!.Committed(checkpoint);
        Interlocked.Increment(ref _commits);
        Volatile.Write(ref _lastMs, clock.GetElapsedTime(began).TotalMilliseconds);
        foreach (var listener in listeners()) listener.OnCommitted(commit);
        TellSources(commit.Positions, static (source, positions) => source.Durable(positions));
        TellSources(checkpointer?.OldestPositions ?? commit.Positions, static (source, positions) => source.Committed(positions));
    }

    void TellSources(IReadOnlyList<SourcePosition> all, Action<ISource, Dictionary<int, long>> tell)
    {
        foreach (var ofSource in all.GroupBy(p => p.Source))
            if (sources.TryGetValue(ofSource.Key, out var source)) tell(source.Source, ofSource.ToDictionary(p => p.Partition, p => p.Position));
    }

    /// <summary>A commit that is under way.</summary>
    sealed class OpenCommit(IReadOnlyList<Cut> cuts, long began)
    {
        public long Began => began;
        public List<CommitRows> Owned { get; } = [];
        public IReadOnlyList<Batch> Refused { get; set; } = [];
        public StoreCommit? Commit { get; set; }

        /// <summary>Where it is the run's last: when it was asked for, and whether all sources have ended.</summary>
        public (Timestamp Time, bool IsFinished)? Last { get; set; }

        /// <summary>Results for sinks that are written after the store.</summary>
        public Queue<(ReaderRun Reader, IReadOnlyList<Batch> Batches)> Unsent { get; set; } = [];

        public void Release()
        {
            foreach (var batches in Owned) batches.Release();
            foreach (var batch in Refused) batch.Release();
            foreach (var cut in cuts) cut.Release();
        }
    }

    /// <summary>The state that belongs to the commit: the lanes', and what is kept between them and the store.</summary>
    List<ReadOnlyMemory<byte>> Sections(IReadOnlyList<Cut> cuts)
    {
        foreach (var (name, source) in sources)
        {
            _saver.BeginState(Recovery.StateOf("source", name), SectionKind.Common);
            _saver.BeginEntry().WriteRaw("source"u8);
            _saver.BeginValue().Write(source.Time.Moved);
            _saver.EndEntry();
            SaveCounters(name, source.Counters, cuts);
        }
        _saver.EndSection();
        return [.. cuts.Select(c => c.State), _saver.Written];
    }

    /// <summary>What was counted of a source's rows up to this commit: before the run, and by each lane up to its barrier.</summary>
    void SaveCounters(string source, QualityCounters counters, IReadOnlyList<Cut> cuts)
    {
        var sums = counters.Figures();
        foreach (var (_, figures) in cuts.SelectMany(c => c.Counted.Where(f => f.Source == source)))
            for (var i = 0; i < sums.Length; i++) sums[i] += figures[i];
        _saver.BeginEntry().WriteRaw("counters"u8);
        var writer = _saver.BeginValue();
        CounterImage.Write(counters, sums, writer);
        _saver.EndEntry();
    }

    bool HaveMoved(List<SourcePosition> positions, Dictionary<string, Frontier> frontiers)
    {
        var moved = false;
        foreach (var position in positions)
        {
            var key = (position.Source, position.Partition);
            if (_positions.TryGetValue(key, out var known) ? known == position.Position : position.Position == 0) continue;
            _positions[key] = position.Position;
            moved = true;
        }
        foreach (var (table, frontier) in frontiers)
        {
            if (_frontiers.GetValueOrDefault(table, Frontier.Start) == frontier) continue;
            _frontiers[table] = frontier;
            moved = true;
        }
        return moved;
    }
}
