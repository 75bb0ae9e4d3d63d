using System.Diagnostics;
using Millrace.Data;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators.Aggregation;

/// <summary>Merged panes for windows that close one after the other: every window is two parts, however many panes it has.</summary>
/// <remarks>
/// <para>
/// A window of at most n panes crosses one multiple of n: what lies before it is one of the sums that were made backwards from there when the first window crossed it, and what
/// lies behind it is a sum that grows by a pane with each window. So a pane is merged twice, and a window's group costs two merges more. Parts follow from the panes alone, as in a
/// <see cref="PaneTree"/>, which stands in for windows out of order and where panes change behind the windows that have closed.
/// </para>
/// <para>The sums backwards are as many groups as their panes have where keys come back in every pane. Where they would be many more they are not kept.</para>
/// </remarks>
sealed class PaneStacks : IDisposable
{
    const int None = -1;

    // Groups of the sums for one of their panes, and groups that are always allowed.
    const int KeptTimes = 2, SmallGroups = 4096;

    readonly Panes _panes;
    readonly KeyedTable _keys;
    readonly Groups _paneGroups, _groups;
    readonly SliceList _slices;
    readonly MemoryOwner _owner;
    readonly bool _retracts;
    readonly int _length;
    readonly int[] _sumOf; // by pane before the boundary, less the first one: the place of the sum from it on, or none where no pane is left
    readonly List<Slice> _sums = []; // the shortest first
    readonly Stack<Slice> _pool = [];
    readonly Slice _growing;
    int[] _to = [];
    long _boundary, _first; // of the panes that were merged
    long _last = long.MinValue; // long.MinValue where nothing is
    int _pause; // windows before it is worth beginning anew

    /// <summary>Makes the stacks over the panes of an aggregate.</summary>
    /// <param name="panes">How panes make windows.</param>
    /// <param name="node">The aggregate.</param>
    /// <param name="keys">The keys of all groups.</param>
    /// <param name="paneGroups">The groups of panes.</param>
    /// <param name="slices">The panes.</param>
    /// <param name="owner">What parts are charged to.</param>
    /// <param name="retracts">Whether rows can be taken back.</param>
    public PaneStacks(Panes panes, Aggregate node, KeyedTable keys, Groups paneGroups, SliceList slices, MemoryOwner owner, bool retracts)
    {
        (_panes, _keys, _paneGroups, _slices, _owner, _retracts) = (panes, keys, paneGroups, slices, owner, retracts);
        _groups = new(keys, node.Calls, owner, retracts);
        _length = (int)panes.LongestWindow;
        _sumOf = new int[_length];
        _owner.Charge(4L * _length);
        _growing = new(owner);
    }

    /// <summary>Adds the parts of a stretch of panes to a list, in their order.</summary>
    /// <param name="first">The first pane of a window that has closed; asked for in the order of windows.</param>
    /// <param name="last">Its last pane.</param>
    /// <param name="parts">Takes the parts.</param>
    /// <returns>False where the stacks cannot say: nothing is added.</returns>
    public bool TryCollect(long first, long last, List<(Slice Slice, Groups Groups)> parts)
    {
        if (last < _last) return false;
        if (last > _last && _pause > 0)
        {
            _pause--;
            return false;
        }
        var boundary = last - (last % _length + _length) % _length;
        if (first > boundary) return false;
        if (_last == long.MinValue || boundary != _boundary)
        {
            Clear();
            if (!TryAddUp(first, boundary)) return false;
        }
        if (first < _first) return false;
        for (var pane = _last + 1; pane <= last; pane++)
            if (Find(pane) is { } slice) Merge(_growing, slice, _paneGroups);
        _last = last;
        if (first < boundary && SumFrom(first) is { } sum) parts.Add((sum, _groups));
        if (_growing.Count > 0) parts.Add((_growing, _groups));
        return true;
    }

    Slice? Find(long pane) => _slices.Find(pane, _panes.FirstWindow(pane));

    /// <summary>Makes the sums of the panes from each one up to a boundary.</summary>
    bool TryAddUp(long first, long boundary)
    {
        (_boundary, _first, _last) = (boundary, first, boundary - 1);
        var (groups, groupsOfPanes) = (0L, 0L);
        for (var pane = boundary - 1; pane >= first; pane--)
        {
            if (Find(pane) is { Count: > 0 } slice)
            {
                var sum = _pool.TryPop(out var used) ? used : new Slice(_owner);
                sum.Open(pane, 0, 0, 0);
                _sums.Add(sum);
                Merge(sum, slice, _paneGroups);
                if (_sums.Count > 1) Merge(sum, _sums[^2], _groups);
                (groups, groupsOfPanes) = (groups + sum.Count, groupsOfPanes + slice.Count);
                if (groups > KeptTimes * groupsOfPanes + SmallGroups)
                {
                    Clear();
                    _pause = 8 * _length;
                    return false;
                }
            }
            _sumOf[pane - first] = _sums.Count - 1;
        }
        return true;
    }

    /// <summary>The sum from a pane on; longer ones are given up.</summary>
    Slice? SumFrom(long pane)
    {
        var place = _sumOf[pane - _first];
        while (_sums.Count - 1 > place) GiveUpLongest();
        return place == None ? null : _sums[place];
    }

    void GiveUpLongest()
    {
        var sum = _sums[^1];
        sum.Clear(_groups);
        _pool.Push(sum);
        _sums.RemoveAt(_sums.Count - 1);
    }

    void Merge(Slice to, Slice slice, Groups groups)
    {
        var from = slice.Members;
        if (from.Length > _to.Length)
        {
            _owner.Charge(4L * (2 * from.Length - _to.Length));
            _to = new int[2 * from.Length];
        }
        var own = _to.AsSpan(0, from.Length);
        to.FindOrAddAll(_groups, from, groups.Keys, _keys.Limit, own);
        for (var c = 0; c < _groups.States.Length; c++) _groups.States[c].MergeAll(own, groups.States[c], from);
        if (!_retracts) return;
        for (var i = 0; i < own.Length; i++) _groups.Rows[own[i]] += groups.Rows[from[i]];
    }

    /// <summary>A pane has changed: if it has been merged the sums do not hold, and may not hold long the next time.</summary>
    public void Touch(long pane)
    {
        if (pane > _last || pane < _first) return;
        Clear();
        _pause = _length;
    }

    void Clear()
    {
        while (_sums.Count > 0) GiveUpLongest();
        _growing.Clear(_groups);
        _last = long.MinValue;
    }

    public void Dispose()
    {
        Clear();
        Debug.Assert(_groups.Count == 0);
        foreach (var slice in _pool) slice.Dispose();
        _growing.Dispose();
        _groups.Dispose();
        _owner.Charge(-4L * (_length + _to.Length));
    }
}
