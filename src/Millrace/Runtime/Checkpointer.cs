using System.Collections.Immutable;
using System.Globalization;
using Millrace.Connectors;
using Millrace.State;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>Makes commits ones to go on from: writes what changed of the state before each, and clears away what no kept checkpoint needs any more.</summary>
/// <remarks>
/// A blob that no committed record names does not count: one that was written when the process ended, or the commit failed, is cleared away at the next start. Pieces of the
/// chain are put together beside the run, never by a commit; the commit after that names the new piece in place of those that it holds.
/// </remarks>
sealed class Checkpointer : IDisposable
{
    /// <summary>Failed tries until the run goes on without putting pieces together.</summary>
    const int FailuresMax = 5;

    readonly IBlobStore _blobs;
    readonly int _lanes, _kept;
    readonly long _keptFor; // microseconds
    readonly IReadOnlySet<UInt128> _states;
    readonly Action<Action> _inBackground;
    readonly Func<ImmutableArray<CheckpointPiece>, int> _chooseMerge;
    readonly RunWarnings _warnings;
    readonly Queue<CheckpointRecord> _records = new(); // oldest first
    readonly Dictionary<string, int> _uses = new(StringComparer.Ordinal); // by name of a blob how many of them need it
    readonly CancellationTokenSource _stop = new();
    readonly ManualResetEventSlim _isIdle = new(true);
    readonly ImmutableArray<UInt128> _givenUp;
    readonly byte[] _note;
    string? _plan;
    ImmutableArray<CheckpointPiece> _chain;
    Merged? _merged;
    int _failures;

    /// <summary>Goes on from a checkpoint, or starts anew.</summary>
    /// <param name="blobs">Where state is kept.</param>
    /// <param name="lanes">Lanes of this run.</param>
    /// <param name="kept">Checkpoints that are kept.</param>
    /// <param name="keptFor">Younger ones are kept besides.</param>
    /// <param name="records">Those that are kept now, newest first.</param>
    /// <param name="from">The one that the run goes on from, or null.</param>
    /// <param name="states">The names of the states of this run; what others had is left out when pieces are put together.</param>
    /// <param name="givenUp">States that stand in the chain and belong to nothing any more.</param>
    /// <param name="note">What checkpoints say of the plan.</param>
    /// <param name="inBackground">Runs work beside the run.</param>
    /// <param name="warnings">Who is told when pieces cannot be put together.</param>
    /// <param name="chooseMerge">How many of the newest pieces are put together.</param>
    public Checkpointer(IBlobStore blobs, int lanes, int kept, TimeSpan keptFor, IReadOnlyList<CheckpointRecord> records, CheckpointRecord? from, IReadOnlySet<UInt128> states, ImmutableArray<UInt128> givenUp,
        PlanNote note, Action<Action> inBackground, RunWarnings warnings, Func<ImmutableArray<CheckpointPiece>, int> chooseMerge)
    {
        (_blobs, _lanes, _kept, _states, _inBackground, _warnings, _chooseMerge) = (blobs, lanes, kept, states, inBackground, warnings, chooseMerge);
        (_givenUp, _note, _keptFor) = (givenUp, note.ToBlob(), (long)keptFor.TotalMicroseconds);
        _chain = from?.Chain ?? [];
        _plan = from?.Plan is { } plan && Holds(plan, _note) ? plan : null;
        if (from is not null)
            foreach (var record in records.Reverse().Where(r => r.Version <= from.Version)) Keep(record);
        foreach (var name in blobs.List())
            if (!_uses.ContainsKey(name)) blobs.Delete(name);
    }

    /// <summary>Bytes of a chain that are put together at a time.</summary>
    public long PassBytes { get; init; } = SavedState.PassBytes;

    void Keep(CheckpointRecord record)
    {
        _records.Enqueue(record);
        foreach (var name in record.BlobNames) _uses[name] = _uses.GetValueOrDefault(name) + 1;
    }

    bool Holds(string name, ReadOnlySpan<byte> bytes)
    {
        using var blob = _blobs.Open(name);
        return blob is not null && blob.Length == bytes.Length && blob.Slice(0, bytes.Length).SequenceEqual(bytes);
    }

    /// <summary>Writes the state of a version, and the results that are sent after its commit, and says what the commit has to record. All is durable when it returns.</summary>
    public CheckpointRecord Write(CheckpointInput input)
    {
        if (input.IsFinished) _chain = [];
        else TakeMerged();
        if (!input.IsFinished && input.Sections.Any(s => s.Length > 0))
            _chain = _chain.Insert(0, Write(Name(input.Version, "state"), CheckpointBlob.Create(input.Version, _lanes, input.Sections)));
        if (_plan is null && !input.IsFinished) _plan = Write(Name(input.Version, "plan"), [_note]).Name;
        var pending = ImmutableArray.CreateBuilder<PendingResults>();
        foreach (var (reader, batches) in input.Pending)
        {
            var name = Name(input.Version, string.Create(CultureInfo.InvariantCulture, $"{pending.Count}.results"));
            _blobs.Write(name, BatchImages.ToBlob(batches));
            pending.Add(new(reader.Reader.Name, input.Version, name));
        }
        return new()
        {
            Version = input.Version,
            Time = input.Time.Microseconds,
            Lanes = _lanes,
            IsFinished = input.IsFinished,
            Chain = _chain,
            GivenUp = _givenUp,
            Positions = [.. input.Positions],
            Frontiers = input.Frontiers.ToImmutableDictionary(),
            DroppedUpTo = input.IsFinished ? input.Version - 1 : DroppedUpTo(_keptFor == 0 ? long.MaxValue : input.Time.Microseconds - _keptFor),
            Sinks = input.Readers.Where(r => r.Sink is not null).ToImmutableDictionary(r => r.Reader.Name, r => r.SinkPosition!),
            Pending = pending.ToImmutable(),
            Plan = input.IsFinished ? null : _plan,
        };
    }

    CheckpointPiece Write(string name, IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var bytes = 0L;
        _blobs.Write(name, pieces.Select(p =>
        {
            bytes += p.Length;
            return p;
        }));
        return new(name, bytes);
    }

    /// <summary>How far sources are in the oldest checkpoint that is kept: no run goes on from before.</summary>
    public IReadOnlyList<SourcePosition> OldestPositions => _records.Peek().Positions;

    /// <summary>The newest version that is not kept when the next one is.</summary>
    /// <param name="time">Those that are younger are kept.</param>
    long DroppedUpTo(long time) => _records.Take(Math.Max(0, _records.Count - _kept + 1)).TakeWhile(r => r.Time <= time).LastOrDefault()?.Version ?? 0;

    /// <summary>The name of a blob of a version.</summary>
    public static string Name(long version, string kind) => string.Create(CultureInfo.InvariantCulture, $"{version:d16}.{kind}");

    /// <summary>A record is committed: what only older ones needed is deleted.</summary>
    public void Committed(CheckpointRecord record)
    {
        Keep(record);
        if (record.IsFinished) _stop.Cancel();
        while (_records.Peek().Version <= record.DroppedUpTo)
        {
            foreach (var name in _records.Dequeue().BlobNames)
            {
                if (--_uses[name] > 0) continue;
                _uses.Remove(name);
                _blobs.Delete(name);
            }
        }
        if (!record.IsFinished) BeginMerge(record.Version);
    }

    void BeginMerge(long version)
    {
        var count = _isIdle.IsSet && _merged is null && _failures < FailuresMax ? _chooseMerge(_chain) : 0;
        if (count == 0) return;
        var pieces = _chain[..count];
        var isOldest = count == _chain.Length;
        _isIdle.Reset();
        _inBackground(() =>
        {
            try
            {
                Volatile.Write(ref _merged, new(pieces, Merge(pieces, isOldest, Name(version, "merged"))));
            }
            catch (OperationCanceledException)
            {
                // The run ends.
            }
            catch (Exception e) when (e is ConnectorException or InvalidDataException)
            {
                if (_stop.IsCancellationRequested) return;
                _failures++;
                _warnings.Say("checkpoint files cannot be put together", $"Checkpoint files cannot be put together, so they become more and a restart takes longer: {e.Message}");
            }
            finally
            {
                _isIdle.Set();
            }
        });
    }

    CheckpointPiece Merge(ImmutableArray<CheckpointPiece> pieces, bool isOldest, string name)
    {
        _stop.Token.ThrowIfCancellationRequested();
        try
        {
            using var state = OpenChain(_blobs, pieces, PassBytes);
            return Write(name, CheckpointBlob.Create(state.Checkpoint, state.Lanes, state.Merge(isOldest, _states.Contains, _stop.Token)));
        }
        catch
        {
            _blobs.Delete(name);
            throw;
        }
    }

    // Pieces that came meanwhile are newer.
    void TakeMerged()
    {
        if (Volatile.Read(ref _merged) is not { } merged) return;
        _merged = null;
        var at = _chain.IndexOf(merged.Pieces[0]);
        _chain = _chain.RemoveRange(at, merged.Pieces.Length).Insert(at, merged.Piece);
    }

    /// <summary>Opens the pieces of a chain after looking whether they are whole.</summary>
    /// <param name="blobs">Where they are.</param>
    /// <param name="newestFirst">They.</param>
    /// <param name="passBytes">Bytes of them that are read at a time.</param>
    /// <exception cref="InvalidDataException">One is damaged or gone.</exception>
    public static SavedState OpenChain(IBlobStore blobs, IReadOnlyList<CheckpointPiece> newestFirst, long passBytes = SavedState.PassBytes)
    {
        var opened = new List<Blob>();
        try
        {
            foreach (var piece in newestFirst)
            {
                try
                {
                    opened.Add(blobs.Open(piece.Name) ?? throw new InvalidDataException("it is gone"));
                    if (opened[^1].Length != piece.Bytes) throw new InvalidDataException($"it has {opened[^1].Length:N0} bytes, and {piece.Bytes:N0} were written");
                    CheckpointBlob.Open(opened[^1]);
                }
                catch (InvalidDataException e)
                {
                    throw new InvalidDataException($"of its file '{piece.Name}', {e.Message}", e);
                }
            }
            return new(opened, passBytes);
        }
        catch
        {
            foreach (var blob in opened) blob.Dispose();
            throw;
        }
    }

    /// <summary>Waits until nothing is at work beside the run any more, and takes away what no commit has named yet.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _isIdle.Wait();
        if (_merged is { } merged) _blobs.Delete(merged.Piece.Name);
        _stop.Dispose();
        _isIdle.Dispose();
    }

    /// <summary>Pieces, and the one that holds what they held.</summary>
    sealed record Merged(ImmutableArray<CheckpointPiece> Pieces, CheckpointPiece Piece);
}

/// <summary>What a checkpoint is made of.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Time">The clock when its barrier was asked for.</param>
/// <param name="IsFinished">Whether all sources have ended.</param>
/// <param name="Sections">What changed of the state.</param>
/// <param name="Positions">How far each partition is in the results.</param>
/// <param name="Frontiers">How far time has come in each table.</param>
/// <param name="Readers">Who reads; where their sinks stand goes into the record.</param>
/// <param name="Pending">Results that are sent after the commit.</param>
sealed record CheckpointInput(long Version, Timestamp Time, bool IsFinished, IReadOnlyList<ReadOnlyMemory<byte>> Sections, IReadOnlyList<SourcePosition> Positions,
    IReadOnlyDictionary<string, Frontier> Frontiers, IReadOnlyList<ReaderRun> Readers, IReadOnlyList<(ReaderRun Reader, IReadOnlyList<Data.Batch> Batches)> Pending);
