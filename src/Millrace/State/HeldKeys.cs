using Millrace.Functions;

namespace Millrace.State;

/// <summary>The keys of a key group that somebody holds, being saved: writes how many there are and each key; whoever enumerates writes what is kept under it.</summary>
/// <remarks>Read back as a count, and for each a key by <see cref="KeyedTable.LoadHeld"/> and what was kept.</remarks>
ref struct HeldKeys(KeyedTable keys, ReadOnlySpan<int> group, StateWriter writer)
{
    readonly ReadOnlySpan<int> _group = group;
    readonly int _counted = Begin(writer);
    int _next, _count;

    static int Begin(StateWriter writer)
    {
        var at = writer.Length;
        writer.Write(0);
        return at;
    }

    public int Current { get; private set; }

    public readonly HeldKeys GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_next < _group.Length)
        {
            Current = _group[_next++];
            if (!keys.IsHeld(Current)) continue;
            keys.SaveKey(Current, writer);
            _count++;
            return true;
        }
        writer.Patch(_counted, _count);
        return false;
    }
}
