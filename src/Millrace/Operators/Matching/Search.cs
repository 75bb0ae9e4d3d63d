using System.Runtime.CompilerServices;
using Millrace.Planning;

namespace Millrace.Operators.Matching;

/// <summary>Looks for the one most preferred match that begins with a given row, one row after the other.</summary>
/// <remarks>
/// All ways in which the match may still go are kept as a list of attempts, the most preferred first; each row moves every attempt on, which may split it or end it. A complete
/// match ends all that are less preferred; once it leads the list nothing can be preferred to it any more. Of two attempts that will go on alike only the more preferred is kept, so
/// their number is that of places in the pattern unless conditions look back at where variables began. This finds what a backtracking search over the whole partition would
/// find, without going back.
/// </remarks>
sealed class Search : IDisposable
{
    readonly Matching _matching;
    readonly Attempts _attempts;
    readonly PatternElement[] _pattern;
    readonly Condition[] _conditions;
    readonly bool[] _endsWhenFull, _endsAtOnce; // after so many rows as are allowed; after so many as are needed
    readonly Alike _alike;
    int _head, _tail; // the list that is being made
    int _start;

    public Search(MatchRecognize node, Matching matching)
    {
        (_matching, _attempts, _pattern) = (matching, matching.Attempts, [.. node.Pattern]);
        _conditions = [.. node.Pattern.Select((e, i) => new Condition(i, e, matching))];
        _alike = new(node.Pattern, matching.Attempts);
        _endsWhenFull = [.. Enumerable.Range(0, _pattern.Length).Select(i => EndsFirst(i + 1))];
        _endsAtOnce = [.. Enumerable.Range(0, _pattern.Length).Select(i => _pattern[i].IsReluctant && EndsFirst(i + 1))];
    }

    /// <summary>Whether the most preferred way on from a place is to take no more rows.</summary>
    bool EndsFirst(int place)
    {
        for (; place < _pattern.Length; place++)
            if (_pattern[place].Min > 0 || !_pattern[place].IsReluctant) return false;
        return true;
    }

    /// <summary>Begins with a row.</summary>
    /// <returns>The list of attempts, or -1 where the row begins no match.</returns>
    public int Begin(int row)
    {
        var attempt = _attempts.Begin();
        (_head, _tail, _start) = (-1, -1, row);
        Enter(0, attempt, row);
        _attempts.Free(attempt);
        return _head;
    }

    /// <summary>Moves all attempts on by a row.</summary>
    /// <param name="attempts">The list; it is given up.</param>
    /// <param name="start">The first row of the match.</param>
    /// <param name="row">The next row.</param>
    /// <returns>The new list, or -1 where no match begins with the first row.</returns>
    public int Advance(int attempts, int start, int row)
    {
        (_head, _tail, _start) = (-1, -1, start);
        var ended = false;
        while (attempts >= 0)
        {
            var next = _attempts.NextOf(attempts);
            if (ended) _attempts.Free(attempts);
            else if (IsComplete(attempts))
            {
                Keep(attempts);
                ended = true;
            }
            else
            {
                ended = Move(attempts, row);
                if (_attempts.PlaceOf(attempts) < _pattern.Length) _attempts.Free(attempts);
            }
            attempts = next;
        }
        return _head;
    }

    /// <summary>Whether an attempt is a match.</summary>
    public bool IsComplete(int attempt) => _attempts.PlaceOf(attempt) == _pattern.Length;

    /// <summary>The match where no rows come any more: the first attempt that needs none.</summary>
    public int End(int attempts)
    {
        for (; attempts >= 0; attempts = _attempts.NextOf(attempts))
            if (IsComplete(attempts) || CanEnd(attempts)) return attempts;
        return -1;
    }

    bool CanEnd(int attempt)
    {
        var place = _attempts.PlaceOf(attempt);
        if (_attempts.CountOf(attempt) < _pattern[place].Min) return false;
        for (place++; place < _pattern.Length; place++)
            if (_pattern[place].Min > 0) return false;
        return true;
    }

    /// <summary>Tries the ways on of an attempt, the most preferred first.</summary>
    /// <returns>Whether nothing less preferred counts any more.</returns>
    bool Move(int attempt, int row)
    {
        var place = _attempts.PlaceOf(attempt);
        var count = _attempts.CountOf(attempt);
        var element = _pattern[place];
        var mayStay = count < element.Max;
        var mayLeave = count >= element.Min;
        if (mayLeave && element.IsReluctant && Enter(place + 1, attempt, row)) return true;
        if (mayStay && Try(place, attempt, row)) return true;
        return mayLeave && !element.IsReluctant && Enter(place + 1, attempt, row);
    }

    bool Enter(int place, int attempt, int row)
    {
        if (place == _pattern.Length)
        {
            // The match ended with the row before this one.
            _attempts.PlaceOf(attempt) = place;
            Keep(attempt);
            return true;
        }
        var element = _pattern[place];
        if (element.Min > 0) return Try(place, attempt, row);
        if (element.IsReluctant && Enter(place + 1, attempt, row)) return true;
        if (Try(place, attempt, row)) return true;
        return !element.IsReluctant && Enter(place + 1, attempt, row);
    }

    /// <summary>Lets a variable take the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    bool Try(int place, int attempt, int row)
    {
        var fork = _attempts.Fork(attempt, place, row);
        _matching.Count(fork, place, row);
        if (!_conditions[place].Holds(new(fork, _start, row)) || _alike.Has(_head, fork))
        {
            _attempts.Free(fork);
            return false;
        }
        Keep(fork);
        var count = _attempts.CountOf(fork);
        if (!(count == _pattern[place].Max ? _endsWhenFull : _endsAtOnce)[place] || count < _pattern[place].Min) return false;
        _attempts.PlaceOf(fork) = _pattern.Length;
        return true;
    }

    void Keep(int attempt)
    {
        _attempts.NextOf(attempt) = -1;
        if (_tail < 0) _head = attempt;
        else _attempts.NextOf(_tail) = attempt;
        _tail = attempt;
    }

    public void Dispose()
    {
        foreach (var condition in _conditions) condition.Dispose();
    }
}
