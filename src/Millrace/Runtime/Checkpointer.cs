using System.Collections.Immutable;
using System.Globalization;
using Millrace.State;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>Makes commits ones to go on from: writes what changed of the state before each, and clears away what no kept checkpoint needs any more.</summary>
/// <remarks>A blob that no committed record names does not count: one that was written when the process ended, or the commit failed, is cleared away at the next start.</remarks>
sealed class Checkpointer
{
    readonly IBlobStore _blobs;
    readonly int _lanes, _kept;
    readonly Queue<CheckpointRecord> _records = new(); // oldest first
    ImmutableArray<CheckpointPiece> _chain;

    /// <summary>Goes on from a checkpoint, or starts anew.</summary>
    /// <param name="blobs">Where state is kept.</param>
    /// <param name="lanes">Lanes of this run.</param>
    /// <param name="kept">Checkpoints that are kept.</param>
    /// <param name="records">Those that are kept now, newest first.</param>
    /// <param name="from">The one that the run goes on from, or null.</param>
    public Checkpointer(IBlobStore blobs, int lanes, int kept, IReadOnlyList<CheckpointRecord> records, CheckpointRecord? from)
    {
        (_blobs, _lanes, _kept) = (blobs, lanes, kept);
        _chain = from?.Chain ?? [];
        if (from is not null)
            foreach (var record in records.Reverse().Where(r => r.Version <= from.Version)) _records.Enqueue(record);
        var needed = NeededNames();
        foreach (var name in blobs.List())
            if (!needed.Contains(name)) blobs.Delete(name);
    }

    HashSet<string> NeededNames() => [.. _records.SelectMany(r => r.Chain.Select(p => p.Name).Concat(r.Pending.Select(p => p.Blob)))];

    /// <summary>Writes the state of a version, and the results that are sent after its commit, and says what the commit has to record. All is durable when it returns.</summary>
    public CheckpointRecord Write(CheckpointInput input)
    {
        if (input.IsFinished) _chain = [];
        else if (input.Sections.Any(s => s.Length > 0))
        {
            var pieces = CheckpointBlob.Create(input.Version, _lanes, input.Sections);
            var name = Name(input.Version, "state");
            _blobs.Write(name, pieces);
            _chain = _chain.Insert(0, new(name, pieces.Sum(p => (long)p.Length), 0));
        }
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
            Positions = [.. input.Positions],
            DroppedUpTo = DroppedUpTo,
            Sinks = input.Readers.Where(r => r.Sink is not null).ToImmutableDictionary(r => r.Reader.Name, r => r.SinkPosition!),
            Pending = pending.ToImmutable(),
        };
    }

    /// <summary>The newest version that is not kept when the next one is.</summary>
    long DroppedUpTo => _records.Count < _kept ? 0 : _records.ElementAt(_records.Count - _kept).Version;

    /// <summary>The name of a blob of a version.</summary>
    public static string Name(long version, string kind) => string.Create(CultureInfo.InvariantCulture, $"{version:d16}.{kind}");

    /// <summary>A record is committed: what only older ones needed is deleted.</summary>
    public void Committed(CheckpointRecord record)
    {
        _records.Enqueue(record);
        if (_records.Count <= _kept) return;
        var gone = new List<CheckpointRecord>();
        while (_records.Count > _kept) gone.Add(_records.Dequeue());
        var needed = NeededNames();
        foreach (var name in gone.SelectMany(r => r.Chain.Select(p => p.Name).Concat(r.Pending.Select(p => p.Blob))).Distinct())
            if (!needed.Contains(name)) _blobs.Delete(name);
    }
}

/// <summary>What a checkpoint is made of.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Time">The clock when its barrier was asked for.</param>
/// <param name="IsFinished">Whether all sources have ended.</param>
/// <param name="Sections">What changed of the state.</param>
/// <param name="Positions">How far each partition is in the results.</param>
/// <param name="Readers">Who reads; where their sinks stand goes into the record.</param>
/// <param name="Pending">Results that are sent after the commit.</param>
sealed record CheckpointInput(long Version, Timestamp Time, bool IsFinished, IReadOnlyList<ReadOnlyMemory<byte>> Sections, IReadOnlyList<SourcePosition> Positions,
    IReadOnlyList<ReaderRun> Readers, IReadOnlyList<(ReaderRun Reader, List<Data.Batch> Batches)> Pending);
