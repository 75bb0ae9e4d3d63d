using Millrace.Planning;

namespace Millrace.Operators.Matching;

/// <summary>Finds the row that FIRST, LAST and PREV mean.</summary>
sealed class Navigation(RowStore rows, Attempts attempts)
{
    /// <summary>The row of an item, or -1 where there is none.</summary>
    /// <param name="item">FIRST, LAST or PREV.</param>
    /// <param name="attempt">What the variables have taken.</param>
    /// <param name="start">The first row of the match.</param>
    /// <param name="end">Its last row so far.</param>
    public int RowOf(PatternItem item, int attempt, int start, int end)
    {
        var (first, last, count) = item.Variable < 0 ? (start, end, int.MaxValue)
            : (attempts.FirstOf(attempt, item.Variable), attempts.LastOf(attempt, item.Variable), attempts.RowsOf(attempt, item.Variable));
        if (first < 0) return -1;
        switch (item.Kind)
        {
            case PatternItemKind.Last: return item.Offset >= count ? -1 : Back(last, first, item.Offset);
            case PatternItemKind.First: return item.Offset >= count ? -1 : On(first, last, item.Offset);
            default:
                for (var i = 0; i < item.Offset && last >= 0; i++) last = rows.Previous[last];
                return last;
        }
    }

    int Back(int row, int first, int steps)
    {
        for (; steps > 0; steps--)
        {
            if (row == first) return -1;
            row = rows.Previous[row];
        }
        return row;
    }

    int On(int row, int last, int steps)
    {
        for (; steps > 0; steps--)
        {
            if (row == last) return -1;
            row = rows.Next[row];
        }
        return row;
    }
}
