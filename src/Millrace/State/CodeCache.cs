using Millrace.Data;

namespace Millrace.State;

/// <summary>What was found out about the codes of foreign dictionaries: an array by code for each of the dictionaries that are met, so that a row costs one array read.</summary>
/// <remarks>An entry is 0 where nothing is known yet. Batches of several partitions bring several dictionaries in turn; the one longest not met makes room.</remarks>
sealed class CodeCache(MemoryOwner owner) : IDisposable
{
    const int Dictionaries = 16;

    readonly (long Identity, int[] Known)[] _entries = new (long, int[])[Dictionaries];
    int _count;

    /// <summary>The entries of a dictionary, with room for all its codes of now.</summary>
    public int[] Of(TextHeap dictionary)
    {
        var at = 0;
        while (at < _count && _entries[at].Identity != dictionary.Identity) at++;
        if (at == _count)
        {
            if (_count < Dictionaries) _entries[_count++] = (0, []);
            else
            {
                at = Dictionaries - 1;
                _entries[at].Known.AsSpan().Clear();
            }
            _entries[at].Identity = dictionary.Identity;
        }
        var entry = _entries[at];
        if (at > 0)
        {
            _entries.AsSpan(0, at).CopyTo(_entries.AsSpan(1));
            _entries[0] = entry;
        }
        if (entry.Known.Length < dictionary.Count)
        {
            var length = Math.Max(dictionary.Count, Math.Max(256, entry.Known.Length * 2));
            owner.Charge(4L * (length - entry.Known.Length));
            Array.Resize(ref entry.Known, length);
            _entries[0] = entry;
        }
        return entry.Known;
    }

    /// <summary>Forgets all that was found out.</summary>
    public void Clear()
    {
        for (var i = 0; i < _count; i++) _entries[i].Known.AsSpan().Clear();
    }

    public void Dispose()
    {
        for (var i = 0; i < _count; i++) owner.Charge(-4L * _entries[i].Known.Length);
        _count = 0;
    }
}
