using Millrace.Connectors;
using Millrace.State;
using Millrace.Stores;

namespace Millrace.Runtime;

/// <summary>Looks into the files of checkpoints from outside of a run: whether they are whole, and how much of them is whose.</summary>
static class CheckpointFiles
{
    /// <summary>What is wrong with the files of a checkpoint, one sentence for each that is damaged.</summary>
    /// <param name="blobs">Where they are.</param>
    /// <param name="record">The checkpoint.</param>
    /// <param name="known">What was found of files already; they are not read again.</param>
    public static List<string> Problems(IBlobStore blobs, CheckpointRecord record, Dictionary<string, string?> known)
    {
        foreach (var piece in record.Chain) Look(piece.Name, () => Checkpointer.OpenChain(blobs, [piece]).Dispose());
        foreach (var pending in record.Pending) Look(pending.Blob, () => Recovery.CheckPending(blobs, pending));
        if (record.Plan is { } plan) Look(plan, () => PlanNote.Of(record, blobs));
        return [.. record.BlobNames.Select(n => known[n]).OfType<string>()];

        void Look(string name, Action open)
        {
            if (known.ContainsKey(name)) return;
            try
            {
                open();
                known[name] = null;
            }
            catch (Exception e) when (e is InvalidDataException or ConnectorException)
            {
                known[name] = e.Message;
            }
        }
    }

    /// <summary>What each state takes in the files of a checkpoint that is whole.</summary>
    public static Dictionary<UInt128, StateSize> Sizes(IBlobStore blobs, CheckpointRecord record)
    {
        var sizes = new Dictionary<UInt128, StateSize>();
        foreach (var piece in record.Chain)
        {
            using var blob = blobs.Open(piece.Name) ?? throw new InvalidDataException($"of its file '{piece.Name}', it is gone");
            foreach (var ofState in CheckpointBlob.Sections(blob).GroupBy(s => s.State))
            {
                var size = sizes.GetValueOrDefault(ofState.Key);
                sizes[ofState.Key] = new(size.Bytes + ofState.Sum(s => s.Length), size.Pieces + 1);
            }
        }
        return sizes;
    }
}

/// <summary>What a state takes in the files of a checkpoint.</summary>
/// <param name="Bytes">Bytes, those of entries that newer ones hide included.</param>
/// <param name="Pieces">Files that hold some of it.</param>
readonly record struct StateSize(long Bytes, int Pieces);
