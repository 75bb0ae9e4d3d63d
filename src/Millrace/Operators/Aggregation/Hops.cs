using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators.Aggregation;

/// <summary>The windows of a HOP over its panes: rows are aggregated into panes once, and a window's result is merged from its panes when it is told.</summary>
/// <remarks>A group of a window keeps no aggregate, only what was told of it. Merging costs one step a key, part and call, paid when a window closes (or changed and is watched); parts are panes, or where windows have many the two of <see cref="PaneStacks"/> or the nodes of a <see cref="PaneTree"/>.</remarks>
sealed class Hops : IDisposable
{
    const int MostPanes = 1 << 16;

    readonly Panes _panes;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly Groups _paneGroups;
    readonly SliceList _paneSlices;
    readonly bool _retracts;
    readonly PaneTree? _tree; // where windows have many panes
    readonly PaneStacks? _stacks; // and what is kept of them is small
    readonly List<(Slice Slice, Groups Groups)> _parts = [];
    readonly int[] _into, _from, _identity;
    long _closing = long.MinValue; // the window that closes now
    int _latePanes;

    public Hops(Panes panes, Aggregate node, OperatorContext context, KeyedTable keys, Groups paneGroups, SliceList paneSlices, bool retracts)
    {
        (_panes, _context, _keys, _paneGroups, _paneSlices, _retracts) = (panes, context, keys, paneGroups, paneSlices, retracts);
        Groups = new(keys, [], context.Owner, retracts: false);
        Windows = new(context.Owner);
        Merged = [.. node.Calls.Select(c => c.Function.CreateStates(c.Signature, c.Distinct, context.Owner, retracts && c.Function.CanRetract))];
        var rows = context.Memory.BatchRows;
        (_into, _from, _identity) = (new int[rows], new int[rows], [.. Enumerable.Range(0, rows)]);
        if (panes.LongestWindow < PaneTree.FewPanes) return;
        _tree = new(panes, node, keys, paneGroups, paneSlices, context.Owner, retracts, panes.LongestWindow);
        if (panes.LongestWindow <= MostPanes && Merged.All(m => m.IsSmall)) _stacks = new(panes, node, keys, paneGroups, paneSlices, context.Owner, retracts);
    }

    /// <summary>The groups of windows.</summary>
    public Groups Groups { get; }

    /// <summary>The windows that are open.</summary>
    public SliceList Windows { get; }

    /// <summary>The states that <see cref="Merge"/> has filled.</summary>
    public AggregateStates[] Merged { get; }

    /// <summary>Opens the windows of a new pane that can still be told.</summary>
    public void OpenWindows(Slice pane, Frontier frontier)
    {
        if (IsLate(pane)) _latePanes++;
        var last = _panes.LastWindow(pane.Index);
        var window = pane.From;
        while (window <= last && _panes.Windows.EndOf(window) <= frontier.Final.Microseconds) window++;
        // Mostly all but the last of them are there.
        var known = Windows.FirstFrom(window);
        if (known + (last - window) - 1 is var before && before > known && before < Windows.Count && Windows[(int)before].Index == last - 1) (window, known) = (last, (int)before + 1);
        while (window <= last && known < Windows.Count && Windows[known].Index == window) (window, known) = (window + 1, known + 1);
        for (; window <= last; window++) OpenWindow(window);
    }

    /// <summary>The slice of a window, opened if it is not there.</summary>
    public Slice OpenWindow(long window) =>
        Windows.Find(window, window) ?? Windows.Add(window, window, _panes.Windows.StartOf(window), _panes.Windows.EndOf(window));

    /// <summary>Passes on what changed in panes to their windows.</summary>
    public void Spread()
    {
        foreach (var pane in _paneSlices.Open)
        {
            if (!pane.IsTouched) continue;
            if ((_context.Demand & (Demand.Changes | Demand.OnClose)) != 0)
            {
                for (var number = pane.From; number <= _panes.LastWindow(pane.Index); number++)
                    if (Windows.Find(number, number) is { } window) Touch(window, pane);
            }
            foreach (var group in pane.Members)
            {
                if (_paneGroups.Touched[group] == 0) continue;
                _paneGroups.Touched[group] = 0;
                pane.MarkUnsaved(_paneGroups, group);
            }
            pane.IsTouched = false;
            if (_retracts) pane.Prune(_paneGroups, _keys, static (groups, group) => groups.Rows[group] == 0);
        }
    }

    void Touch(Slice window, Slice pane)
    {
        foreach (var group in pane.Members)
        {
            if (_paneGroups.Touched[group] == 0) continue;
            var touched = window.FindOrAdd(Groups, _paneGroups.Keys[group], _keys.Limit);
            Groups.Touched[touched] = Groups.TouchedForAll;
        }
        window.IsTouched = true;
    }

    /// <summary>Gives a window that closes a group for every key of its panes, and passes on what changed in them to it alone: the order of its keys must not depend on when others close.</summary>
    public void Complete(Slice window)
    {
        _closing = window.Index;
        foreach (var (part, groups) in Parts(window))
            for (var rest = part.Members; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, _into.Length)..])
                window.FindOrAddAll(Groups, rest[..Math.Min(rest.Length, _into.Length)], groups.Keys, _keys.Limit, _into);
        if ((_context.Demand & (Demand.Changes | Demand.OnClose)) == 0) return; // nobody asks what changed
        var last = _panes.LastPane(window.Index);
        for (var place = _paneSlices.FirstFrom(_panes.FirstPane(window.Index)); place < _paneSlices.Count && _paneSlices[place].Index <= last; place++)
            if (_paneSlices[place] is { IsTouched: true } pane && pane.From <= window.Index) Touch(window, pane);
    }

    /// <summary>A pane has changed.</summary>
    public void TouchPane(Slice pane)
    {
        _tree?.Touch(pane.Index);
        if (!IsLate(pane)) _stacks?.Touch(pane.Index);
    }

    /// <summary>Panes have changed.</summary>
    public void TouchPanes(MixedSlices panes)
    {
        for (var i = 0; i < panes.Count; i++) TouchPane(panes[i]);
    }

    /// <summary>What a window is merged from: its panes, or parts that hold several.</summary>
    List<(Slice Slice, Groups Groups)> Parts(Slice window)
    {
        _parts.Clear();
        var (first, last) = (_panes.FirstPane(window.Index), _panes.LastPane(window.Index));
        if (_stacks is null || window.Index != _closing || !_stacks.TryCollect(first, last, _parts)) _tree?.Collect(first, last, _parts);
        if (_tree is not null && _latePanes == 0) return _parts;
        for (var place = _paneSlices.FirstFrom(first); place < _paneSlices.Count && _paneSlices[place].Index <= last; place++)
        {
            var pane = _paneSlices[place];
            if (pane.From <= window.Index && (_tree is null || IsLate(pane))) _parts.Add((pane, _paneGroups));
        }
        return _parts;
    }

    /// <summary>Whether a pane is for rows that came too late for some of its windows.</summary>
    bool IsLate(Slice pane) => pane.From != _panes.FirstWindow(pane.Index);

    /// <summary>Merges the panes of groups of a window into <see cref="Merged"/>, numbers 0 and up.</summary>
    /// <param name="window">The window.</param>
    /// <param name="groups">Its groups.</param>
    /// <param name="alive">Takes those that have rows.</param>
    /// <returns>How many have.</returns>
    public int Merge(Slice window, ReadOnlySpan<int> groups, Span<int> alive)
    {
        var parts = Parts(window);
        var count = 0;
        foreach (var group in groups)
            if (HasRows(parts, Groups.Keys[group])) alive[count++] = group;
        foreach (var states in Merged)
        {
            states.EnsureGroups(count);
            states.ResetAll(_identity.AsSpan(0, count));
        }
        foreach (var (slice, partGroups) in parts)
        {
            var found = 0;
            for (var i = 0; i < count; i++)
            {
                var part = slice.Find(Groups.Keys[alive[i]]);
                (_into[found], _from[found]) = (i, part);
                found += part >= 0 ? 1 : 0;
            }
            for (var c = 0; c < Merged.Length; c++) Merged[c].MergeAll(_into.AsSpan(0, found), partGroups.States[c], _from.AsSpan(0, found));
        }
        return count;
    }

    bool HasRows(List<(Slice Slice, Groups Groups)> parts, int key)
    {
        var rows = 0L;
        foreach (var (slice, groups) in parts)
        {
            var part = slice.Find(key);
            if (part < 0) continue;
            if (!_retracts) return true;
            rows += groups.Rows[part];
        }
        return rows > 0;
    }

    /// <summary>Frees the groups of a window that have lost all their rows and of which nothing is told.</summary>
    public void Prune(Slice window)
    {
        var parts = Parts(window);
        window.Prune(Groups, _keys, (groups, group) => groups.Told[group] == 0 && !HasRows(parts, groups.Keys[group]));
    }

    /// <summary>Frees the panes whose last window is final.</summary>
    public void FreePanes(Frontier frontier)
    {
        var count = _paneSlices.Count;
        while (_paneSlices.Count > 0 && _panes.Windows.EndOf(_panes.LastWindow(_paneSlices[0].Index)) <= frontier.Final.Microseconds)
        {
            if (IsLate(_paneSlices[0])) _latePanes--;
            _paneSlices.Remove(_paneSlices[0], _paneGroups);
        }
        if (_paneSlices.Count < count) _tree?.FreeBefore(_paneSlices.Count > 0 ? _paneSlices[0].Index : long.MaxValue);
    }

    public void Dispose()
    {
        _tree?.Dispose();
        _stacks?.Dispose();
        foreach (var states in Merged) states.Dispose();
        Windows.Dispose();
        Groups.Dispose();
    }
}
