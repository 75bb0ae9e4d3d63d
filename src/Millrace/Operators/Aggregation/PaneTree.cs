using System.Numerics;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators.Aggregation;

/// <summary>Merged panes: pairs of neighbours, pairs of pairs and so on, so that a window of many panes is merged from a few parts that other windows need too.</summary>
/// <remarks>
/// A part of level k holds the groups of 2^k panes from a multiple of 2^k on. It is made when a window asks for it, and made anew when one of its panes has changed. A window of n
/// panes has at most 2 log n parts, and a pane is merged about twice altogether. Where merging makes hardly fewer groups (keys that stand in one pane only) parts are
/// not kept. What is in a part follows from its panes alone, so parts are not saved. Panes for rows that are late for some windows are no part of it.
/// </remarks>
sealed class PaneTree : IDisposable
{
    /// <summary>Windows of fewer panes are merged pane by pane.</summary>
    public const int FewPanes = 16;

    // Groups of a part for one of its halves, in percent: more are not worth keeping.
    const int KeptPercent = 80, SmallGroups = 64;

    readonly Panes _panes;
    readonly KeyedTable _keys;
    readonly Groups _paneGroups, _groups;
    readonly SliceList _slices, _nodes; // nodes by number and, in place of the first window, level
    readonly bool _retracts;
    readonly int _levels;

    /// <summary>Makes the tree over the panes of an aggregate.</summary>
    /// <param name="panes">How panes make windows.</param>
    /// <param name="node">The aggregate.</param>
    /// <param name="keys">The keys of all groups.</param>
    /// <param name="paneGroups">The groups of panes.</param>
    /// <param name="slices">The panes.</param>
    /// <param name="owner">What parts are charged to.</param>
    /// <param name="retracts">Whether rows can be taken back.</param>
    /// <param name="panesOfWindow">How many panes the longest window has.</param>
    public PaneTree(Panes panes, Aggregate node, KeyedTable keys, Groups paneGroups, SliceList slices, MemoryOwner owner, bool retracts, long panesOfWindow)
    {
        (_panes, _keys, _paneGroups, _slices, _retracts) = (panes, keys, paneGroups, slices, retracts);
        _groups = new(keys, node.Calls, owner, retracts);
        _nodes = new(owner);
        _levels = BitOperations.Log2((ulong)panesOfWindow);
    }

    /// <summary>Adds the parts of a stretch of panes to a list, in their order.</summary>
    public void Collect(long first, long last, List<(Slice Slice, Groups Groups)> parts)
    {
        while (first <= last)
        {
            var level = Math.Min(Math.Min(BitOperations.TrailingZeroCount((ulong)first), BitOperations.Log2((ulong)(last - first + 1))), _levels);
            Collect(level, first >> level, parts);
            first += 1L << level;
        }
    }

    void Collect(int level, long index, List<(Slice Slice, Groups Groups)> parts)
    {
        if (Find(level, index) is not { } part) return;
        if (level > 0 && IsSplit(part))
        {
            Collect(level - 1, 2 * index, parts);
            Collect(level - 1, 2 * index + 1, parts);
        }
        else parts.Add((part, level == 0 ? _paneGroups : _groups));
    }

    static bool IsSplit(Slice node) => node.IsClosed;

    /// <summary>A pane or a part that holds what its panes hold now; null where there are no panes.</summary>
    Slice? Find(int level, long index)
    {
        if (level == 0) return _slices.Find(index, _panes.FirstWindow(index));
        var node = _nodes.Find(index, level);
        if (node is null)
        {
            var place = _slices.FirstFrom(index << level);
            if (place == _slices.Count || _slices[place].Index >= index + 1 << level) return null;
            node = _nodes.Add(index, level, 0, 0);
            node.IsTouched = true;
        }
        if (node.IsTouched) Make(node, level);
        return node;
    }

    void Make(Slice node, int level)
    {
        node.Clear(_groups);
        (node.IsTouched, node.IsClosed) = (false, false);
        var halves = (Find(level - 1, 2 * node.Index), Find(level - 1, 2 * node.Index + 1));
        var sum = 0;
        foreach (var half in (ReadOnlySpan<Slice?>)[halves.Item1, halves.Item2])
        {
            if (half is null) continue;
            if (level > 1 && IsSplit(half)) node.IsClosed = true;
            else Merge(node, half, level == 1 ? _paneGroups : _groups);
            sum += half.Count;
        }
        if (sum > SmallGroups && halves is ({ Count: > 0 }, { Count: > 0 }) && node.Count > (long)sum * KeptPercent / 100) node.IsClosed = true;
        if (node.IsClosed) node.Clear(_groups);
    }

    void Merge(Slice node, Slice half, Groups halfGroups)
    {
        foreach (var group in half.Members)
        {
            var own = node.FindOrAdd(_groups, halfGroups.Keys[group], _keys.Limit);
            for (var c = 0; c < _groups.States.Length; c++) _groups.States[c].Merge(own, halfGroups.States[c], group);
            if (_retracts) _groups.Rows[own] += halfGroups.Rows[group];
        }
    }

    /// <summary>A pane has changed.</summary>
    public void Touch(long pane)
    {
        for (var level = 1; level <= _levels; level++)
            if (_nodes.Find(pane >> level, level) is { } node) node.IsTouched = true;
    }

    /// <summary>Frees the parts that begin before a pane: no window will ask for them.</summary>
    public void FreeBefore(long pane)
    {
        for (var i = _nodes.Count - 1; i >= 0; i--)
            if (_nodes[i].Index << (int)_nodes[i].From < pane) _nodes.Remove(_nodes[i], _groups);
    }

    public void Dispose()
    {
        _nodes.Dispose();
        _groups.Dispose();
    }
}
