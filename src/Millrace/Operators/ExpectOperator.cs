using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Operators;

/// <summary>Checks expectations. Every constraint is evaluated on every row; the first violated one that is not WARN acts on the row.</summary>
/// <remarks>NULL is not violated. Rows in which a predicate fails are reported and left out; with bad_data = 'null' the predicate is NULL there.</remarks>
sealed class ExpectOperator(Expect node, OperatorContext context) : IOperator
{
    readonly Evaluator[] _predicates = [.. node.Constraints.Select(c => Evaluator.Compile(c.Predicate, context.Memory))];
    readonly RowErrors _errors = new(context.Memory.BatchRows);
    readonly RowErrors _own = new(context.Memory.BatchRows);
    readonly (int Violated, ulong[] Acted)[] _found = [.. node.Constraints.Select(_ => (0, new ulong[Bits.Words(context.Memory.BatchRows)]))];
    readonly ulong[] _violated = new ulong[Bits.Words(context.Memory.BatchRows)];
    readonly ulong[] _gone = new ulong[Bits.Words(context.Memory.BatchRows)];
    readonly int[] _rows = new int[context.Memory.BatchRows];

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        var words = Bits.Words(batch.RowCount);
        _gone.AsSpan(0, words).Clear();
        _errors.Clear();
        for (var i = 0; i < _predicates.Length; i++) Check(i, batch, words);
        ReportEnd(batch);
        for (var i = 0; i < _predicates.Length; i++) Report(node.Constraints[i], _found[i].Violated, _found[i].Acted, batch);
        if (_errors.Any)
        {
            context.Reports.Failed(batch, _errors);
            if (context.Reports.BadData != BadData.Null)
                for (var w = 0; w < words; w++) _gone[w] |= _errors.Rows[w];
        }
        if (!Bits.Any(_gone, batch.RowCount))
        {
            output.Push(batch.Retain());
            return;
        }
        for (var w = 0; w < words; w++) _gone[w] = ~_gone[w];
        var count = Bits.Indexes(_gone, batch.RowCount, _rows);
        if (count > 0) output.Push(batch.Gather(_rows.AsSpan(0, count)));
    }

    /// <summary>Which rows violate a constraint, and on which of them it acts.</summary>
    void Check(int index, Batch batch, int words)
    {
        _own.Clear();
        var truth = (Column<byte>)_predicates[index].Evaluate(batch, _own);
        var violated = Violations(truth, batch.RowCount);
        truth.Release();
        if (_own.Any)
        {
            _errors.TakeFrom(_own);
            for (var w = 0; w < words; w++) _violated[w] &= ~_own.Rows[w];
            violated = Bits.Count(_violated, batch.RowCount);
        }
        _found[index].Violated = violated;
        if (violated == 0 || node.Constraints[index].Action == ViolationAction.Warn) return;
        var acted = _found[index].Acted;
        for (var w = 0; w < words; w++)
        {
            acted[w] = _violated[w] & ~_gone[w];
            _gone[w] |= acted[w];
        }
    }

    /// <summary>The first row that ends the pipeline is told before anything is told of the batch: the rows before it may come again, by themselves.</summary>
    void ReportEnd(Batch batch)
    {
        var (first, by) = (batch.RowCount, -1);
        for (var i = 0; i < _found.Length; i++)
            if (node.Constraints[i].Action == ViolationAction.Fail && _found[i].Violated > 0 && Bits.First(_found[i].Acted, batch.RowCount) is var row && row < first) (first, by) = (row, i);
        if (_errors.Any && context.Reports.BadData == BadData.Fail && Bits.First(_errors.Rows, batch.RowCount) <= first) context.Reports.Failed(batch, _errors);
        if (by >= 0) context.Reports.SetAside(batch, [first], node.Constraints[by], node.On);
    }

    void Report(Constraint constraint, int violated, ulong[] acts, Batch batch)
    {
        var acted = violated > 0 && constraint.Action != ViolationAction.Warn ? Bits.Indexes(acts, batch.RowCount, _rows) : 0;
        context.Reports.Checked(constraint, node.On, batch.RowCount, violated, acted);
        if (acted > 0 && constraint.Action == ViolationAction.Quarantine) context.Reports.SetAside(batch, _rows.AsSpan(0, acted), constraint, node.On);
    }

    /// <summary>Marks the rows whose predicate is false and counts them; the usual batch without any is found at vector speed.</summary>
    int Violations(Column<byte> truth, int rows)
    {
        var words = Bits.Words(rows);
        var violated = _violated.AsSpan(0, words);
        violated.Clear();
        var values = truth.Values;
        var count = 0;
        for (var row = values.IndexOf((byte)0); row >= 0 && row < rows;)
        {
            if (!truth.IsNull(row))
            {
                Bits.Set(violated, row);
                count++;
            }
            var next = values[(row + 1)..].IndexOf((byte)0);
            row = next < 0 ? rows : row + 1 + next;
        }
        return count;
    }

    public void Dispose()
    {
        foreach (var predicate in _predicates) predicate.Dispose();
    }
}
