using Millrace.Functions;

namespace Millrace.State;

/// <summary>The keys of a table that somebody holds and that have changed since they were last saved (or all), being saved: whoever enumerates them to the end writes what is kept under each.</summary>
/// <remarks>Read back by <see cref="KeyedTable.LoadHeld"/> or <see cref="KeyedTable.LoadKey"/>, entry by entry.</remarks>
ref struct ChangedKeys(KeyedTable keys, StateSaver saver, ReadOnlySpan<int> kept, bool isKept)
{
    readonly ReadOnlySpan<int> _kept = kept;
    int _next, _current = -1;

    /// <summary>The key's number.</summary>
    public readonly int Current => _current;

    public readonly ChangedKeys GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_current >= 0) saver.EndEntry();
        while (keys.NextToSave(ref _next, saver, _kept, isKept) is var key and >= 0)
        {
            _current = key;
            keys.SaveRouted(key, saver.BeginEntry());
            saver.BeginValue();
            return true;
        }
        _current = -1;
        keys.EndSave();
        return false;
    }
}
