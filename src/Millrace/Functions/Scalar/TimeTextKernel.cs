using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>Times as texts of a constant pattern. Rows of a day, or a second, mostly follow each other, so their text is made once and stands once in a dictionary.</summary>
sealed class TimeTextKernel(TimePattern pattern) : IScalarKernel, IDisposable
{
    const int Remembered = 4096;

    readonly long _unit = pattern.Unit;
    readonly OwnDictionary _dictionary = new();
    readonly ByteBuffer _text = new();
    readonly long[] _units = new long[Remembered];
    readonly int[] _codes = new int[Remembered]; // code + 1

    public Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors)
    {
        var times = (Column<long>)arguments[0];
        var result = times.Home.RentText(DataType.Text);
        result.Length = rows;
        Validity.Combine(result, arguments);
        var heap = _dictionary.Get(times.Home, out var isNew);
        if (isNew) _codes.AsSpan().Clear();
        result.Share(heap);
        var codes = result.Codes;
        var values = times.Slots;
        var (start, end, code) = (0L, 0L, 0); // the stretch of the row before
        for (var row = 0; row < codes.Length; row++)
        {
            if (result.IsNull(row))
            {
                codes[row] = 0;
                continue;
            }
            var time = values[row];
            if (time < start || time >= end)
            {
                if (Calendar.IsInfinite(time))
                {
                    codes[row] = heap.Intern(time > 0 ? "infinity"u8 : "-infinity"u8);
                    continue;
                }
                var unit = Calendar.FloorDivide(time, _unit);
                code = CodeOf(unit, time, heap);
                start = unit * _unit;
                end = (long)Int128.Min((Int128)start + _unit, long.MaxValue);
            }
            codes[row] = code;
        }
        return result;
    }

    int CodeOf(long unit, long time, TextHeap heap)
    {
        var slot = (int)(unit & (Remembered - 1));
        if (_codes[slot] != 0 && _units[slot] == unit) return _codes[slot] - 1;
        _text.Clear();
        pattern.Format(time, _text);
        var code = heap.Intern(_text.Written);
        (_units[slot], _codes[slot]) = (unit, code + 1);
        return code;
    }

    public void Dispose() => _dictionary.Dispose();
}
