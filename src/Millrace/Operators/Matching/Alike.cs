using System.Collections.Immutable;
using Millrace.Planning;

namespace Millrace.Operators.Matching;

/// <summary>Tells which attempts will go on alike whatever rows come: those at the same place for which no condition to come sees a difference.</summary>
sealed class Alike
{
    readonly Attempts _attempts;
    readonly int[] _enough; // for each place the count from which on counts are alike
    readonly int[][] _seen; // for each place the variables whose rows conditions to come look at

    public Alike(ImmutableArray<PatternElement> pattern, Attempts attempts)
    {
        _attempts = attempts;
        _enough = [.. pattern.Select(e => e.Max == int.MaxValue ? e.Min : e.Max)];
        _seen = [.. Enumerable.Range(0, pattern.Length).Select(place => SeenFrom(place, pattern))];
    }

    static int[] SeenFrom(int place, ImmutableArray<PatternElement> pattern)
    {
        var seen = new SortedSet<int>();
        for (var later = place; later < pattern.Length; later++)
        {
            if (later == place && pattern[place].Max == 1) continue;
            foreach (var item in pattern[later].Items)
            {
                // What is said of all rows is the same for all attempts, and a variable that is still to come has taken nothing.
                if (item.Variable < 0 || item.Variable > place) continue;
                var isOfLast = item.Kind == PatternItemKind.Previous || item is { Kind: PatternItemKind.Last, Offset: 0 };
                if (item.Variable == place && isOfLast) continue; // the row at hand, for all of them
                seen.Add(item.Variable);
            }
        }
        return [.. seen];
    }

    /// <summary>Whether a list has an attempt like one that is to be added.</summary>
    public bool Has(int list, int attempt)
    {
        var place = _attempts.PlaceOf(attempt);
        for (; list >= 0; list = _attempts.NextOf(list))
            if (_attempts.PlaceOf(list) == place && AreAlike(list, attempt, place)) return true;
        return false;
    }

    bool AreAlike(int a, int b, int place)
    {
        var (x, y) = (_attempts.CountOf(a), _attempts.CountOf(b));
        if (x != y && (x < _enough[place] || y < _enough[place])) return false;
        foreach (var variable in _seen[place])
            if (_attempts.FirstOf(a, variable) != _attempts.FirstOf(b, variable) || _attempts.RowsOf(a, variable) != _attempts.RowsOf(b, variable)) return false;
        return true;
    }
}
