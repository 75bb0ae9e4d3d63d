using Millrace.Data;
using Millrace.State;

namespace Millrace.Operators.Ranking;

/// <summary>Collects rows that are kept by slot, each with a weight and perhaps a number for one more column, and emits them batch by batch.</summary>
sealed class SlotOutput
{
    readonly Schema _schema;
    readonly MemoryAccountant _memory;
    readonly RowSlots _rows;
    readonly bool _withNumber;
    readonly int[] _slots, _weights;
    readonly long[] _numbers;
    readonly List<int> _freed = [];
    int _count;

    /// <param name="schema">The columns of the rows, and one of BIGINT or INTEGER behind them where there is a number.</param>
    /// <param name="rows">Where the rows are kept.</param>
    /// <param name="withNumber">Whether there is a number.</param>
    /// <param name="memory">Where batches come from.</param>
    public SlotOutput(Schema schema, RowSlots rows, bool withNumber, MemoryAccountant memory)
    {
        (_schema, _rows, _withNumber, _memory) = (schema, rows, withNumber, memory);
        (_slots, _weights, _numbers) = (new int[memory.BatchRows], new int[memory.BatchRows], new long[withNumber ? memory.BatchRows : 0]);
    }

    /// <summary>Adds a row.</summary>
    /// <returns>Whether a full batch was emitted.</returns>
    public bool Add(int slot, int weight, long number, IOutput output)
    {
        (_slots[_count], _weights[_count]) = (slot, weight);
        if (_withNumber) _numbers[_count] = number;
        if (++_count < _slots.Length) return false;
        Flush(output);
        return true;
    }

    /// <summary>Frees a slot once the rows added so far are emitted.</summary>
    public void FreeAfterwards(int slot)
    {
        if (_count == 0) _rows.Free(slot);
        else _freed.Add(slot);
    }

    /// <summary>Emits what was added.</summary>
    public void Flush(IOutput output)
    {
        if (_count == 0) return;
        var batch = _memory.RentBatch(_schema);
        _rows.AppendTo(_slots.AsSpan(0, _count), batch);
        if (_withNumber)
        {
            var column = _memory.Rent<long>(DataType.BigInt);
            column.Length = _count;
            _numbers.AsSpan(0, _count).CopyTo(column.Values);
            batch.Add(column);
        }
        var weights = _weights.AsSpan(0, _count);
        if (weights.ContainsAnyExcept(1))
        {
            batch.Weights = _memory.Rent<int>(DataType.Integer);
            batch.Weights.Length = _count;
            weights.CopyTo(batch.Weights.Values);
        }
        _count = 0;
        foreach (var slot in _freed) _rows.Free(slot);
        _freed.Clear();
        output.Push(batch);
    }
}
