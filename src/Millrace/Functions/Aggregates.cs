using Millrace.Functions.Aggregate;
using Millrace.Sketches.Frequency;

namespace Millrace.Functions;

/// <summary>The built-in aggregates: one line each.</summary>
public static class Aggregates
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<AggregateFunction> All { get; } =
    [
        new Count(), new Sum(), new Average(), new Min(), new Max(),
        new VarianceSample(), new VariancePopulation(), new DeviationSample(), new DeviationPopulation(),
        new Skewness(), new Kurtosis(), new KurtosisPopulation(), new GeometricMean(),
        .. Regression.All,
        new Median(), new PercentileContinuous(), new PercentileDiscrete(), new Mode(), new Histogram(),
        new FirstValue(), new LastValue(), new ArgMin(), new ArgMax(), new AnyValue(),
        new StringAggregate(), new JsonAggregate(),
        new BoolAnd(), new BoolOr(), new CountIf(), new BitAnd(), new BitOr(), new BitXor(),
        new Ewma(), new Rate(),
        // Sketches: answers within bounds from little memory
        new ApproximateCountDistinct(), new ApproximatePercentile(), new ApproximateTopK(), new RowSample(),
        new HllAggregate(), new HllMerge(), new ThetaAggregate(), new ThetaMerge(), new BloomAggregate(), new BloomMerge(), new FrequentAggregate(), new FrequentMerge<FrequentStrings, string>("text"),
        new KllAggregate(), new KllMerge(), new ReqAggregate(), new ReqMerge(), new DigestAggregate(), new DigestMerge(),
    ];
}
