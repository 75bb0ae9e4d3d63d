using Millrace.Data;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Appends window_start, window_end and window_time to each row, once for each window that it falls in, earlier windows first.</summary>
/// <remarks>Rows whose time is NULL or infinite fall in no window and are counted.</remarks>
sealed class AssignWindowOperator : IOperator
{
    readonly AssignWindow _node;
    readonly OperatorContext _context;
    readonly AlignedWindows _windows;
    readonly int[] _rows;
    readonly long[] _starts, _ends;
    int _count;

    public AssignWindowOperator(AssignWindow node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        _windows = AlignedWindows.Create(node.Window);
        _rows = new int[context.Memory.BatchRows];
        _starts = new long[context.Memory.BatchRows];
        _ends = new long[context.Memory.BatchRows];
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        var times = (Column<long>)batch[_node.Window.TimeColumn];
        var timeless = 0;
        var (window, start, next) = (0L, long.MaxValue, long.MinValue); // the last window and the start of the one after it
        for (var row = 0; row < batch.RowCount; row++)
        {
            var time = times[row];
            if (times.IsNull(row) || time is long.MinValue or long.MaxValue)
            {
                timeless++;
                continue;
            }
            if (time < start || time >= next)
            {
                window = _windows.Last(time);
                (start, next) = (_windows.StartOf(window), _windows.StartOf(window + 1));
            }
            var first = window;
            while (_windows.EndOf(first - 1) > time) first--;
            for (var w = first; w <= window; w++)
            {
                if (_windows.EndOf(w) <= time) continue; // between windows that do not touch
                (_rows[_count], _starts[_count], _ends[_count]) = (row, _windows.StartOf(w), _windows.EndOf(w));
                if (++_count == _rows.Length) Emit(batch, output);
            }
        }
        Emit(batch, output);
        if (timeless > 0) _context.Reports.Timeless(timeless, _node.Where);
    }

    void Emit(Batch batch, IOutput output)
    {
        if (_count == 0) return;
        var rows = _rows.AsSpan(0, _count);
        var assigned = _context.Memory.RentBatch(_node.Schema);
        assigned.RowCount = _count;
        foreach (var column in batch.Columns) assigned.Add(column.Gather(rows));
        assigned.Add(Times(_starts.AsSpan(0, _count), 0));
        assigned.Add(Times(_ends.AsSpan(0, _count), 0));
        assigned.Add(Times(_ends.AsSpan(0, _count), 1));
        assigned.GatherBesides(batch, rows);
        _count = 0;
        output.Push(assigned);
    }

    Column<long> Times(ReadOnlySpan<long> values, long less)
    {
        var column = _context.Memory.Rent<long>(DataType.Timestamp);
        column.Length = values.Length;
        for (var i = 0; i < values.Length; i++) column.Values[i] = values[i] - less;
        return column;
    }
}
