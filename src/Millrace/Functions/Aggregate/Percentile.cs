using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Functions.Aggregate;

/// <summary>PERCENTILE_CONT(p) WITHIN GROUP (ORDER BY x).</summary>
internal sealed class PercentileContinuous() : OverRows("percentile_cont", "percentile_cont(p) WITHIN GROUP (ORDER BY x [DESC])",
    "The value below which a part p (from 0 to 1) of the values lies, between two values in proportion: DOUBLE, of times a TIMESTAMP; NULL for an empty group. Exact: keeps every different value.",
    [("SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (2), (3), (10)) AS t(x)", "1.75")])
{
    double _part = double.NaN;
    bool _isDescending;

    public override IReadOnlyList<int> ConstantArguments => [0];
    public override AggregateOrder Order => AggregateOrder.Within;

    public override AggregateFunction With(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending, bool distinct) =>
        new PercentileContinuous { _part = Percentile.PartOf(constants, descending), _isDescending = descending[0] };

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) => double.IsNaN(_part) ? null : Percentile.Resolve(arguments);

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) =>
        Multiset.States(signature.Parameters[0], new Interpolated(_isDescending ? 1 - _part : _part), distinct, memory);
}

/// <summary>MEDIAN(x).</summary>
internal sealed class Median() : OverRows("median", "median([DISTINCT] x)", "The middle value, or the mean of the two in the middle: percentile_cont(0.5). DOUBLE, of times a TIMESTAMP; NULL for an empty group.",
    [("SELECT median(x) FROM (VALUES (1), (2), (10), (NULL)) AS t(x)", "2"), ("SELECT median(x) FROM (VALUES (1), (2)) AS t(x)", "1.5")])
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) => Percentile.Resolve(arguments);

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) =>
        Multiset.States(signature.Parameters[0], new Interpolated(0.5), distinct, memory);
}

/// <summary>PERCENTILE_DISC(p) WITHIN GROUP (ORDER BY x).</summary>
internal sealed class PercentileDiscrete() : OverRows("percentile_disc", "percentile_disc(p) WITHIN GROUP (ORDER BY x [DESC])",
    "The first value in order at which a part p (from 0 to 1) of the values is reached, of any type; NULL for an empty group. Exact: keeps every different value.",
    [("SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY x) FROM (VALUES ('a'), ('b'), ('c'), ('d')) AS t(x)", "b"),
        ("SELECT percentile_disc(0.25) WITHIN GROUP (ORDER BY x DESC) FROM (VALUES (1), (2), (3), (4)) AS t(x)", "4")])
{
    double _part = double.NaN;
    bool _isDescending;

    public override IReadOnlyList<int> ConstantArguments => [0];
    public override AggregateOrder Order => AggregateOrder.Within;

    public override AggregateFunction With(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending, bool distinct) =>
        new PercentileDiscrete { _part = Percentile.PartOf(constants, descending), _isDescending = descending[0] };

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) => !double.IsNaN(_part) && arguments is [var x] ? Form(Known(x), Known(x)) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) =>
        Multiset.States(signature.Parameters[0], new Discrete(_part, _isDescending), distinct, memory);

    sealed class Discrete(double part, bool isDescending) : IOverValues
    {
        public void Append<TKey, TKeys>(in TKeys keys, ReadOnlySpan<TKey> values, ReadOnlySpan<long> counts, Column results) where TKey : unmanaged where TKeys : struct, IKeys<TKey>
        {
            var all = Percentile.Sum(counts);
            var place = Math.Clamp((long)Math.Ceiling(part * all) - 1, 0, all - 1);
            keys.Append(values[Percentile.IndexOf(counts, isDescending ? all - 1 - place : place)], results);
        }
    }
}

/// <summary>A value between two values, in proportion.</summary>
sealed class Interpolated(double part) : IOverValues
{
    public void Append<TKey, TKeys>(in TKeys keys, ReadOnlySpan<TKey> values, ReadOnlySpan<long> counts, Column results) where TKey : unmanaged where TKeys : struct, IKeys<TKey>
    {
        var place = part * (Percentile.Sum(counts) - 1);
        var below = (long)Math.Floor(place);
        var (low, high) = (values[Percentile.IndexOf(counts, below)], values[Percentile.IndexOf(counts, (long)Math.Ceiling(place))]);
        var between = place - below;
        if (results is Column<double> numbers)
        {
            var (a, b) = ((double)(object)low, (double)(object)high);
            // Not a + (b - a) * between: the distance of two numbers may be infinite.
            numbers.Append(a == b || between == 0 ? a : a * (1 - between) + b * between);
        }
        else
        {
            var (a, b) = ((long)(object)low, (long)(object)high);
            var isAtEnd = a == b || Calendar.IsInfinite(a) || Calendar.IsInfinite(b);
            ((Column<long>)results).Append(isAtEnd ? between < 0.5 ? a : b : a + (long)Math.Round(between * ((double)b - a)));
        }
    }
}

/// <summary>What percentiles share.</summary>
static class Percentile
{
    public static double PartOf(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending)
    {
        var value = constants is [var one] ? (ConstantFolding.Fold(new Cast(one, DataType.Double, false)) as Literal)?.Value as double? : null;
        if (value is not (>= 0 and <= 1)) throw new ArgumentException("the part is a number from 0 to 1");
        if (descending.Count != 1) throw new ArgumentException("WITHIN GROUP takes one expression");
        return value.Value;
    }

    public static Signature? Resolve(ReadOnlySpan<DataType> arguments) => arguments is not [var x] ? null
        : x.IsNumeric || x.Kind == TypeKind.Null ? new([DataType.Double], DataType.Double)
        : x.Kind == TypeKind.Timestamp ? new([x], x) : null;

    public static long Sum(ReadOnlySpan<long> counts)
    {
        var sum = 0L;
        foreach (var count in counts) sum += count;
        return sum;
    }

    /// <summary>Which value stands at a place, counted from 0 over all copies.</summary>
    public static int IndexOf(ReadOnlySpan<long> counts, long place)
    {
        var index = 0;
        for (; place >= counts[index]; index++) place -= counts[index];
        return index;
    }
}
