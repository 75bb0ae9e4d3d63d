using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;

namespace Millrace.Operators.Matching;

/// <summary>Ways in which a match may go, by number: each says which rows the variables have taken so far, and carries the aggregates that conditions ask for.</summary>
/// <remarks>
/// Variables follow each other and rows too, so what a variable has taken is its first row, its last and how many. Numbers are reused; a number is also the group of the
/// attempt in the states of the aggregates.
/// </remarks>
sealed class Attempts : IDisposable
{
    const int Next = 0, At = 1, Count = 2, Runs = 3;

    /// <summary>The place in the pattern of an attempt that has not begun.</summary>
    public const int Start = -1;

    readonly MemoryOwner _owner;
    readonly int _stride;
    readonly AggregateStates[] _states;
    int[] _data = [];
    int _last;
    int _free = -1;

    /// <param name="variables">Variables of the pattern.</param>
    /// <param name="calls">The aggregates that conditions ask for.</param>
    /// <param name="owner">What it is charged to.</param>
    public Attempts(int variables, IEnumerable<AggregateCall> calls, MemoryOwner owner)
    {
        (_owner, _stride) = (owner, Runs + 3 * variables);
        _states = [.. calls.Select(c => c.Function.CreateStates(c.Signature, c.Distinct, owner, retracts: false))];
    }

    /// <summary>The states of the aggregates; groups are attempts.</summary>
    public ReadOnlySpan<AggregateStates> States => _states;

    Span<int> Of(int attempt) => _data.AsSpan(attempt * _stride, _stride);

    /// <summary>The next attempt of the list that it is in, less preferred, or -1.</summary>
    public ref int NextOf(int attempt) => ref _data[attempt * _stride + Next];

    /// <summary>The variable that took the last row; the pattern's length where the match is complete.</summary>
    public ref int PlaceOf(int attempt) => ref _data[attempt * _stride + At];

    /// <summary>How many rows that variable has taken.</summary>
    public int CountOf(int attempt) => _data[attempt * _stride + Count];

    /// <summary>The first row of a variable, or -1.</summary>
    public int FirstOf(int attempt, int variable) => _data[attempt * _stride + Runs + 3 * variable];

    /// <summary>The last row of a variable, or -1.</summary>
    public int LastOf(int attempt, int variable) => _data[attempt * _stride + Runs + 3 * variable + 1];

    /// <summary>How many rows a variable has taken.</summary>
    public int RowsOf(int attempt, int variable) => _data[attempt * _stride + Runs + 3 * variable + 2];

    /// <summary>A new attempt that has taken nothing.</summary>
    public int Begin()
    {
        var attempt = New();
        var data = Of(attempt);
        data.Fill(-1);
        data[Count] = 0;
        for (var i = Runs + 2; i < data.Length; i += 3) data[i] = 0;
        foreach (var states in _states) states.Reset(attempt);
        return attempt;
    }

    /// <summary>A copy of an attempt in which a variable has taken one more row. Aggregates are copied, not moved on.</summary>
    public int Fork(int attempt, int variable, int row)
    {
        var fork = New();
        var data = Of(fork);
        Of(attempt).CopyTo(data);
        data[Next] = -1;
        data[Count] = data[At] == variable ? data[Count] + 1 : 1;
        data[At] = variable;
        var run = data[(Runs + 3 * variable)..];
        if (data[Count] == 1) run[0] = row;
        run[1] = row;
        run[2] = data[Count];
        foreach (var states in _states)
        {
            states.Reset(fork);
            states.Merge(fork, states, attempt);
        }
        return fork;
    }

    int New()
    {
        if (_free >= 0)
        {
            var free = _free;
            _free = NextOf(free);
            return free;
        }
        if ((_last + 1) * _stride > _data.Length)
        {
            var length = Math.Max(64 * _stride, _data.Length * 2);
            _owner.Charge(4L * (length - _data.Length));
            Array.Resize(ref _data, length);
            foreach (var states in _states) states.EnsureGroups(length / _stride);
        }
        return _last++;
    }

    /// <summary>Gives an attempt up.</summary>
    public void Free(int attempt)
    {
        NextOf(attempt) = _free;
        _free = attempt;
    }

    /// <summary>Gives up an attempt and all that follow it in its list.</summary>
    public void FreeAll(int attempt)
    {
        while (attempt >= 0)
        {
            var next = NextOf(attempt);
            Free(attempt);
            attempt = next;
        }
    }

    public void Dispose()
    {
        foreach (var states in _states) states.Dispose();
        _owner.Charge(-4L * _data.Length);
        _data = [];
    }
}
