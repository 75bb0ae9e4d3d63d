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
sealed class Recovery
{
    Recovery(CheckpointRecord record, SavedState state) => (Record, State) = (record, state);

    /// <summary>The checkpoint.</summary>
    public CheckpointRecord Record { get; }

    /// <summary>Its state.</summary>
    public SavedState State { get; }

    /// <summary>The newest checkpoint of a store that a run can go on from, or null where there is none: it has none, or the last run had come to its end.</summary>
    /// <exception cref="ConnectorException">Its state is damaged or gone.</exception>
    public static Recovery? Find(IStore store)
    {
        if (store.Blobs is not { } blobs || store.Checkpoints() is not [var record, ..] || record.IsFinished) return null;
        var chain = new List<byte[]>();
        foreach (var piece in record.Chain)
        {
            try
            {
                var bytes = blobs.Read(piece.Name) ?? throw new InvalidDataException("it is gone");
                if (bytes.LongLength != piece.Bytes) throw new InvalidDataException($"it has {bytes.LongLength:N0} bytes, and {piece.Bytes:N0} were written");
                CheckpointBlob.Open(bytes);
                chain.Add(bytes);
            }
            catch (InvalidDataException e)
            {
                throw new ConnectorException(Fault.External, string.Create(CultureInfo.InvariantCulture,
                    $"Checkpoint {record.Version} is damaged: of its file '{piece.Name}', {e.Message}. Restore the data folder from a copy, or start anew."), e);
            }
        }
        return new(record, new(chain));
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
        State.Load((in Section section, ReadOnlySpan<byte> entry, int keyLength) =>
        {
            if (byState.TryGetValue(section.State, out var reader)) reader.Load(entry, memory);
            if (!targets.TryGetValue(section.State, out var places)) return;
            var group = entry[sizeof(ulong) - 1]; // the top byte of the hash
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
            List<Batch> batches;
            try
            {
                batches = BatchImages.FromBlob(blobs.Read(pending.Blob) ?? throw new InvalidDataException("it is gone"), reader.Reader.Shape.Schema, memory);
            }
            catch (InvalidDataException e)
            {
                throw new ConnectorException(Fault.External, $"Results for sink '{pending.Sink}' of version {pending.Version} stand in '{pending.Blob}', but {e.Message}. Restore the data folder from a copy, or start anew.", e);
            }
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
