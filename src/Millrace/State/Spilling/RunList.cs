using Millrace.Data;

namespace Millrace.State.Spilling;

/// <summary>What one table of state has on disk: runs, of which the newer hide what the older say of the same keys.</summary>
/// <remarks>
/// Where a table is spilled again and again its runs are put together: when eight of the newest are there and the oldest of them holds at most twice what the others hold
/// (<see cref="ChainMerge"/>). So a byte is written again some log2(runs / 8) times, and a key is looked for in some ten filters.
/// </remarks>
sealed class RunList(SpillFolder folder, MemoryOwner owner)
{
    readonly List<SpilledRun> _runs = []; // newest first
    readonly SpilledRun.BlockBuffer _block = new();

    /// <summary>Entries of all runs; those that newer ones hide count too.</summary>
    public long Count => _runs.Sum(r => r.Count);

    /// <summary>Bytes on disk.</summary>
    public long Bytes => _runs.Sum(r => r.Bytes);

    /// <summary>Begins a new run.</summary>
    public RunWriter Begin(long count) => new(folder.Create(), count, owner);

    /// <summary>Adds it when it is written.</summary>
    public void Add(SpilledRun run)
    {
        _runs.Insert(0, run);
        var merged = ChainMerge.Choose([.. _runs.Select(r => r.Bytes)]);
        if (merged > 0) Merge(merged);
    }

    void Merge(int newest)
    {
        var isOldest = newest == _runs.Count;
        var runs = _runs[..newest];
        var writer = Begin(runs.Sum(r => r.Count));
        for (var entries = new NewestEntries(runs); entries.MoveNext();)
        {
            if (isOldest && entries.Value.IsEmpty) continue;
            writer.BeginEntry().WriteRaw(entries.Key);
            writer.BeginValue().WriteRaw(entries.Value);
            writer.EndEntry();
        }
        foreach (var run in runs) run.Release();
        _runs.RemoveRange(0, newest);
        _runs.Insert(0, writer.End());
    }

    /// <summary>Finds what is kept under keys: for each that is there, in the order of hashes.</summary>
    /// <param name="hashes">Hashes in ascending order.</param>
    /// <param name="keys">The keys of the hashes; negative where it was found and need not be looked for in older runs.</param>
    /// <param name="image">Gives a key as it stands in an entry.</param>
    /// <param name="take">Takes what was found: the key, and the value.</param>
    public void Find(ReadOnlySpan<ulong> hashes, Span<int> keys, Func<int, ReadOnlySpan<byte>> image, ValueTaker take)
    {
        foreach (var run in _runs)
            for (var i = 0; i < hashes.Length; i++)
            {
                if (keys[i] < 0 || !run.MayHold(hashes[i]) || !run.TryFind(hashes[i], image(keys[i]), _block, out var value)) continue;
                if (!value.IsEmpty) take(keys[i], value);
                keys[i] = -1;
            }
    }

    /// <summary>All entries in the order of keys.</summary>
    public NewestEntries Read() => new(_runs);

    /// <summary>Lets go of everything.</summary>
    public void Release()
    {
        foreach (var run in _runs) run.Release();
        _runs.Clear();
    }
}

/// <summary>Takes the value of a key.</summary>
delegate void ValueTaker(int key, ReadOnlySpan<byte> value);
