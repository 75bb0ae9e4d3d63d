using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Operators.Models;

/// <summary>The rows that are told of series: rows of a batch, each as often as need be, with further columns.</summary>
sealed class SeriesOutput(FollowSeries node, MemoryAccountant memory) : IDisposable
{
    readonly System.Collections.Immutable.ImmutableArray<Field> _fields = node.Horizon > 0 ? FollowSeries.Forecasts : FollowSeries.Findings;
    readonly int[] _rows = new int[memory.BatchRows];
    Column[] _columns = [];
    int _count;

    /// <summary>Adds a step of a forecast.</summary>
    public void Add(Batch batch, int row, int step, long time, double value, double lower, double upper, IOutput output)
    {
        Begin(row);
        ((Column<int>)_columns[0]).Append(step);
        var then = (Int128)time + (Int128)step * node.EveryMicroseconds;
        if (node.EveryMicroseconds == 0 || then >= long.MaxValue) _columns[1].AppendNull();
        else ((Column<long>)_columns[1]).Append((long)then);
        Append(2, value);
        Append(3, lower);
        Append(4, upper);
        if (_count == _rows.Length) Push(batch, output);
    }

    /// <summary>Adds what is found of a number.</summary>
    public void Add(Batch batch, int row, double value, double expected, double width, double score, IOutput output)
    {
        Begin(row);
        var error = Math.Abs(value - expected);
        if (double.IsNaN(error) || double.IsNaN(width)) _columns[0].AppendNull();
        else ((Column<byte>)_columns[0]).Append(error > width ? (byte)1 : (byte)0);
        Append(1, double.IsNaN(error) ? double.NaN : score);
        Append(2, expected);
        Append(3, expected - width);
        Append(4, expected + width);
        if (_count == _rows.Length) Push(batch, output);
    }

    void Begin(int row)
    {
        if (_count == 0) _columns = [.. _fields.Select(f => memory.Rent(f.Type))];
        _rows[_count++] = row;
    }

    void Append(int column, double value)
    {
        if (double.IsNaN(value)) _columns[column].AppendNull();
        else ((Column<double>)_columns[column]).Append(value);
    }

    /// <summary>Pushes what was added of a batch.</summary>
    public void Push(Batch batch, IOutput output)
    {
        if (_count == 0) return;
        var result = memory.RentBatch(node.Schema);
        result.RowCount = _count;
        foreach (var column in batch.Columns) result.Add(column.Gather(_rows.AsSpan(0, _count)));
        foreach (var column in _columns) result.Add(column);
        (_columns, _count) = ([], 0);
        output.Push(result);
    }

    public void Dispose()
    {
        foreach (var column in _columns) column.Release();
        _columns = [];
    }
}
