using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.State;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>What a run goes on from: a committed checkpoint and the state that lies with it.</summary>
sealed class Recovery : IDisposable
{
    Recovery(CheckpointRecord record, SavedState state) => (Record, State) = (record, state);

    /// <summary>The checkpoint.</summary>
    public CheckpointRecord Record { get; }

    /// <summary>Its state.</summary>
    public SavedState State { get; }

    /// <summary>The checkpoint of a store that a run goes on from, or null where it starts afresh: it is told to, there is none, or the last run had come to its end.</summary>
    /// <remarks>Of the newest ones those that are damaged are left out, with a warning.</remarks>
    /// <exception cref="ConnectorException">The one that is asked for is not there or is damaged, or all are.</exception>
    public static Recovery? Find(IStore store, StartFrom from, RunWarnings warnings, long passBytes = SavedState.PassBytes)
    {
        if (from == StartFrom.Fresh || store.Blobs is not { } blobs) return null;
        List<CheckpointRecord> records = [.. store.Checkpoints().Where(r => !r.IsFinished)];
        if (from.Version > 0)
        {
            var kept = string.Join(", ", records.Select(r => r.Version.ToString(CultureInfo.InvariantCulture)));
            records.RemoveAll(r => r.Version != from.Version);
            if (records.Count == 0)
                throw new ConnectorException(Fault.User, $"There is no checkpoint {from}: {(kept.Length > 0 ? $"{kept} are kept" : "none is kept")}. Name one that is kept, or start without --from.");
        }
        if (records.Count == 0) return null;
        if (from == StartFrom.Earliest) records.RemoveRange(0, records.Count - 1);
        var damages = new List<string>();
        foreach (var record in records)
        {
            try
            {
                var found = new Recovery(record, Open(blobs, record, passBytes));
                if (damages.Count > 0) warnings.Say("damaged checkpoint", $"{string.Join(" ", damages)} The run goes on from checkpoint {record.Version}, and results went back to it.");
                return found;
            }
            catch (InvalidDataException e)
            {
                damages.Add($"Checkpoint {record.Version} is damaged: {e.Message}.");
            }
        }
        throw new ConnectorException(Fault.External, $"{string.Join(" ", damages)} Restore the data folder from a copy, or start anew with --from fresh.");
    }

    /// <summary>Opens what a checkpoint needs after looking whether it is whole.</summary>
    /// <exception cref="InvalidDataException">Something is damaged or gone.</exception>
    public static SavedState Open(IBlobStore blobs, CheckpointRecord record, long passBytes = SavedState.PassBytes)
    {
        foreach (var pending in record.Pending)
        {
            try
            {
                using var blob = blobs.Open(pending.Blob) ?? throw new InvalidDataException("it is gone");
                BatchImages.Check(blob.Slice(0, checked((int)blob.Length)));
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"of its file '{pending.Blob}', which holds results for '{pending.Sink}', {e.Message}", e);
            }
        }
        return Checkpointer.OpenChain(blobs, record.Chain, passBytes);
    }

    /// <summary>The states that were saved and belong to nothing any more, because the pipeline was edited.</summary>
    /// <param name="states">The names of the states that the pipeline has now.</param>
    /// <param name="isAllowed">Whether they may be given up.</param>
    /// <exception cref="ConnectorException">They may not.</exception>
    public ImmutableArray<UInt128> GiveUp(IReadOnlySet<UInt128> states, bool isAllowed)
    {
        var saved = State.States;
        // What was given up stood still while its sources went on.
        if (Record.GivenUp.Any(s => saved.Contains(s) && states.Contains(s)))
            throw new ConnectorException(Fault.User, $"The pipeline was edited back since checkpoint {Record.Version}: state that was given up by --drop-state would come back, without the rows that came meanwhile. Compute all results anew from the sources with --from fresh.");
        var lost = saved.Where(s => !states.Contains(s)).ToList();
        var added = lost.Count(s => !Record.GivenUp.Contains(s));
        if (added > 0 && !isAllowed)
        {
            throw new ConnectorException(Fault.User, string.Create(CultureInfo.InvariantCulture,
                $"The pipeline was edited since checkpoint {Record.Version}: {added} of its saved states (windows, keys, joins, readers) {(added == 1 ? "belongs" : "belong")} to nothing in it any more, and what took their place would begin with nothing. ")
                + "Undo the edit; or compute all results anew from the sources with --from fresh; or go on and let what was edited begin empty with --drop-state.");
        }
        return [.. lost];
    }

    /// <summary>How far the partitions of a source are in the results.</summary>
    public IReadOnlyList<SourcePosition> PositionsOf(string source) => [.. Record.Positions.Where(p => p.Source == source)];

    /// <summary>Gives the operators of all lanes, the readers and the sources what was saved of them.</summary>
    public void Load(IReadOnlyList<Lane> lanes, IReadOnlyList<ReaderRun> readers, IEnumerable<SourceRun> sources, MemoryAccountant memory)
    {
        var stations = lanes.SelectMany(l => l.Named, (lane, n) => (n.State, lane.Index, n.Station, n.Place)).ToLookup(s => s.State);
        foreach (var ofState in stations)
        {
            var saved = State.CommonOf(ofState.Key);
            foreach (var (_, lane, station, place) in ofState) LoadCommon(saved, station, place, lane);
        }
        var byState = readers.ToDictionary(r => r.State);
        foreach (var reader in readers)
            if (State.CommonOf(reader.State).GetValueOrDefault("reader") is { } frontier) reader.Restore(new Functions.StateReader(frontier).Read<Frontier>());
        foreach (var source in sources)
            if (State.CommonOf(StateOf("source", source.Definition.Name)).GetValueOrDefault("source") is { } moved) source.Time.Restore(new Functions.StateReader(moved).Read<Frontier>());

        var targets = stations.ToDictionary(s => s.Key, s => s.OrderBy(t => t.Index).Select(t => (t.Index, t.Station)).ToArray());
        State.Load((in Section section, ReadOnlySpan<byte> entry, int keyLength, bool isGone) =>
        {
            if (byState.TryGetValue(section.State, out var reader)) reader.Load(entry, memory);
            if (!targets.TryGetValue(section.State, out var places)) return;
            var group = SavedState.GroupOf(entry);
            var isEverywhere = places[0].Station.IsEverywhere(section.Part);
            foreach (var (lane, station) in places)
                if (isEverywhere || Hash64.LaneOf(group, lanes.Count) == lane) station.Load(section.Part, entry);
        });
        foreach (var lane in lanes)
            foreach (var (station, _, _) in lane.Named) station.EndLoad();
    }

    /// <summary>Sends results again that a sink may not have got before the crash; it leaves out what it has.</summary>
    public void SendPending(IBlobStore blobs, IReadOnlyList<ReaderRun> readers, MemoryAccountant memory)
    {
        foreach (var pending in Record.Pending)
        {
            if (readers.FirstOrDefault(r => r.Sink is { IsStaged: false } && r.Reader.Name == pending.Sink) is not { } reader) continue;
            using var blob = blobs.Open(pending.Blob)!;
            var batches = BatchImages.FromBlob(blob.Slice(0, (int)blob.Length), reader.Reader.Shape.Schema, memory);
            reader.Tell(batches, pending.Version);
            foreach (var batch in batches) batch.Release();
        }
    }

    /// <summary>A partition goes on as it was. A lane hears of all lanes of the checkpoint, last of the one that it takes the place of.</summary>
    void LoadCommon(IReadOnlyDictionary<string, byte[]> saved, Station station, string place, int lane)
    {
        if (!place.StartsWith("lane ", StringComparison.Ordinal))
        {
            if (saved.TryGetValue(place, out var own)) station.LoadCommon(own);
            return;
        }
        if (State.Lanes == 0) return;
        // Places of other numbers of lanes are of older checkpoints.
        var taken = PlaceOf(lane % State.Lanes, State.Lanes);
        for (var other = 0; other < State.Lanes; other++)
            if (PlaceOf(other, State.Lanes) is var name && name != taken && saved.TryGetValue(name, out var common)) station.LoadCommon(common);
        if (saved.TryGetValue(taken, out var last)) station.LoadCommon(last);
    }

    /// <inheritdoc/>
    public void Dispose() => State.Dispose();

    /// <summary>The name of a lane's place.</summary>
    public static string PlaceOf(int lane, int lanes) => string.Create(CultureInfo.InvariantCulture, $"lane {lane} of {lanes}");

    /// <summary>The name of a partition's place.</summary>
    public static string PlaceOf(IPartition partition) => "partition " + partition.Name;

    /// <summary>The name of a state that belongs to no operator.</summary>
    public static UInt128 StateOf(string kind, string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(kind + "\n" + name), hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
