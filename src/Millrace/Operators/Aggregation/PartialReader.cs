using Millrace.Functions;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Operators.Aggregation;

/// <summary>How an aggregate reads groups that were aggregated before: which of their states belong to its calls, and which of its panes their slices lie in.</summary>
/// <remarks>They may have been aggregated for several: then they have the calls of all, and the panes of the one with the shortest, which divide everybody's.</remarks>
sealed class PartialReader(Aggregate node, Panes? panes)
{
    Aggregate? _whole;
    Panes? _parts;
    int[] _calls = [];
    (long Index, long Pane) _last = (long.MinValue, 0);

    /// <summary>The states that belong to one of the calls.</summary>
    public AggregateStates StatesOf(PartialGroups partial, int call)
    {
        Meet(partial);
        return partial.States[_calls[call]];
    }

    /// <summary>The pane that a slice lies in, and the first window that counts it; null where no window does.</summary>
    public (long Index, long From)? PaneOf(PartialGroups partial, int row)
    {
        Meet(partial);
        if (panes is null) return (0, 0);
        var slice = partial.Slices[row].Index;
        if (_last.Index != slice) _last = (slice, panes.Of(_parts!.StartOf(slice)));
        var first = panes.FirstWindow(_last.Pane);
        return first > panes.LastWindow(_last.Pane) ? null : (_last.Pane, first);
    }

    void Meet(PartialGroups partial)
    {
        if (ReferenceEquals(_whole, partial.Whole)) return;
        _whole = partial.Whole;
        _parts = _whole.Window is { } window ? Panes.Create(window) : null;
        _calls = [.. node.Calls.Select(c => _whole.Calls.IndexOf(_whole.Calls.First(w => AggregateCall.AreSame(w, c))))];
        _last = (long.MinValue, 0);
    }
}
