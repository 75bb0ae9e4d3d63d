using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>The condition of a join, taken apart: keys that are equal, bounds of times, and the rest.</summary>
sealed class JoinCondition
{
    readonly PlanNode _left, _right;
    readonly List<(Expression Left, Expression Right, bool IsNullSafe)> _keys = [];
    readonly List<TimeBound> _bounds = [];
    readonly List<Expression> _rest = [];

    /// <param name="left">The left side.</param>
    /// <param name="right">The right side.</param>
    /// <param name="condition">Over the left columns and then the right ones; null = always true.</param>
    public JoinCondition(PlanNode left, PlanNode right, Expression? condition)
    {
        (_left, _right) = (left, right);
        if (condition is not null) Take(condition);
        foreach (var (l, r, isNullSafe) in _keys)
        {
            if (isNullSafe || l is not ColumnReference a || r is not ColumnReference b || a.Type.Kind != TypeKind.Timestamp) continue;
            _bounds.Add(new(true, a.Index, b.Index, 0, IsImplied: true));
            _bounds.Add(new(false, a.Index, b.Index, 0, IsImplied: true));
        }
        foreach (var bound in _bounds.ToList()) AddSiblings(bound);
    }

    /// <summary>Pairs of expressions, each over the columns of its own side.</summary>
    public IReadOnlyList<(Expression Left, Expression Right, bool IsNullSafe)> Keys => _keys;

    /// <summary>Bounds of times.</summary>
    public List<TimeBound> Bounds => _bounds;

    /// <summary>What is neither, over both sides; null = nothing.</summary>
    public Expression? Residual => _rest.Count switch { 0 => null, 1 => _rest[0], _ => new Logical(true, [.. _rest]) };

    /// <summary>The conditions that an AND consists of.</summary>
    public static IEnumerable<Expression> Parts(Expression condition) => condition is Logical { IsAnd: true } all ? all.Conditions.SelectMany(Parts) : [condition];

    /// <summary>Whether an expression reads columns from a place on, columns before it, or both.</summary>
    public static (bool Before, bool After) Sides(Expression expression, int from)
    {
        if (expression is ColumnReference column) return column.Index < from ? (true, false) : (false, true);
        var sides = (Before: false, After: false);
        foreach (var part in expression.Parts())
        {
            var (before, after) = Sides(part, from);
            sides = (sides.Before | before, sides.After | after);
        }
        return sides;
    }

    /// <summary>The expression over columns that stand elsewhere.</summary>
    public static Expression Moved(Expression expression, Func<int, int> to) =>
        expression is ColumnReference column ? column with { Index = to(column.Index) } : expression.WithParts(p => Moved(p, to));

    void Take(Expression condition)
    {
        foreach (var part in Parts(condition))
            if (!TryKey(part) && !TryBound(part)) _rest.Add(part);
    }

    int Width => _left.Schema.Count;

    bool TryKey(Expression condition)
    {
        var (a, b, isNullSafe) = condition switch
        {
            Call { Function.Name: "=" } call => (call.Arguments[0], call.Arguments[1], false),
            NotDistinct same => (same.Left, same.Right, true),
            _ => (null, null, false),
        };
        if (a is null || b is null || a.Type != b.Type) return false;
        var (ofA, ofB) = (Sides(a, Width), Sides(b, Width));
        if (ofA == (false, true) && ofB == (true, false)) (a, b) = (b, a);
        else if (ofA != (true, false) || ofB != (false, true)) return false;
        if (!a.IsDeterministic() || !b.IsDeterministic()) return false;
        _keys.Add((a, Moved(b, i => i - Width), isNullSafe));
        return true;
    }

    /// <summary>a &lt;= b and the like, where each side is a time column with an interval added or the difference of two is compared with an interval.</summary>
    bool TryBound(Expression condition)
    {
        if (condition is not Call { Function.Name: "<=" or "<" or ">=" or ">" } call) return false;
        var (earlier, later) = call.Function.Name[0] == '<' ? (call.Arguments[0], call.Arguments[1]) : (call.Arguments[1], call.Arguments[0]);
        var strict = call.Function.Name.Length == 1 ? 1L : 0;
        // a - b <= k says a <= b + k; k <= a - b says b + k <= a.
        if (Difference(earlier) is var (x, y) && Fixed(later) is { } most) (earlier, later, strict) = (x, y, strict - most);
        else if (Difference(later) is var (p, q) && Fixed(earlier) is { } least) (earlier, later, strict) = (q, p, strict + least);
        if (Time(earlier) is not var (first, firstShift) || Time(later) is not var (second, secondShift)) return false;
        if (first < Width == second < Width) return false;
        var offset = (Int128)secondShift - firstShift - strict;
        if (offset != (long)offset) return false;
        _bounds.Add(first < Width ? new(true, first, second - Width, (long)offset, false) : new(false, second, first - Width, (long)offset, false));
        return true;
    }

    /// <summary>A time column and what is added to it.</summary>
    static (int Column, long Shift)? Time(Expression expression)
    {
        if (expression is ColumnReference { Type.Kind: TypeKind.Timestamp } column) return (column.Index, 0);
        if (expression is not Call { Function.Name: "+" or "-", Arguments: [var a, var b] } sum) return null;
        if (sum.Function.Name == "+" && a.Type.Kind == TypeKind.Interval) (a, b) = (b, a);
        if (Time(a) is not var (at, shift) || Fixed(b) is not { } by) return null;
        var total = sum.Function.Name == "+" ? (Int128)shift + by : (Int128)shift - by;
        return total == (long)total ? (at, (long)total) : null;
    }

    static (Expression, Expression)? Difference(Expression expression) =>
        expression is Call { Function.Name: "-", Type.Kind: TypeKind.Interval, Arguments: [{ Type.Kind: TypeKind.Timestamp } a, { Type.Kind: TypeKind.Timestamp } b] } ? (a, b) : null;

    /// <summary>The length of a constant interval without months; within a thousand years, so that sums fit.</summary>
    static long? Fixed(Expression expression) =>
        ConstantFolding.Fold(expression) is Literal { Value: Interval { IsFixed: true } interval } && Int128.Abs(interval.ApproximateMicroseconds) < 366_000 * (Int128)Interval.MicrosecondsPerDay
            ? interval.FixedMicroseconds : null;

    /// <summary>A bound over one column of a window is one over the others too.</summary>
    void AddSiblings(TimeBound bound)
    {
        foreach (var (left, leftShift) in WindowColumns.Siblings(_left, bound.Left))
            foreach (var (right, rightShift) in WindowColumns.Siblings(_right, bound.Right))
            {
                // left' = left + leftShift and right' = right + rightShift
                var offset = bound.OffsetMicroseconds + (bound.IsLeftEarlier ? leftShift - rightShift : rightShift - leftShift);
                if (_bounds.Any(b => b.IsLeftEarlier == bound.IsLeftEarlier && b.Left == left && b.Right == right && b.OffsetMicroseconds <= offset)) continue;
                _bounds.Add(new(bound.IsLeftEarlier, left, right, offset, IsImplied: true));
            }
    }

    /// <summary>Whether another pair of columns is equal wherever a pair is: both are columns of windows of the same fixed size.</summary>
    public bool Implies((int Left, int Right) known, (int Left, int Right) other)
    {
        foreach (var (left, leftShift) in WindowColumns.Siblings(_left, known.Left))
            foreach (var (right, rightShift) in WindowColumns.Siblings(_right, known.Right))
                if (left == other.Left && right == other.Right && leftShift == rightShift) return true;
        return false;
    }
}
