using Millrace.Data;

namespace Millrace.Operators.Lookups;

/// <summary>Tells the pairs of a batch of left rows and the held rows of their keys, a batch at a time, so that an operator can yield between them.</summary>
/// <param name="held">The rows of the right side.</param>
/// <param name="joined">Makes the pairs.</param>
/// <param name="condition">What must be true besides, or null.</param>
/// <param name="keepsLeft">Whether rows without a partner go on with NULLs.</param>
/// <param name="nothing">The slot of NULLs.</param>
/// <param name="rows">Rows of a batch at most.</param>
sealed class HeldPairs(HeldRows held, JoinedRows joined, PairCondition? condition, bool keepsLeft, int nothing, int rows) : IDisposable
{
    readonly int[] _numbers = new int[rows], _leftRows = new int[rows], _slots = new int[rows];
    readonly bool[] _matched = new bool[rows];

    Batch? _left; // the batch at hand
    int _row, _slot, _copy;

    /// <summary>Takes a batch at hand; <see cref="Go"/> tells its pairs.</summary>
    /// <param name="left">The rows.</param>
    /// <param name="numbers">For each the number of its key, or -1.</param>
    public void Begin(Batch left, ReadOnlySpan<int> numbers)
    {
        numbers.CopyTo(_numbers);
        (_left, _row, _copy) = (left.Retain(), 0, 0);
        _slot = left.RowCount == 0 ? 0 : held.First(_numbers[0]);
        _matched.AsSpan(0, left.RowCount).Clear();
    }

    /// <summary>Tells the next batch of pairs of the batch at hand.</summary>
    /// <returns>Whether there is more.</returns>
    public bool Go(IOutput output)
    {
        if (_left is null) return false;
        var count = 0;
        while (_row < _left.RowCount && count < _slots.Length)
        {
            if (_slot == 0)
            {
                // The last match of a row tells whether it had any.
                if (condition is null && !_matched[_row] && keepsLeft) (_leftRows[count], _slots[count++]) = (_row, nothing);
                if (++_row < _left.RowCount) _slot = held.First(_numbers[_row]);
                continue;
            }
            if (_copy < held.CountOf(_slot))
            {
                if (condition is null) _matched[_row] = true;
                (_leftRows[count], _slots[count++]) = (_row, _slot - 1);
                _copy++;
                continue;
            }
            (_slot, _copy) = (held.Next(_slot), 0);
        }
        if (count > 0) Push(count, output);
        if (_row < _left.RowCount) return true;
        if (condition is not null && keepsLeft) PushUnmatched(output);
        _left.Release();
        _left = null;
        return false;
    }

    void Push(int count, IOutput output)
    {
        var pairs = joined.Some(_left!, _leftRows.AsSpan(0, count), _slots.AsSpan(0, count));
        if (condition is null)
        {
            output.Push(pairs);
            return;
        }
        if (condition.Filter(pairs, out var passing) is not { } passed) return;
        foreach (var place in passing) _matched[_leftRows[place]] = true;
        output.Push(passed);
    }

    void PushUnmatched(IOutput output)
    {
        var count = 0;
        for (var row = 0; row < _left!.RowCount; row++)
            if (!_matched[row]) (_leftRows[count], _slots[count++]) = (row, nothing);
        if (count > 0) output.Push(joined.Some(_left, _leftRows.AsSpan(0, count), _slots.AsSpan(0, count)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _left?.Release();
        _left = null;
    }
}
