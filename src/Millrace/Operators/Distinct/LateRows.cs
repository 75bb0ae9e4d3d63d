using Millrace.Data;

namespace Millrace.Operators.Distinct;

/// <summary>The rows of one batch that come too late for their key.</summary>
sealed class LateRows(int capacity)
{
    readonly int[] _rows = new int[capacity];
    readonly long[] _ends = new long[capacity];
    readonly long[] _marks = new long[capacity];
    int _count;

    /// <summary>Adds a row, the end of its key's time and the final frontier that it was behind.</summary>
    public void Add(int row, long end, long mark)
    {
        (_rows[_count], _ends[_count], _marks[_count]) = (row, end, mark);
        _count++;
    }

    /// <summary>Reports what was added, if anything.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="reports">Who hears of it.</param>
    /// <param name="views">The views whose rows they are.</param>
    public void Report(Batch batch, IReports reports, params ReadOnlySpan<string> views)
    {
        if (_count == 0) return;
        foreach (var view in views) reports.Late(batch, _rows.AsSpan(0, _count), _ends.AsSpan(0, _count), _marks.AsSpan(0, _count), view);
        _count = 0;
    }
}
