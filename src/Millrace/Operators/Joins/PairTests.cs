using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Operators.Joins;

/// <summary>What must be true of a pair besides equal keys: bounds of times, compared as they lie, and any other condition, evaluated over the columns it reads.</summary>
sealed class PairTests : IDisposable
{
    readonly Join _node;
    readonly OperatorContext _context;
    readonly JoinSide[] _sides;
    readonly JoinedRows _joined;
    readonly TimeBound[] _bounds;
    readonly Evaluator? _residual;
    readonly bool[] _read;
    readonly RowErrors _errors;
    readonly int[] _passed;

    public PairTests(Join node, OperatorContext context, JoinSide[] sides, JoinedRows joined)
    {
        (_node, _context, _sides, _joined) = (node, context, sides, joined);
        _bounds = [.. node.Bounds.Where(b => !b.IsImplied)];
        _read = new bool[node.Left.Schema.Count + node.Right.Schema.Count];
        _errors = new(context.Memory.BatchRows);
        _passed = new int[context.Memory.BatchRows];
        if (node.Residual is null) return;
        _residual = Evaluator.Compile(node.Residual, context.Memory);
        ColumnUse.Mark(node.Residual, _read);
    }

    /// <summary>Whether there is anything to test.</summary>
    public bool Any => _bounds.Length > 0 || _residual is not null;

    /// <summary>Leaves the pairs that pass, in their order.</summary>
    /// <param name="batch">The rows that came.</param>
    /// <param name="input">Their side.</param>
    /// <param name="rows">A row for each pair.</param>
    /// <param name="slots">A remembered row of the other side for each pair.</param>
    /// <returns>How many.</returns>
    public int Keep(Batch batch, int input, Span<int> rows, Span<int> slots)
    {
        var count = rows.Length;
        foreach (var bound in _bounds)
        {
            var times = ((Column<long>)batch[input == 0 ? bound.Left : bound.Right]).Slots;
            var others = _sides[1 - input].Times(input == 0 ? bound.Right : bound.Left);
            count = Keep(times, others, bound.IsLeftEarlier == (input == 0), bound.OffsetMicroseconds, rows[..count], slots);
        }
        if (_residual is null || count == 0) return count;
        var candidates = _joined.Candidates(_read, batch, input, rows[..count], slots[..count]);
        try
        {
            _errors.Clear();
            var passed = _residual.Select(candidates, _passed, _errors);
            if (_errors.Any) _context.Reports.Failed(candidates, _errors);
            if (passed == count) return count;
            for (var i = 0; i < passed; i++) (rows[i], slots[i]) = (rows[_passed[i]], slots[_passed[i]]);
            return passed;
        }
        finally
        {
            candidates.Release();
        }
    }

    static int Keep(ReadOnlySpan<long> own, ReadOnlySpan<long> others, bool isOwnEarlier, long offset, Span<int> rows, Span<int> slots)
    {
        var kept = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            var (row, slot) = (rows[i], slots[i]);
            var (earlier, later) = isOwnEarlier ? (own[row], others[slot]) : (others[slot], own[row]);
            (rows[kept], slots[kept]) = (row, slot);
            kept += earlier <= TimeBound.Sum(later, offset) ? 1 : 0;
        }
        return kept;
    }

    public void Dispose() => _residual?.Dispose();
}
