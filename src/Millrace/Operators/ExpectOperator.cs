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
    readonly ulong[] _violated = new ulong[Bits.Words(context.Memory.BatchRows)];
    readonly ulong[] _gone = new ulong[Bits.Words(context.Memory.BatchRows)];
    readonly int[] _rows = new int[context.Memory.BatchRows];

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        var words = Bits.Words(batch.RowCount);
        _gone.AsSpan(0, words).Clear();
        _errors.Clear();
        for (var i = 0; i < _predicates.Length; i++) Check(node.Constraints[i], _predicates[i], batch, words);
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

    void Check(Constraint constraint, Evaluator predicate, Batch batch, int words)
    {
        _own.Clear();
        var truth = (Column<byte>)predicate.Evaluate(batch, _own);
        var violated = Violations(truth, batch.RowCount);
        truth.Release();
        var acted = 0;
        if (_own.Any)
        {
            _errors.TakeFrom(_own);
            for (var w = 0; w < words; w++) _violated[w] &= ~_own.Rows[w];
            violated = Bits.Count(_violated, batch.RowCount);
        }
        if (violated > 0 && constraint.Action != ViolationAction.Warn)
        {
            for (var w = 0; w < words; w++)
            {
                var now = _violated[w] & ~_gone[w];
                _gone[w] |= now;
                _violated[w] = now;
            }
            acted = Bits.Indexes(_violated, batch.RowCount, _rows);
        }
        context.Reports.Checked(constraint, node.On, batch.RowCount, violated, acted);
        if (acted > 0 && constraint.Action is ViolationAction.Quarantine or ViolationAction.Fail)
            context.Reports.SetAside(batch, _rows.AsSpan(0, acted), constraint, node.On);
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
