using Millrace.Data;
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
sealed class Committer(IStore store, IReadOnlyList<ReaderRun> readers, IReadOnlyDictionary<string, SourceRun> sources, TimeProvider clock, Func<ICommitListener[]> listeners,
    Checkpointer? checkpointer)
{
    readonly StateSaver _saver = new();
    readonly Dictionary<(string, int), long> _positions = [];
    readonly Dictionary<string, Frontier> _frontiers = new(StringComparer.Ordinal);
    long _commits;
    double _lastMs;

    public long Commits => Volatile.Read(ref _commits);

    public double LastCommitMs => Volatile.Read(ref _lastMs);

    /// <summary>Whether a reader's changes wait for its EVERY interval to pass, and it has.</summary>
    public bool HasWaiting => readers.Any(r => r.IsDue(clock));

    /// <summary>Commits; where nothing changed, there is no new version.</summary>
    /// <param name="cuts">What the lanes handed over.</param>
    /// <param name="time">The clock when the barrier was asked for.</param>
    /// <param name="isLast">Whether no other barrier follows.</param>
    /// <param name="isFinished">Whether all sources have ended.</param>
    public void Commit(IReadOnlyList<Cut> cuts, Timestamp time, bool isLast, bool isFinished)
    {
        var began = clock.GetTimestamp();
        var owned = new List<Batch>();
        try
        {
            var changes = new List<TableChange>();
            var toSinks = new List<(ReaderRun Reader, List<Batch> Batches)>();
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
                owned.AddRange(batches);
                if (reader.Reader.Table is { } changed) changes.Add(new(changed, batches));
                else toSinks.Add((reader, batches));
            }
            foreach (var aside in cuts.SelectMany(c => c.Aside).GroupBy(a => a.Table)) changes.Add(new(aside.Key, [.. aside.SelectMany(a => a.Batches)]));

            var positions = cuts.SelectMany(c => c.Positions).ToList();
            // State that the lanes have handed over is not handed over again.
            var hasState = saves && cuts.Any(c => c.State.Length > 0);
            if (!HaveMoved(positions, frontiers) && changes.Count == 0 && toSinks.Count == 0 && !hasState) return;
            var version = store.Version + 1;
            var (staged, pending) = (toSinks.FindAll(s => s.Reader.Sink!.IsStaged), toSinks.FindAll(s => !s.Reader.Sink!.IsStaged));
            foreach (var (reader, batches) in staged) reader.Tell(batches, version);
            var checkpoint = checkpointer?.Write(new(version, time, isFinished, saves ? Sections(cuts) : [], positions, readers, pending));
            var commit = new StoreCommit(version, changes, frontiers, positions, checkpoint);
            store.Commit(commit);
            foreach (var (reader, batches) in pending) reader.Tell(batches, version);
            if (checkpoint is not null) checkpointer!.Committed(checkpoint);
            Interlocked.Increment(ref _commits);
            Volatile.Write(ref _lastMs, clock.GetElapsedTime(began).TotalMilliseconds);
            foreach (var listener in listeners()) listener.OnCommitted(commit);
            foreach (var ofSource in positions.GroupBy(p => p.Source))
                sources[ofSource.Key].Source.Committed(ofSource.ToDictionary(p => p.Partition, p => p.Position));
        }
        finally
        {
            foreach (var batch in owned) batch.Release();
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
        }
        _saver.EndSection();
        return [.. cuts.Select(c => c.State), _saver.Written];
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
