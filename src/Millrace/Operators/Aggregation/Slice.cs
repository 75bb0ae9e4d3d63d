using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Functions;
using Millrace.State;
using Millrace.State.Spilling;

namespace Millrace.Operators.Aggregation;

/// <summary>The groups of one slice of time, a window or a pane: which group each key has, and all of them in order of arrival.</summary>
/// <remarks>
/// Groups by key are an array where keys are few or the slice has a good part of them (one array read a row), and a small table with open addressing
/// where it has few of many. Pooled by <see cref="SliceList"/>.
/// </remarks>
sealed class Slice(MemoryOwner owner)
{
    const int AlwaysDense = 4096;

    int[] _dense = []; // group + 1 by key
    ulong[] _sparse = []; // key + 1 in the upper half, group in the lower
    bool _isDense = true;
    int[] _members = [];
    int _nextPlace;
    int[] _unsaved = [];
    int _unsavedCount;
    readonly StateWriter _gone = new();
    long _charged;

    /// <summary>Number of the window or pane.</summary>
    public long Index { get; private set; }

    /// <summary>Of a pane: the first window that it counts for. Rows that come too late for some of the windows of their time lie in panes of their own.</summary>
    public long From { get; private set; }

    /// <summary>Where it starts.</summary>
    public long Start { get; private set; }

    /// <summary>Where it ends.</summary>
    public long End { get; private set; }

    /// <summary>Whether it was told on close.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Whether a group in it has changed since the last barrier.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Its groups that are on disk, or null. One that is in memory too hides what is there.</summary>
    public RunList? Spilled { get; set; }

    /// <summary>Where some are on disk: the groups from this place on may have more there (<see cref="GroupSpiller"/>).</summary>
    public int FreshFrom { get; set; }

    /// <summary>Its number among the slices of the batch at hand, or -1.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>The groups in order of arrival.</summary>
    public ReadOnlySpan<int> Members => _members.AsSpan(0, Count);

    /// <summary>Number of groups.</summary>
    public int Count { get; private set; }

    /// <summary>Begins a new life.</summary>
    public void Open(long index, long from, long start, long end)
    {
        (Index, From, Start, End, IsClosed, IsTouched, _isDense) = (index, from, start, end, false, false, true);
        (_nextPlace, _unsavedCount, IsSaved, FreshFrom) = (0, 0, false, 0);
        Debug.Assert(Spilled is null);
        _gone.Clear();
    }

    /// <summary>Whether some of it stands in a checkpoint.</summary>
    public bool IsSaved { get; private set; }

    /// <summary>Says that a group has changed since it was last saved.</summary>
    public void MarkUnsaved(Groups groups, int group)
    {
        ref var marks = ref groups.Marks[group];
        if ((marks & Groups.IsUnsaved) != 0) return;
        marks |= Groups.IsUnsaved;
        if (_unsavedCount == _unsaved.Length)
        {
            Array.Resize(ref _unsaved, Math.Max(16, _unsavedCount * 2));
            Recharge();
        }
        _unsaved[_unsavedCount++] = group;
    }

    /// <summary>Saves the groups that have changed as entries of the part at hand.</summary>
    public void Save(Groups groups, KeyedTable keys, StateSaver saver, Action<int, StateWriter> save)
    {
        var reader = new StateReader(_gone.Written);
        while (reader.Remaining > 0) saver.Gone(reader.ReadBytes());
        _gone.Clear();
        saver.EndSection(); // a group that left may have come back: what follows is newer
        foreach (var group in _unsaved.AsSpan(0, _unsavedCount))
        {
            // A number in the list may be that of a group which is gone, or of another slice by now.
            if ((groups.Marks[group] & Groups.IsUnsaved) == 0 || Find(groups.Keys[group]) != group) continue;
            keys.SaveKey(groups.Keys[group], saver.BeginEntry());
            saver.Writer.Write(From);
            var writer = saver.BeginValue();
            writer.Write(groups.Places[group]);
            save(group, writer);
            saver.EndEntry();
            groups.Marks[group] = Groups.IsSaved;
            IsSaved = true;
        }
        _unsavedCount = 0;
    }

    /// <summary>Takes back the place of a group that was saved.</summary>
    public void Loaded(Groups groups, int group, int place)
    {
        groups.Places[group] = place;
        groups.Marks[group] = Groups.IsSaved;
        (IsSaved, _nextPlace) = (true, Math.Max(_nextPlace, place + 1));
    }

    /// <summary>Finds the groups of keys, adds those that are missing, and marks all as touched.</summary>
    /// <param name="groups">Where groups get their numbers.</param>
    /// <param name="keys">Keys, all below <paramref name="limit"/>.</param>
    /// <param name="limit">All keys are below it.</param>
    /// <param name="found">Takes a group for each key.</param>
    public void Find(Groups groups, ReadOnlySpan<int> keys, int limit, Span<int> found)
    {
        IsTouched = true;
        Ensure(groups, limit);
        found = found[..keys.Length];
        if (!_isDense)
        {
            for (var i = 0; i < keys.Length; i++)
            {
                var group = FindOrAdd(groups, keys[i], limit);
                groups.Touched[group] = Groups.TouchedForAll;
                found[i] = group;
            }
            return;
        }
        var dense = _dense;
        var touched = groups.Touched;
        for (var i = 0; i < keys.Length; i++)
        {
            var group = dense[keys[i]] - 1;
            if (group < 0)
            {
                group = Add(groups, keys[i]);
                touched = groups.Touched;
            }
            touched[group] = Groups.TouchedForAll;
            found[i] = group;
        }
    }

    /// <summary>Groups + 1 by key, 0 where a key has none, or null where the slice has few of many keys. Holds as long as <paramref name="limit"/> does.</summary>
    public int[]? DenseFor(Groups groups, int limit)
    {
        Ensure(groups, limit);
        return _isDense ? _dense : null;
    }

    /// <summary>The group of a key, added if it is missing; not marked.</summary>
    public int FindOrAdd(Groups groups, int key, int limit)
    {
        Ensure(groups, limit);
        var group = Find(key);
        return group >= 0 ? group : Add(groups, key);
    }

    /// <summary>Finds the groups of the keys of some groups of another slice, and adds those that are missing; not marked.</summary>
    /// <param name="groups">Where groups get their numbers.</param>
    /// <param name="others">The groups of the other slice.</param>
    /// <param name="keys">The keys by the other's groups, all below <paramref name="limit"/>.</param>
    /// <param name="limit">All keys are below it.</param>
    /// <param name="found">Takes a group for each.</param>
    public void FindOrAddAll(Groups groups, ReadOnlySpan<int> others, int[] keys, int limit, Span<int> found)
    {
        Ensure(groups, limit);
        for (var i = 0; i < others.Length; i++)
        {
            var key = keys[others[i]];
            var group = _isDense ? _dense[key] - 1 : Find(key);
            found[i] = group >= 0 ? group : Add(groups, key);
        }
    }

    /// <summary>The group of a key, or -1.</summary>
    public int Find(int key)
    {
        if (_isDense) return key < _dense.Length ? _dense[key] - 1 : -1;
        var mask = _sparse.Length - 1;
        for (var at = Spread(key) & mask; ; at = (at + 1) & mask)
        {
            var slot = _sparse[at];
            if (slot == 0) return -1;
            if (slot >> 32 == (ulong)key + 1) return (int)(uint)slot;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    int Add(Groups groups, int key)
    {
        var group = groups.Add(key, _nextPlace++);
        if (Count == _members.Length)
        {
            Array.Resize(ref _members, Math.Max(16, Count * 2));
            Recharge();
        }
        _members[Count++] = group;
        if (_isDense) _dense[key] = group + 1;
        else
        {
            if (Count * 2 > _sparse.Length) Rehash(groups, _sparse.Length * 2);
            else Put(key, group);
        }
        return group;
    }

    void Put(int key, int group)
    {
        var mask = _sparse.Length - 1;
        var at = Spread(key) & mask;
        while (_sparse[at] != 0) at = (at + 1) & mask;
        _sparse[at] = ((ulong)key + 1) << 32 | (uint)group;
    }

    static int Spread(int key) => (int)((uint)key * 0x9E37_79B1u >> 8);

    /// <summary>Chooses the form that fits the number of keys.</summary>
    void Ensure(Groups groups, int limit)
    {
        if (_isDense && limit <= _dense.Length) return;
        var isDense = limit <= AlwaysDense || Count * 8L >= limit;
        if (isDense)
        {
            if (!_isDense) _sparse.AsSpan().Clear();
            if (limit > _dense.Length) Array.Resize(ref _dense, (int)BitOperations.RoundUpToPowerOf2((uint)limit));
            if (!_isDense)
                foreach (var group in Members) _dense[groups.Keys[group]] = group + 1;
            _isDense = true;
            Recharge();
        }
        else if (_isDense)
        {
            foreach (var group in Members) _dense[groups.Keys[group]] = 0;
            _isDense = false;
            Rehash(groups, Math.Max(_sparse.Length, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(64, Count * 4))));
        }
    }

    void Rehash(Groups groups, int length)
    {
        if (length == _sparse.Length) _sparse.AsSpan().Clear();
        else _sparse = new ulong[length];
        foreach (var group in Members) Put(groups.Keys[group], group);
        Recharge();
    }

    /// <summary>Frees all groups.</summary>
    public void Clear(Groups groups)
    {
        foreach (var group in Members)
        {
            if (_isDense) _dense[groups.Keys[group]] = 0;
            groups.Remove(group);
        }
        if (!_isDense) _sparse.AsSpan().Clear();
        Count = 0;
    }

    /// <summary>Frees the groups that a condition picks; the others keep their order.</summary>
    public void Prune(Groups groups, KeyedTable keys, Func<Groups, int, bool> isGone)
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            var group = _members[i];
            if (isGone(groups, group))
            {
                if (_isDense) _dense[groups.Keys[group]] = 0;
                if ((groups.Marks[group] & Groups.IsSaved) != 0) NoteGone(keys, groups.Keys[group]);
                groups.Remove(group);
            }
            else _members[kept++] = group;
        }
        if (kept == Count) return;
        Count = kept;
        if (!_isDense) Rehash(groups, _sparse.Length);
    }

    void NoteGone(KeyedTable keys, int key)
    {
        var counted = _gone.Length;
        _gone.Write(0);
        keys.SaveKey(key, _gone);
        _gone.Write(From);
        _gone.Patch(counted, _gone.Length - counted - sizeof(int));
    }

    /// <summary>Notes that a group has lost all its rows; it stays in memory, for there it hides what is on disk.</summary>
    public void NoteEmptied(Groups groups, KeyedTable keys, int group)
    {
        if ((groups.Marks[group] & Groups.IsSaved) != 0) NoteGone(keys, groups.Keys[group]);
        groups.Marks[group] = 0;
    }

    /// <summary>Puts another group in the place of one of the same key.</summary>
    public void Replace(int place, int key, int group)
    {
        _members[place] = group;
        if (_isDense)
        {
            _dense[key] = group + 1;
            return;
        }
        var mask = _sparse.Length - 1;
        var at = Spread(key) & mask;
        while (_sparse[at] >> 32 != (ulong)key + 1) at = (at + 1) & mask;
        _sparse[at] = ((ulong)key + 1) << 32 | (uint)group;
    }

    /// <summary>Forgets the groups that are in memory, and frees it.</summary>
    public void Forget()
    {
        (_dense, _sparse, _members, _unsaved) = ([], [], [], []);
        (Count, _unsavedCount, FreshFrom, _isDense) = (0, 0, 0, true);
        Recharge();
    }

    /// <summary>Lets go of what is on disk.</summary>
    public void ReleaseSpilled()
    {
        Spilled?.Release();
        Spilled = null;
    }

    /// <summary>Puts the groups in the order of their places, after they were loaded in any order.</summary>
    public void Sort(Groups groups) => _members.AsSpan(0, Count).Sort((a, b) => groups.Places[a].CompareTo(groups.Places[b]));

    void Recharge()
    {
        var bytes = 4L * _dense.Length + 8L * _sparse.Length + 4L * (_members.Length + _unsaved.Length);
        owner.Charge(bytes - _charged);
        _charged = bytes;
    }

    /// <summary>Gives back what was charged.</summary>
    public void Dispose()
    {
        ReleaseSpilled();
        owner.Charge(-_charged);
        _charged = 0;
    }
}
