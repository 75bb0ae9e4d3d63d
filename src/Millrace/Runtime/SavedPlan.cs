using System.Collections.Immutable;
using Millrace.State;
using Millrace.Stores;

namespace Millrace.Runtime;

/// <summary>What the checkpoint that a run goes on from holds: the names of its states, and whose they are.</summary>
/// <param name="Record">The checkpoint.</param>
/// <param name="States">The states that are in its files.</param>
/// <param name="Note">What it says of its plan; null where it does not, or where that is damaged.</param>
sealed record SavedPlan(CheckpointRecord Record, IReadOnlySet<UInt128> States, PlanNote? Note)
{
    /// <summary>What a checkpoint holds.</summary>
    public static SavedPlan Of(CheckpointRecord record, SavedState state, IBlobStore blobs) => Of(record, state.States, blobs);

    /// <summary>What the checkpoint holds that a run would go on from, read beside a run that may be writing; null where it would start afresh.</summary>
    /// <exception cref="InvalidDataException">A file is gone.</exception>
    public static SavedPlan? Of(IStore store)
    {
        while (true)
        {
            if (store.Checkpoints().FirstOrDefault(r => !r.IsFinished) is not { } record || store.Blobs is not { } blobs) return null;
            try
            {
                return Of(record, CheckpointFiles.Sizes(blobs, record).Keys.ToHashSet(), blobs);
            }
            catch (InvalidDataException) when (store.Checkpoints().All(r => r.Version != record.Version))
            {
                // It was dropped meanwhile.
            }
        }
    }

    static SavedPlan Of(CheckpointRecord record, IReadOnlySet<UInt128> states, IBlobStore blobs)
    {
        try
        {
            return new(record, states, PlanNote.Of(record, blobs));
        }
        catch (InvalidDataException)
        {
            // States still go by their names; only messages have less to say.
            return new(record, states, null);
        }
    }

    /// <summary>Whether a state is there and goes on.</summary>
    public bool Has(UInt128 state) => States.Contains(state) && !Record.GivenUp.Contains(state);

    /// <summary>Whether a state was given up by an edit before, and stood still since then.</summary>
    public bool StoodStill(UInt128 state) => States.Contains(state) && Record.GivenUp.Contains(state);
}
