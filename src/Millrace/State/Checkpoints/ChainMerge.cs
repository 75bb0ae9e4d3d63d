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
    public static int Choose(ImmutableArray<CheckpointPiece> newestFirst) => Choose(newestFirst.Select(p => p.Bytes));

    /// <summary>The same for pieces of any kind, told by their bytes.</summary>
    public static int Choose(IEnumerable<long> newestFirst)
    {
        var (chosen, at, newer) = (0, 0, 0L);
        foreach (var bytes in newestFirst)
        {
            if (++at >= PiecesMin && bytes <= newer * 2) chosen = at;
            newer += bytes;
        }
        return chosen;
    }
}
