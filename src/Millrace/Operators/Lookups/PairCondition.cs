using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Operators.Lookups;

/// <summary>What must be true of joined rows besides their keys.</summary>
sealed class PairCondition(Expression condition, OperatorContext context) : IDisposable
{
    readonly Evaluator _condition = Evaluator.Compile(condition, context.Memory);
    readonly RowErrors _errors = new(context.Memory.BatchRows);
    readonly int[] _rows = new int[context.Memory.BatchRows];

    /// <summary>The joined rows for which it is true; rows in which it fails are reported and are not among them.</summary>
    /// <param name="joined">The rows; the caller's reference is taken over.</param>
    /// <param name="passing">Their places, valid until the next call.</param>
    /// <returns>A batch of them, or null where there are none.</returns>
    public Batch? Filter(Batch joined, out ReadOnlySpan<int> passing)
    {
        try
        {
            _errors.Clear();
            var count = _condition.Select(joined, _rows, _errors);
            passing = _rows.AsSpan(0, count);
            if (_errors.Any) context.Reports.Failed(joined, _errors);
            return count == 0 ? null : count == joined.RowCount ? joined.Retain() : joined.Gather(passing);
        }
        finally
        {
            joined.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _condition.Dispose();
}
