using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>Stands for the result of an OVER until it is known which column that is.</summary>
internal sealed record OverSlot(int Index, DataType Type) : Expression(Type);

/// <summary>An OVER as it was bound: everything is an expression over the rows below.</summary>
/// <param name="Function">What is computed.</param>
/// <param name="Aggregate">The aggregate and its signature, for <see cref="OverFunction.Aggregate"/>.</param>
/// <param name="Arguments">Arguments that are columns; of LAG and LEAD the value and, where one is given, the default.</param>
/// <param name="Distance">Rows to look back or ahead, or n of NTH_VALUE.</param>
/// <param name="Partition">PARTITION BY.</param>
/// <param name="Order">ORDER BY.</param>
/// <param name="Frame">The rows that it looks at.</param>
/// <param name="Type">Type of the result.</param>
/// <param name="Span">Where it stands.</param>
internal sealed record BoundOver(OverFunction Function, (AggregateFunction Function, Signature Signature, bool Distinct)? Aggregate, ImmutableArray<Expression> Arguments, long Distance,
    ImmutableArray<Expression> Partition, ImmutableArray<(Expression Expression, OrderItem Item)> Order, OverFrame Frame, DataType Type, Span Span)
{
    public bool IsRank => Function is OverFunction.RowNumber or OverFunction.Rank or OverFunction.DenseRank;

    public bool HasSameWindow(BoundOver other) => Partition.SequenceEqual(other.Partition) && Order.Length == other.Order.Length
        && Order.Zip(other.Order).All(p => p.First.Expression == p.Second.Expression && p.First.Item.IsDescending == p.Second.Item.IsDescending && p.First.Item.NullsFirst == p.Second.Item.NullsFirst);

    public bool IsSame(BoundOver other) => (Function, Aggregate, Distance, Frame, Type) == (other.Function, other.Aggregate, other.Distance, other.Frame, other.Type)
        && Arguments.SequenceEqual(other.Arguments) && HasSameWindow(other);
}

/// <summary>The OVERs of one select list.</summary>
internal sealed class OverCalls(Compilation compilation, SelectBody select)
{
    readonly List<BoundOver> _calls = [];

    public IReadOnlyList<BoundOver> Calls => _calls;

    /// <summary>Puts other expressions in the place of all that were bound: over the columns of a GROUP BY.</summary>
    public void Rewrite(Func<Expression, Span, Expression> rewrite)
    {
        for (var i = 0; i < _calls.Count; i++)
        {
            var call = _calls[i];
            _calls[i] = call with
            {
                Arguments = [.. call.Arguments.Select(a => rewrite(a, call.Span))],
                Partition = [.. call.Partition.Select(a => rewrite(a, call.Span))],
                Order = [.. call.Order.Select(o => (rewrite(o.Expression, call.Span), o.Item))],
            };
        }
    }

    /// <summary>Binds one.</summary>
    /// <param name="over">As it was written.</param>
    /// <param name="binder">Binds what stands inside, where no other OVER may stand.</param>
    public OverSlot Add(OverExpr over, ExpressionBinder binder)
    {
        var window = Resolve(over.Window, []);
        var partition = window.PartitionBy.Select(binder.Bind).Distinct().ToImmutableArray();
        var order = window.OrderBy.Select(o => (binder.Bind(o.Expression), o)).ToImmutableArray();
        var time = order.IsEmpty ? null : order[0].Item1 as ColumnReference;
        var bound = new OverFunctionBinder(compilation, binder).Bind(over, time is { Type.Kind: TypeKind.Timestamp } ? time : null) with { Partition = partition, Order = order };
        if (!bound.IsRank && bound.Function is not (OverFunction.Lag or OverFunction.Lead)) bound = bound with { Frame = FrameOf(window, order, over) };
        else if (window.Frame is { } frame && over.Window.Frame is not null) throw new SqlError(Codes.BadOver, frame.Span, $"{over.Call.Function.Text.ToUpperInvariant()} takes no frame.");
        var index = _calls.FindIndex(bound.IsSame);
        if (index < 0)
        {
            index = _calls.Count;
            _calls.Add(bound);
        }
        return new(index, bound.Type);
    }

    /// <summary>A window with what the named one that it builds on says.</summary>
    WindowSyntax Resolve(WindowSyntax window, ImmutableArray<string> open)
    {
        if (window.Base is not { } name) return window;
        var named = select.Windows.LastOrDefault(w => w.Name.Text == name.Text)
            ?? throw new SqlError(Codes.BadOver, name.Span, $"no window '{name}'.{Suggestions.OrList(name.Text, select.Windows.Select(w => w.Name.Text), "WINDOW declares")}");
        if (open.Contains(name.Text)) throw new SqlError(Codes.BadOver, name.Span, $"window '{name}' builds on itself.");
        var below = Resolve(named.Window, open.Add(name.Text));
        if (!window.PartitionBy.IsEmpty) throw new SqlError(Codes.BadOver, window.PartitionBy[0].Span, $"the PARTITION BY of window '{name}' cannot be changed. Write the whole window.");
        if (!window.OrderBy.IsEmpty && !below.OrderBy.IsEmpty) throw new SqlError(Codes.BadOver, window.OrderBy[0].Expression.Span, $"window '{name}' has an ORDER BY already. Write the whole window.");
        return new(null, below.PartitionBy, window.OrderBy.IsEmpty ? below.OrderBy : window.OrderBy, window.Frame ?? below.Frame, window.Span);
    }

    OverFrame FrameOf(WindowSyntax window, ImmutableArray<(Expression Expression, OrderItem Item)> order, OverExpr over)
    {
        if (window.Frame is not { } frame) return OverFrame.Default;
        if (frame.End is { IsUnbounded: true, IsFollowing: false }) throw new SqlError(Codes.BadOver, frame.End.Span, "a frame cannot end at UNBOUNDED PRECEDING, before its start.");
        if (frame.Start is { IsUnbounded: true, IsFollowing: true }) throw new SqlError(Codes.BadOver, frame.Start.Span, "a frame cannot start at UNBOUNDED FOLLOWING, behind its end.");
        var start = Bound(frame, frame.Start, order);
        var end = Bound(frame, frame.End, order) ?? OverFrame.Unbounded;
        if (start < end) throw new SqlError(Codes.BadOver, frame.Span, "the frame ends before it starts: the start has the greater offset.");
        return new(frame.IsRows, start, end);
    }

    /// <summary>How far before the row at hand an end lies, in rows or in the order's own unit; below zero where it lies behind it, null where it is unbounded.</summary>
    long? Bound(FrameSyntax frame, BoundSyntax bound, ImmutableArray<(Expression Expression, OrderItem Item)> order) =>
        bound.IsUnbounded ? null : bound.IsCurrentRow ? 0 : bound.IsFollowing ? -Offset(frame, bound, order) : Offset(frame, bound, order);

    long Offset(FrameSyntax frame, BoundSyntax bound, ImmutableArray<(Expression Expression, OrderItem Item)> order)
    {
        if (frame.IsRows) return Constants.Count(compilation, bound.Offset!, "the offset of ROWS");
        if (order.Length != 1) throw new SqlError(Codes.BadOver, bound.Span, "RANGE with an offset needs an ORDER BY of one column.");
        var type = order[0].Expression.Type;
        if (type.Kind == TypeKind.Timestamp)
        {
            var interval = Constants.Interval(compilation, bound.Offset!, "offset of RANGE");
            if (!interval.IsFixed || interval.ApproximateMicroseconds < 0 || interval.ApproximateMicroseconds > long.MaxValue / 4)
                throw new SqlError(Codes.BadOver, bound.Span, "the offset of RANGE is an interval of days and time, from nothing up.");
            return interval.FixedMicroseconds;
        }
        if (type.Storage is not (Storage.Int or Storage.Long)) throw new SqlError(Codes.BadOver, bound.Span, $"RANGE with an offset goes by a time, a whole number or a DECIMAL of up to 18 digits; this ORDER BY is {type}.");
        var value = Constants.Of(compilation, bound.Offset!, type, "the offset of RANGE").Value;
        var distance = value switch { int i => i, long l => l, Int128 wide when wide <= long.MaxValue => (long)wide, _ => -1L };
        return distance >= 0 ? distance : throw new SqlError(Codes.BadOver, bound.Span, "the offset of RANGE is a number from 0.");
    }
}
