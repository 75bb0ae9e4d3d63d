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
    Recovery(CheckpointRecord record, SavedState state, IBlobStore blobs) => (Record, State, Saved) = (record, state, SavedPlan.Of(record, state, blobs));

    /// <summary>The checkpoint.</summary>
    public CheckpointRecord Record { get; private set; }

    /// <summary>Its state.</summary>
    public SavedState State { get; }

    /// <summary>Whose its states are.</summary>
    public SavedPlan Saved { get; }

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
                var found = new Recovery(record, Open(blobs, record, passBytes), blobs);
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
        foreach (var pending in record.Pending) CheckPending(blobs, pending);
        return Checkpointer.OpenChain(blobs, record.Chain, passBytes);
    }

    /// <summary>Looks whether results that wait for a sink are whole.</summary>
    /// <exception cref="InvalidDataException">They are damaged or gone.</exception>
    public static void CheckPending(IBlobStore blobs, PendingResults pending)
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

    /// <summary>Takes the plan that follows: what it leaves of the state is given up, if that may be.</summary>
    /// <exception cref="ConnectorException">The pipeline was edited and saved state would be lost unseen, or results that wait for a sink do not fit it any more.</exception>
    public void Follow(Succession succession, RunOptions options, RunWarnings warnings)
    {
        if (!options.DropsState) Edits.Refuse(succession, Saved, options.MayStartOver);
        if (!succession.StartingOver.IsEmpty)
            warnings.Say("edit", $"The file was edited since checkpoint {Record.Version}: {string.Join(", ", succession.StartingOver.Select(n => $"'{n}'"))} {(succession.StartingOver.Length == 1 ? "begins" : "begin")} empty, with rows from here on.");
        var pending = Record.Pending.RemoveAll(p => !Fits(p.Sink));
        if (pending.Length < Record.Pending.Length)
            warnings.Say("edited sink", $"Results of checkpoint {Record.Version} for {Names()} were not sent again, because the columns were edited: look whether they have arrived.");
        Record = Record with { GivenUp = succession.Left, Pending = pending };

        bool Fits(string sink)
        {
            if (Saved.Note?.Readers.FirstOrDefault(r => r.Name == sink) is not { } before || succession.Note.Readers.FirstOrDefault(r => r.Name == sink) is not { } now || before.Columns.SequenceEqual(now.Columns)) return true;
            if (options.DropsState || options.MayStartOver.Contains(sink)) return false;
            throw new ConnectorException(Fault.User, $"Results of checkpoint {Record.Version} may still have to be sent to '{sink}', whose columns were edited. Look whether they have arrived and go on with --start-over {sink}; or undo the edit.");
        }

        string Names() => string.Join(", ", Record.Pending.Select(p => p.Sink).Except(pending.Select(p => p.Sink)).Select(s => $"'{s}'"));
    }

    /// <summary>How far the partitions of a source are in the results.</summary>
    public IReadOnlyList<SourcePosition> PositionsOf(string source) => [.. Record.Positions.Where(p => p.Source == source)];

    /// <summary>Gives the operators of all lanes, the readers and the sources what was saved of them.</summary>
    public void Load(Planning.PhysicalPlan plan, IReadOnlyList<Lane> lanes, IReadOnlyList<ReaderRun> readers, IEnumerable<SourceRun> sources, MemoryAccountant memory)
    {
        var stations = lanes.SelectMany(l => l.Named, (lane, n) => (n.State, lane.Index, n.Station, n.Place)).ToLookup(s => s.State);
        foreach (var groups in plan.Adopted.Values.Where(g => !g.IsSame))
            foreach (var (_, _, station, _) in stations[groups.State]) station.Adopt(groups);
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
        foreach (var source in sources)
            if (State.CommonOf(StateOf("source", source.Definition.Name)).GetValueOrDefault("counters") is { } counted) Quality.CounterImage.AddTo(source.Counters, counted);

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
