using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;

namespace Millrace.Operators.Aggregation;

/// <summary>The states of groups on their way to the lane that owns their keys: row i of the batch that carries it has the key of group i.</summary>
/// <remarks>Every lane merges the groups that it owns, one lane at a time: states may share what they look values up in.</remarks>
sealed class PartialGroups(PartialPool pool, AggregateStates[] states, int rows)
{
    /// <summary>The aggregate whose calls and windows these are.</summary>
    public Aggregate Whole => pool.Whole;

    /// <summary>The states of each of its calls, by row.</summary>
    public AggregateStates[] States { get; } = states;

    /// <summary>The slice of each row.</summary>
    public (long Index, long From)[] Slices { get; } = new (long, long)[rows];

    /// <summary>Number of groups.</summary>
    public int Count { get; set; }

    /// <summary>Taken by whoever merges.</summary>
    public Lock Lock { get; } = new();

    /// <summary>Goes back to where it came from, when nobody reads it any more.</summary>
    public void Release() => pool.Return(this);

    public void Dispose()
    {
        foreach (var states in States) states.Dispose();
    }
}

/// <summary>Sets of states that come back from other lanes. Thread-safe.</summary>
sealed class PartialPool(Aggregate whole, MemoryOwner owner, int rows) : IDisposable
{
    readonly Lock _lock = new();
    readonly Stack<PartialGroups> _free = [];
    readonly int[] _all = [.. Enumerable.Range(0, rows)];
    bool _isClosed;

    /// <summary>The aggregate whose groups they are.</summary>
    public Aggregate Whole => whole;

    /// <summary>Empty states for some groups.</summary>
    public PartialGroups Rent(int count)
    {
        PartialGroups? groups;
        lock (_lock) _free.TryPop(out groups);
        groups ??= new(this, [.. whole.Calls.Select(c => c.Function.CreateStates(c.Signature, c.Distinct, owner, false))], rows);
        foreach (var states in groups.States) states.EnsureGroups(count);
        groups.Count = count;
        return groups;
    }

    public void Return(PartialGroups groups)
    {
        foreach (var states in groups.States) states.ResetAll(_all.AsSpan(0, groups.Count));
        lock (_lock)
        {
            if (!_isClosed)
            {
                _free.Push(groups);
                return;
            }
        }
        groups.Dispose();
    }

    public void Dispose()
    {
        lock (_lock) _isClosed = true;
        foreach (var groups in _free) groups.Dispose();
        _free.Clear();
    }
}
