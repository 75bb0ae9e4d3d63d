using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Matching;

/// <summary>Makes conditions ready to be computed for one row at a time: comparisons, + - * of numbers, AND, OR, NOT and IS NULL over values of fixed size.</summary>
/// <param name="place">The place of the variable whose condition it is.</param>
/// <param name="items">What the columns of the expression are.</param>
/// <param name="matching">What they are taken from.</param>
sealed class RowValues(int place, ImmutableArray<PatternItem> items, Matching matching)
{
    /// <summary>The condition row by row, or null where only columns can compute it.</summary>
    public RowValue<byte>? Condition(Expression condition) => Make<byte>(condition);

    RowValue<T>? Make<T>(Expression expression) where T : unmanaged, IComparable<T> => (object?)(expression switch
    {
        ColumnReference column => Item<T>(items[column.Index]),
        Literal literal => new Constant<T>(literal.Value is null ? null : Literals.Value<T>(literal)),
        Logical logical => Conditions(logical.Conditions) is { } conditions ? new AllOrAny(logical.IsAnd, conditions) : null,
        Not not => Make<byte>(not.Operand) is { } operand ? new Opposite(operand) : null,
        IsNull isNull => Missing(isNull.Operand),
        Cast { Soft: false } cast => Widened(cast.Operand, cast.Operand.Type, cast.Type),
        Call { Arguments: [var a, var b] } call when a.Type == b.Type => call.Type.Kind == TypeKind.Boolean ? Compared(call.Function.Name, a, b) : Computed(call, a, b),
        _ => null,
    }) as RowValue<T>;

    RowValue<T>? Item<T>(PatternItem item) where T : unmanaged
    {
        if (item.Kind == PatternItemKind.Aggregate) return new OfRows<T>(matching.IndexOf(item), matching);
        if (item.Kind is not (PatternItemKind.Last or PatternItemKind.First or PatternItemKind.Previous) || matching.Rows.Columns[item.Column] is not FixedSlots<T> column) return null;
        return item.IsOfRowAtHand(place) ? new AtHand<T>(column) : new OfRow<T>(column, item, matching);
    }

    RowValue<byte>[]? Conditions(ImmutableArray<Expression> conditions)
    {
        var made = conditions.Select(Make<byte>).OfType<RowValue<byte>>().ToArray();
        return made.Length == conditions.Length ? made : null;
    }

    RowValue<byte>? Missing(Expression operand) => operand.Type.Storage switch
    {
        Storage.Byte => Missing<byte>(operand),
        Storage.Int => Missing<int>(operand),
        Storage.Long => Missing<long>(operand),
        Storage.Double => Missing<double>(operand),
        Storage.Int128 => Missing<Int128>(operand),
        _ => null,
    };

    RowValue<byte>? Missing<T>(Expression operand) where T : unmanaged, IComparable<T> => Make<T>(operand) is { } value ? new Missing<T>(value) : null;

    object? Widened(Expression operand, DataType from, DataType to) => (from.Kind, to.Kind) switch
    {
        (TypeKind.Integer, TypeKind.BigInt) when Make<int>(operand) is { } value => new Widened<int, long>(value),
        (TypeKind.Integer, TypeKind.Double) when Make<int>(operand) is { } value => new Widened<int, double>(value),
        (TypeKind.BigInt, TypeKind.Double) when Make<long>(operand) is { } value => new Widened<long, double>(value),
        _ => null,
    };

    object? Computed(Call call, Expression a, Expression b) => a.Type != call.Type ? null : (call.Function.Name, call.Type.Kind) switch
    {
        ("+", TypeKind.Integer) => Computed<int, AddInt>(a, b),
        ("-", TypeKind.Integer) => Computed<int, SubtractInt>(a, b),
        ("*", TypeKind.Integer) => Computed<int, MultiplyInt>(a, b),
        ("+", TypeKind.BigInt) => Computed<long, AddLong>(a, b),
        ("-", TypeKind.BigInt) => Computed<long, SubtractLong>(a, b),
        ("*", TypeKind.BigInt) => Computed<long, MultiplyLong>(a, b),
        ("+", TypeKind.Double) => Computed<double, AddDouble>(a, b),
        ("-", TypeKind.Double) => Computed<double, SubtractDouble>(a, b),
        ("*", TypeKind.Double) => Computed<double, MultiplyDouble>(a, b),
        _ => null,
    };

    RowValue<T>? Computed<T, TOperation>(Expression a, Expression b)
        where T : unmanaged, IComparable<T>
        where TOperation : IArithmetic<T> =>
        Make<T>(a) is { } left && Make<T>(b) is { } right ? new Computed<T, TOperation>(left, right) : null;

    RowValue<byte>? Compared(string name, Expression a, Expression b) => name switch
    {
        "=" => Compared<EqualTo>(a, b, flips: false),
        "<>" => Compared<EqualTo>(a, b, flips: true),
        "<" => Compared<LessThan>(a, b, flips: false),
        ">=" => Compared<LessThan>(a, b, flips: true),
        ">" => Compared<LessThan>(b, a, flips: false),
        "<=" => Compared<LessThan>(b, a, flips: true),
        _ => null,
    };

    RowValue<byte>? Compared<TComparison>(Expression a, Expression b, bool flips) where TComparison : IComparison => a.Type.Storage switch
    {
        Storage.Byte => Compared<byte, TComparison>(a, b, flips),
        Storage.Int => Compared<int, TComparison>(a, b, flips),
        Storage.Long => Compared<long, TComparison>(a, b, flips),
        Storage.Double => Compared<double, TComparison>(a, b, flips),
        Storage.Int128 => Compared<Int128, TComparison>(a, b, flips),
        _ => null,
    };

    RowValue<byte>? Compared<T, TComparison>(Expression a, Expression b, bool flips)
        where T : unmanaged, IComparable<T>
        where TComparison : IComparison =>
        Make<T>(a) is { } left && Make<T>(b) is { } right ? new Compared<T, TComparison>(left, right, flips) : null;
}
