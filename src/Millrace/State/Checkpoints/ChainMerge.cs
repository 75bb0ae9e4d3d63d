using System.Collections.Immutable;
using Millrace.Stores;

namespace Millrace.State;

/// <summary>Which pieces of a chain are put together, so that a chain stays short and no byte is written often.</summary>
/// <remarks>
/// A run of the newest pieces is merged when there are eight, and the oldest of them holds at most twice what the others hold together; of all such runs the longest. So
/// pieces grow by doubling, a chain holds about eight of each size, and the whole state is written again only after half as much has been written beside it.
/// </remarks>
static class ChainMerge
{
    /// <summary>Pieces of a run at least.</summary>
    public const int PiecesMin = 8;

    /// <summary>How many of the newest pieces are to be merged; 0 = none.</summary>
    public static int Choose(ImmutableArray<CheckpointPiece> newestFirst)
    {
        var chosen = 0;
        var newer = 0L;
        for (var i = 0; i < newestFirst.Length; i++)
        {
            if (i + 1 >= PiecesMin && newestFirst[i].Bytes <= newer * 2) chosen = i + 1;
            newer += newestFirst[i].Bytes;
        }
        return chosen;
    }
}
