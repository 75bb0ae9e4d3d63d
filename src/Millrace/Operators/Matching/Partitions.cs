using Millrace.Data;

namespace Millrace.Operators.Matching;

/// <summary>What is known of each partition, by its number in the keyed table.</summary>
/// <remarks>The rows whose turn has come are one list, the oldest first; those that wait for time to pass them are another, in any order.</remarks>
sealed class Partitions(MemoryOwner owner) : IDisposable
{
    const int PartitionBytes = 36;

    /// <summary>The oldest row that is kept, or -1.</summary>
    public int[] First { get; private set; } = [];

    /// <summary>The newest row whose turn has come, or -1.</summary>
    public int[] Last { get; private set; } = [];

    /// <summary>Any row that waits, or -1.</summary>
    public int[] Waiting { get; private set; } = [];

    /// <summary>The row with which the match that is looked for begins, or -1: the next to come.</summary>
    public int[] Start { get; private set; } = [];

    /// <summary>The attempts at it, the most preferred first, or -1.</summary>
    public int[] Attempts { get; private set; } = [];

    /// <summary>The time of the start that was last listed to run out, or <see cref="long.MinValue"/>.</summary>
    public long[] Listed { get; private set; } = [];

    /// <summary>Matches found.</summary>
    public long[] Matches { get; private set; } = [];

    /// <summary>Makes room for partitions 0 to count - 1.</summary>
    public void Ensure(int count)
    {
        var before = First.Length;
        if (count <= before) return;
        var length = Math.Max(count, Math.Max(64, before * 2));
        owner.Charge((long)PartitionBytes * (length - before));
        (First, Last, Waiting, Start, Attempts) = (Longer(First, length), Longer(Last, length), Longer(Waiting, length), Longer(Start, length), Longer(Attempts, length));
        (Listed, Matches) = (Longer(Listed, length), Longer(Matches, length));
        for (var i = before; i < length; i++) Clear(i);
    }

    /// <summary>Makes a partition new.</summary>
    public void Clear(int partition)
    {
        First[partition] = Last[partition] = Waiting[partition] = Start[partition] = Attempts[partition] = -1;
        Listed[partition] = long.MinValue;
        Matches[partition] = 0;
    }

    static T[] Longer<T>(T[] array, int length)
    {
        Array.Resize(ref array, length);
        return array;
    }

    public void Dispose()
    {
        owner.Charge(-(long)PartitionBytes * First.Length);
        (First, Last, Waiting, Start, Attempts, Listed, Matches) = ([], [], [], [], [], [], []);
    }
}
