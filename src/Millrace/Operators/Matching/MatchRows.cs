using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;

namespace Millrace.Operators.Matching;

/// <summary>Makes batches of the matches that were found.</summary>
sealed class MatchRows : IDisposable
{
    readonly MatchRecognize _node;
    readonly Matching _matching;
    readonly AggregateStates?[] _states; // one group each
    readonly OneRow?[] _arguments;
    readonly byte[][] _names;
    Batch? _batch;
    bool _hasPushed;

    public MatchRows(MatchRecognize node, Matching matching)
    {
        (_node, _matching) = (node, matching);
        _names = [.. node.Pattern.Select(e => System.Text.Encoding.UTF8.GetBytes(e.Variable))];
        _states = [.. node.Items.Select(i => i.Call?.Function.CreateStates(i.Call.Signature, i.Call.Distinct, matching.Context.Owner, retracts: false))];
        foreach (var states in _states) states?.EnsureGroups(1);
        _arguments = [.. node.Items.Select(i => i.Call is { } call ? matching.Arguments(call) : null)];
    }

    /// <summary>Appends a match.</summary>
    /// <param name="match">Which rows the variables have taken.</param>
    /// <param name="start">Its first row.</param>
    /// <param name="number">Its number in the partition.</param>
    public void Add(int match, int start, long number)
    {
        var memory = _matching.Context.Memory;
        if (_batch is null)
        {
            _batch = memory.RentBatch(_node.Schema);
            foreach (var field in _node.Schema.Fields) _batch.Add(memory.Rent(field.Type));
        }
        var end = LastOf(match);
        for (var p = 0; p < _node.Partition.Length; p++) _matching.Rows.Columns[_node.Partition[p]].Append(start, _batch[p]);
        for (var i = 0; i < _node.Items.Length; i++) Append(i, match, start, end, number, _batch[_node.Partition.Length + i]);
        _batch.RowCount++;
        if (_batch.RowCount == memory.BatchRows) Push();
    }

    void Append(int index, int match, int start, int end, long number, Column to)
    {
        var item = _node.Items[index];
        switch (item.Kind)
        {
            case PatternItemKind.Aggregate:
                AppendAggregate(item, index, match, start, end, to);
                break;
            case PatternItemKind.Classifier:
                ((TextColumn)to).Append(_names[VariableOf(match, end)]);
                break;
            case PatternItemKind.MatchNumber:
                ((Column<long>)to).Append(number);
                break;
            default:
                var row = _matching.RowOf(item, match, start, end);
                if (row < 0) to.AppendNull();
                else _matching.Rows.Columns[item.Column].Append(row, to);
                break;
        }
    }

    void AppendAggregate(PatternItem item, int index, int match, int start, int end, Column to)
    {
        var (first, last) = item.Variable < 0 ? (start, end) : (_matching.Attempts.FirstOf(match, item.Variable), _matching.Attempts.LastOf(match, item.Variable));
        var states = _states[index]!;
        states.Reset(0);
        for (var row = first; row >= 0; row = row == last ? -1 : _matching.Rows.Next[row]) _matching.Add(states, item.Call!, _arguments[index]!, 0, row);
        states.AppendResults([0], to);
    }

    /// <summary>The last row of a match.</summary>
    public int LastOf(int match)
    {
        for (var variable = _node.Pattern.Length - 1; ; variable--)
            if (_matching.Attempts.LastOf(match, variable) is var row and >= 0) return row;
    }

    int VariableOf(int match, int end)
    {
        var variable = _node.Pattern.Length - 1;
        while (_matching.Attempts.LastOf(match, variable) != end) variable--;
        return variable;
    }

    /// <summary>Where full batches go.</summary>
    public IOutput? Output { get; set; }

    /// <summary>Whether a batch was pushed since this was asked, and nobody has room for more.</summary>
    public bool MustWait
    {
        get
        {
            var pushed = _hasPushed;
            _hasPushed = false;
            return pushed && Output!.IsFull;
        }
    }

    /// <summary>Pushes what there is.</summary>
    public void Push()
    {
        if (_batch is not { } batch) return;
        _batch = null;
        _hasPushed = true;
        Output!.Push(batch);
    }

    public void Dispose()
    {
        _batch?.Release();
        foreach (var states in _states) states?.Dispose();
        foreach (var arguments in _arguments) arguments?.Dispose();
    }
}
