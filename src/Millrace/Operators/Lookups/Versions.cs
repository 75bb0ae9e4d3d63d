using Millrace.Data;

namespace Millrace.Operators.Lookups;

/// <summary>The rows that a key has had, by the time from which each holds. Most keys have one, which is kept in place; more stand in lists that are used again.</summary>
sealed class Versions(MemoryOwner owner) : IDisposable
{
    /// <summary>In place of a slot: from then on the key has no row.</summary>
    public const int Gone = -1;

    sealed class VersionList
    {
        public long[] Times = new long[4];
        public int[] Slots = new int[4];
        public int Count;
    }

    readonly List<VersionList?> _lists = [];
    readonly Stack<int> _freeLists = new();
    long[] _times = [];
    int[] _slots = []; // of the one version
    int[] _state = []; // 0 = none, 1 = the one in place, n + 2 = list n
    long _charged;

    /// <summary>Versions of all keys.</summary>
    public int Count { get; private set; }

    /// <summary>Makes room for keys 0 to count - 1.</summary>
    public void EnsureKeys(int count)
    {
        if (count <= _state.Length) return;
        var length = Math.Max(count, Math.Max(16, _state.Length * 2));
        Charge(16L * (length - _state.Length));
        Array.Resize(ref _times, length);
        Array.Resize(ref _slots, length);
        Array.Resize(ref _state, length);
    }

    void Charge(long bytes)
    {
        owner.Charge(bytes);
        _charged += bytes;
    }

    /// <summary>Number of versions of a key.</summary>
    public int CountOf(int key) => _state[key] < 2 ? _state[key] : _lists[_state[key] - 2]!.Count;

    /// <summary>The version at a place, oldest first.</summary>
    public (long Time, int Slot) At(int key, int place) => _state[key] == 1 ? (_times[key], _slots[key]) : (_lists[_state[key] - 2]!.Times[place], _lists[_state[key] - 2]!.Slots[place]);

    /// <summary>How many versions of a key begin at or before a time.</summary>
    public int CountUpTo(int key, long time)
    {
        if (_state[key] == 0) return 0;
        if (_state[key] == 1) return _times[key] <= time ? 1 : 0;
        var list = _lists[_state[key] - 2]!;
        var (low, high) = (0, list.Count);
        if (list.Times[high - 1] <= time) return high;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (list.Times[middle] <= time) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>Puts another slot in the place of a version's.</summary>
    public void Replace(int key, int place, int slot)
    {
        if (_state[key] == 1) _slots[key] = slot;
        else _lists[_state[key] - 2]!.Slots[place] = slot;
    }

    /// <summary>Adds a version at a place.</summary>
    public void Insert(int key, int place, long time, int slot)
    {
        Count++;
        if (_state[key] == 0)
        {
            (_times[key], _slots[key], _state[key]) = (time, slot, 1);
            return;
        }
        if (_state[key] == 1)
        {
            var made = TakeList();
            var own = _lists[made]!;
            (own.Times[0], own.Slots[0], own.Count) = (_times[key], _slots[key], 1);
            _state[key] = made + 2;
        }
        var list = _lists[_state[key] - 2]!;
        if (list.Count == list.Times.Length)
        {
            Charge(12L * list.Count);
            Array.Resize(ref list.Times, list.Count * 2);
            Array.Resize(ref list.Slots, list.Count * 2);
        }
        list.Times.AsSpan(place, list.Count - place).CopyTo(list.Times.AsSpan(place + 1));
        list.Slots.AsSpan(place, list.Count - place).CopyTo(list.Slots.AsSpan(place + 1));
        (list.Times[place], list.Slots[place]) = (time, slot);
        list.Count++;
    }

    int TakeList()
    {
        if (_freeLists.TryPop(out var free)) return free;
        Charge(100);
        _lists.Add(new());
        return _lists.Count - 1;
    }

    /// <summary>Drops the oldest versions of a key.</summary>
    public void DropFirst(int key, int count)
    {
        if (count == 0) return;
        Count -= count;
        if (_state[key] == 1)
        {
            _state[key] = 0;
            return;
        }
        var at = _state[key] - 2;
        var list = _lists[at]!;
        list.Times.AsSpan(count, list.Count - count).CopyTo(list.Times);
        list.Slots.AsSpan(count, list.Count - count).CopyTo(list.Slots);
        list.Count -= count;
        if (list.Count > 1) return;
        (_times[key], _slots[key], _state[key]) = (list.Times[0], list.Slots[0], list.Count);
        list.Count = 0;
        _freeLists.Push(at);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Charge(-_charged);
        _lists.Clear();
        (_times, _slots, _state) = ([], [], []);
    }
}
