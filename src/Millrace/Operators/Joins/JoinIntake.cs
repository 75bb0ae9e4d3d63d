using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Operators.Joins;

/// <summary>Looks at the rows of a batch of one side before they are joined: which come too late, which can have no partner at all, and when the others are past.</summary>
/// <remarks>
/// A row is late when it is behind the final frontier in an event time that the other side's rows are forgotten by: its partners may be gone. That is decided by each
/// row's own watermark, so batching does not matter. A row with NULL in a key or in a bounded time has no partner whatever comes.
/// </remarks>
sealed class JoinIntake
{
    readonly ImmutableArray<int> _notNull;
    readonly ImmutableArray<RowTime> _arrivals, _deadlines;
    readonly string _view;
    readonly IReports? _reports; // null where the other side tells of the same rows
    readonly int[] _rows, _lone, _lateRows;
    readonly long[] _ends, _lateTimes, _lateMarks;

    public JoinIntake(Join node, int input, OperatorContext context)
    {
        var isLeft = input == 0;
        _arrivals = TimeBound.Arrivals(node.Bounds, node.Inputs[input], isLeft);
        _deadlines = isLeft ? node.LeftDeadlines : node.RightDeadlines;
        var notNull = node.Keys.Where(k => !k.IsNullSafe).Select(k => isLeft ? k.Left : k.Right)
            .Concat(node.Bounds.Where(b => !b.IsImplied).Select(b => isLeft ? b.Left : b.Right)); // columns of implied bounds may not be there
        _notNull = [.. notNull.Distinct()];
        (_view, _reports) = (node.View, node.TellsLate(isLeft) ? context.Reports : null);
        var rows = context.Memory.BatchRows;
        (_rows, _lone, _lateRows) = (new int[rows], new int[rows], new int[rows]);
        (_ends, _lateTimes, _lateMarks) = (new long[rows], new long[rows], new long[rows]);
    }

    /// <summary>Rows to be joined.</summary>
    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, _count);

    /// <summary>When each is past; read only where the side is bounded.</summary>
    public ReadOnlySpan<long> Ends => _ends.AsSpan(0, _count);

    /// <summary>Rows on time that can have no partner.</summary>
    public ReadOnlySpan<int> Lone => _lone.AsSpan(0, _loneCount);

    int _count, _loneCount;

    /// <summary>Sorts the rows of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="final">How far the input's time is final.</param>
    public void Take(Batch batch, long final)
    {
        (_count, _loneCount) = (0, 0);
        var weights = batch.Weights is { } given ? given.Values : default;
        var mayBeLate = !_arrivals.IsEmpty && (batch.Watermarks is not null || final != long.MinValue);
        if (!mayBeLate && weights.IsEmpty && !HasNulls(batch))
        {
            for (var row = 0; row < batch.RowCount; row++) _rows[row] = row;
            _count = batch.RowCount;
        }
        else TakeRows(batch, final, weights, mayBeLate);
        if (_deadlines.IsEmpty) return;
        _ends.AsSpan(0, _count).Fill(long.MaxValue);
        foreach (var deadline in _deadlines)
        {
            var times = ((Column<long>)batch[deadline.Column]).Slots;
            for (var i = 0; i < _count; i++) _ends[i] = Math.Min(_ends[i], TimeBound.Sum(times[_rows[i]], deadline.OffsetMicroseconds));
        }
    }

    bool HasNulls(Batch batch)
    {
        foreach (var column in _notNull)
            if (batch[column].HasNulls) return true;
        return false;
    }

    void TakeRows(Batch batch, long final, ReadOnlySpan<int> weights, bool mayBeLate)
    {
        var late = 0;
        var hasNulls = HasNulls(batch);
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (!weights.IsEmpty && weights[row] == 0) continue;
            if (mayBeLate)
            {
                var mark = final;
                if (batch.Watermarks is { } watermarks) mark = Math.Max(mark, watermarks[row]);
                var time = TimeOf(batch, row);
                if (time < mark)
                {
                    (_lateRows[late], _lateTimes[late], _lateMarks[late]) = (row, time, mark);
                    late++;
                    continue;
                }
            }
            if (hasNulls && IsNull(batch, row)) _lone[_loneCount++] = row;
            else _rows[_count++] = row;
        }
        if (late > 0) _reports?.Late(batch, _lateRows.AsSpan(0, late), _lateTimes.AsSpan(0, late), _lateMarks.AsSpan(0, late), _view);
    }

    /// <summary>The time that the frontier must not be past; NULL times say nothing.</summary>
    long TimeOf(Batch batch, int row)
    {
        var least = long.MaxValue;
        foreach (var arrival in _arrivals)
        {
            var times = (Column<long>)batch[arrival.Column];
            if (!times.IsNull(row)) least = Math.Min(least, TimeBound.Sum(times[row], arrival.OffsetMicroseconds));
        }
        return least;
    }

    bool IsNull(Batch batch, int row)
    {
        foreach (var column in _notNull)
            if (batch[column].IsNull(row)) return true;
        return false;
    }
}
