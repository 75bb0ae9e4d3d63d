using Millrace.Functions.Aggregate;

namespace Millrace.Functions;

/// <summary>The built-in aggregates: one line each.</summary>
public static class Aggregates
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<AggregateFunction> All { get; } =
    [
        new Count(), new Sum(), new Average(), new Min(), new Max(),
        new VarianceSample(), new VariancePopulation(), new DeviationSample(), new DeviationPopulation(),
        new FirstValue(), new LastValue(),
        new BoolAnd(), new BoolOr(),
    ];
}
