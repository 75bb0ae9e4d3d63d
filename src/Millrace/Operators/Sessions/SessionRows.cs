using Millrace.Data;
using Millrace.Expressions;
using Millrace.Operators.Aggregation;
using Millrace.Planning;

namespace Millrace.Operators.Sessions;

/// <summary>The rows of a batch that count and have a time, each with its time and the final frontier that it was met by.</summary>
sealed class SessionRows : IDisposable
{
    readonly Aggregate _node;
    readonly OperatorContext _context;
    readonly Evaluator? _condition;
    readonly RowErrors? _noErrors; // conditions that can fail stay in a filter
    readonly int[] _rows;
    readonly long[] _times, _marks;
    Batch? _batch;
    bool _areAll;

    public SessionRows(Aggregate node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        var rows = context.Memory.BatchRows;
        (_rows, _times, _marks) = (new int[rows], new long[rows], new long[rows]);
        if (node.Condition is null) return;
        _condition = Evaluator.Compile(node.Condition, context.Memory);
        _noErrors = new(rows);
    }

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Which rows of the batch; none named where all count.</summary>
    public ReadOnlySpan<int> Rows => _areAll ? [] : _rows.AsSpan(0, Count);

    /// <summary>For each its time.</summary>
    public ReadOnlySpan<long> Times => _areAll ? Column.Values : _times.AsSpan(0, Count);

    /// <summary>For each the final frontier that it was met by; empty where that is the operator's.</summary>
    public ReadOnlySpan<long> Marks => _batch!.Watermarks is not { } watermarks ? [] : _areAll ? watermarks.Values : _marks.AsSpan(0, Count);

    Column<long> Column => (Column<long>)_batch![_node.Window!.TimeColumn];

    /// <summary>Picks the rows of a batch; those without a time are reported.</summary>
    public void Pick(Batch batch)
    {
        _batch = batch;
        Count = batch.RowCount;
        if (_condition is not null) Count = _condition.Select(batch, _rows, _noErrors!);
        PickTimed();
    }

    /// <summary>Picks rows of a batch for which the condition holds; those without a time are reported.</summary>
    public void Pick(Batch batch, ReadOnlySpan<int> rows)
    {
        (_batch, Count) = (batch, rows.Length);
        rows.CopyTo(_rows);
        PickTimed();
    }

    void PickTimed()
    {
        var batch = _batch!;
        _areAll = Count == batch.RowCount;
        if (Count == 0) return;
        if (Column.HasNulls || RowSlicer.Range(Column.Values) is not ( > long.MinValue, < long.MaxValue)) LeaveOutTimeless();
        if (_areAll) return;
        Take(Column.Values, _rows.AsSpan(0, Count), _times);
        if (batch.Watermarks is { } watermarks) Take(watermarks.Values, _rows.AsSpan(0, Count), _marks);
    }

    static void Take(ReadOnlySpan<long> values, ReadOnlySpan<int> rows, Span<long> taken)
    {
        for (var i = 0; i < rows.Length; i++) taken[i] = values[rows[i]];
    }

    void LeaveOutTimeless()
    {
        var times = Column;
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            var row = _areAll ? i : _rows[i];
            _rows[kept] = row;
            if (!times.IsNull(row) && times[row] is not (long.MinValue or long.MaxValue)) kept++;
        }
        if (kept < Count)
            foreach (var view in _node.Views) _context.Reports.Timeless(Count - kept, view);
        _areAll &= kept == Count;
        Count = kept;
    }

    public void Dispose() => _condition?.Dispose();
}
