using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Sketches.Quantiles;

namespace Millrace.Functions.Aggregate;

/// <summary>APPROX_PERCENTILE(p [, accuracy]) WITHIN GROUP (ORDER BY x [DESC]).</summary>
internal sealed class ApproximatePercentile() : SketchFunction("approx_percentile", "approx_percentile(p [, accuracy]) WITHIN GROUP (ORDER BY x [DESC])",
    "About the value below which a part p (from 0 to 1) of the values lies: DOUBLE, of times a TIMESTAMP; NULL for an empty group. As percentile_cont up to accuracy different values (16 to 65,536; 1,024 unless given); beyond, values that begin with the same bits stand together in at most so many buckets, within which the answer is interpolated. The same answer for any order and any number of lanes; NaN is left out.",
    ("SELECT approx_percentile(0.5) WITHIN GROUP (ORDER BY x) FROM (VALUES (1), (2), (10), (NULL)) AS t(x)", "2"),
    ("SELECT approx_percentile(0.25, 2048) WITHIN GROUP (ORDER BY x DESC) FROM (VALUES (1), (2), (3), (10)) AS t(x)", "4.75"))
{
    double _part = double.NaN;
    int _buckets = PrefixHistogram<double>.DefaultBuckets;

    public override IReadOnlyList<int> ConstantArguments => [0, 1];
    public override AggregateOrder Order => AggregateOrder.Within;

    protected override SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending)
    {
        var part = Percentile.PartOf([.. constants.Take(1)], descending);
        return new ApproximatePercentile
        {
            _part = descending[0] ? 1 - part : part,
            _buckets = constants.Count < 2 ? _buckets : SketchConstants.Whole(constants[1], "accuracy", PrefixHistogram<double>.LeastBuckets, PrefixHistogram<double>.MostBuckets),
        };
    }

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) => distinct || double.IsNaN(_part) ? null : Percentile.Resolve(arguments);

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) =>
        signature.Result.Kind == TypeKind.Double ? States<double>(memory) : States<long>(memory);

    SketchStates<PrefixHistogram<T>, HistogramItems<T>> States<T>(MemoryOwner memory) where T : unmanaged
    {
        var part = _part;
        return new(new HistogramForm<T>(_buckets), default, (sketch, results) =>
        {
            if (sketch is null || sketch.IsEmpty) results.AppendNull();
            else ((Column<T>)results).Append(sketch.Quantile(part));
        }, memory);
    }
}

/// <summary>Histograms of one number of buckets.</summary>
sealed class HistogramForm<T>(int buckets) : SketchForm<PrefixHistogram<T>> where T : unmanaged
{
    public override PrefixHistogram<T> Create() => new(buckets);
}

/// <summary>Numbers or times, each with its weight.</summary>
struct HistogramItems<T> : ISketchItems<PrefixHistogram<T>> where T : unmanaged
{
    Column<T>? _column;

    public void Begin(ReadOnlySpan<Column> arguments) => _column = (Column<T>)arguments[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Give(ref PrefixHistogram<T> sketch, int row, int weight) => sketch.Update(_column![row], weight);
}
