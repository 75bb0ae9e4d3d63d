using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;

namespace Millrace.Operators.Aggregation;

/// <summary>Adds rows to the states of aggregate calls, each call those that its FILTER lets through.</summary>
sealed class CallAdder
{
    readonly ImmutableArray<AggregateCall> _calls;
    readonly Column[][] _arguments;
    readonly int[] _rows, _groups, _weights;

    /// <summary>Makes room for the rows of a batch.</summary>
    public CallAdder(ImmutableArray<AggregateCall> calls, int batchRows)
    {
        _calls = calls;
        _arguments = [.. calls.Select(c => new Column[c.Arguments.Length])];
        (_rows, _groups, _weights) = (new int[batchRows], new int[batchRows], new int[batchRows]);
    }

    /// <summary>Adds rows to all calls that have states, as <see cref="AggregateStates.Add"/> takes them.</summary>
    public void Add(AggregateStates?[] states, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        for (var call = 0; call < states.Length; call++)
        {
            if (states[call] is not { } own) continue;
            var arguments = _arguments[call];
            var columns = _calls[call].Arguments;
            for (var i = 0; i < columns.Length; i++) arguments[i] = batch[columns[i]];
            if (_calls[call].Filter < 0) own.Add(arguments, rows, groups, weights);
            else AddFiltered(own, arguments, (Column<byte>)batch[_calls[call].Filter], rows, groups, weights);
        }
    }

    void AddFiltered(AggregateStates states, Column[] arguments, Column<byte> truth, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        var count = 0;
        for (var i = 0; i < groups.Length; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            _rows[count] = row;
            _groups[count] = groups[i];
            if (!weights.IsEmpty) _weights[count] = weights[i];
            count += truth[row] != 0 && !truth.IsNull(row) ? 1 : 0;
        }
        if (count > 0) states.Add(arguments, _rows.AsSpan(0, count), _groups.AsSpan(0, count), weights.IsEmpty ? default : _weights.AsSpan(0, count));
    }
}
