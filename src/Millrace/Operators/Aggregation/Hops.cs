using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators.Aggregation;

/// <summary>The windows of a HOP over its panes: rows are aggregated into panes once, and a window's result is merged from its panes when it is told.</summary>
/// <remarks>A group of a window keeps no aggregate, only what was told of it. Merging costs one step a key, pane and call, paid when a window closes (or changed and is watched).</remarks>
sealed class Hops : IDisposable
{
    readonly Panes _panes;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly Groups _paneGroups;
    readonly SliceList _paneSlices;
    readonly bool _retracts;
    readonly List<Slice> _covering = [];

    public Hops(Panes panes, Aggregate node, OperatorContext context, KeyedTable keys, Groups paneGroups, SliceList paneSlices, bool retracts)
    {
        (_panes, _context, _keys, _paneGroups, _paneSlices, _retracts) = (panes, context, keys, paneGroups, paneSlices, retracts);
        Groups = new(keys, [], context.Owner, retracts: false);
        Windows = new(context.Owner);
        Merged = [.. node.Calls.Select(c => c.Function.CreateStates(c.Signature, c.Distinct, context.Owner, retracts && c.Function.CanRetract))];
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
        for (var window = pane.From; window <= _panes.LastWindow(pane.Index); window++)
            if (_panes.Windows.EndOf(window) > frontier.Final.Microseconds) OpenWindow(window);
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
                _keys.MarkChanged(_paneGroups.Keys[group]);
            }
            pane.IsTouched = false;
            if (_retracts) pane.Prune(_paneGroups, static (groups, group) => groups.Rows[group] == 0);
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
        foreach (var pane in Covering(window))
        {
            foreach (var group in pane.Members)
            {
                var own = window.FindOrAdd(Groups, _paneGroups.Keys[group], _keys.Limit);
                if (_paneGroups.Touched[group] == 0) continue;
                Groups.Touched[own] = Groups.TouchedForAll;
                window.IsTouched = true;
            }
        }
    }

    List<Slice> Covering(Slice window)
    {
        _covering.Clear();
        var last = _panes.LastPane(window.Index);
        for (var place = _paneSlices.FirstFrom(_panes.FirstPane(window.Index)); place < _paneSlices.Count && _paneSlices[place].Index <= last; place++)
            if (_paneSlices[place].From <= window.Index) _covering.Add(_paneSlices[place]);
        return _covering;
    }

    /// <summary>Merges the panes of groups of a window into <see cref="Merged"/>, numbers 0 and up.</summary>
    /// <param name="window">The window.</param>
    /// <param name="groups">Its groups.</param>
    /// <param name="alive">Takes those that have rows.</param>
    /// <returns>How many have.</returns>
    public int Merge(Slice window, ReadOnlySpan<int> groups, Span<int> alive)
    {
        var covering = Covering(window);
        foreach (var states in Merged) states.EnsureGroups(groups.Length);
        var count = 0;
        foreach (var group in groups)
        {
            var key = Groups.Keys[group];
            if (!HasRows(covering, key)) continue;
            foreach (var states in Merged) states.Reset(count);
            foreach (var pane in covering)
            {
                var part = pane.Find(key);
                if (part < 0) continue;
                for (var c = 0; c < Merged.Length; c++) Merged[c].Merge(count, _paneGroups.States[c], part);
            }
            alive[count++] = group;
        }
        return count;
    }

    bool HasRows(List<Slice> covering, int key)
    {
        var rows = 0L;
        foreach (var pane in covering)
        {
            var part = pane.Find(key);
            if (part < 0) continue;
            if (!_retracts) return true;
            rows += _paneGroups.Rows[part];
        }
        return rows > 0;
    }

    /// <summary>Frees the groups of a window that have lost all their rows and of which nothing is told.</summary>
    public void Prune(Slice window)
    {
        var covering = Covering(window);
        window.Prune(Groups, (groups, group) => groups.Told[group] == 0 && !HasRows(covering, groups.Keys[group]));
    }

    /// <summary>Frees the panes whose last window is final.</summary>
    public void FreePanes(Frontier frontier)
    {
        while (_paneSlices.Count > 0 && _panes.Windows.EndOf(_panes.LastWindow(_paneSlices[0].Index)) <= frontier.Final.Microseconds)
            _paneSlices.Remove(_paneSlices[0], _paneGroups);
    }

    public void Dispose()
    {
        foreach (var states in Merged) states.Dispose();
        Windows.Dispose();
        Groups.Dispose();
    }
}
