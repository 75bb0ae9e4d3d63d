using Millrace.Sketches;
using Millrace.Sketches.Cpc;
using Millrace.Sketches.Hll;
using Millrace.Sketches.Theta;
using Millrace.Sketches.Tuple;

namespace Millrace.Tests.Sketches.Errors;

/// <summary>
/// Many streams of different items, each counted: the root mean square of the relative errors is that of the theory, and the bounds at 1, 2 and 3 deviations
/// hold as often as they promise. Both up to what chance does to so few streams, at three standard deviations.
/// </summary>
public sealed class DistinctErrorTests(ITestOutputHelper output)
{
    delegate void Feed<in TSketch>(TSketch sketch, ReadOnlySpan<ulong> items);

    public static TheoryData<int> Sizes => [1_000, 30_000, 300_000];

    [Theory, MemberData(nameof(Sizes))]
    public void Hll_by_items(int n) => Measure("HLL lgK 12", n, 0.8326 / 64, static () => new HllSketch(), static (s, items) => s.Update(items), isMerged: false);

    [Theory, MemberData(nameof(Sizes))]
    public void Hll_4_by_items(int n) => Measure("HLL_4 lgK 10", n, 0.8326 / 32, static () => new HllSketch(10, HllType.Hll4), static (s, items) => s.Update(items), isMerged: false);

    [Theory, MemberData(nameof(Sizes))]
    public void Hll_merged(int n) => Measure("HLL lgK 12 merged", n, 1.039 / 64, static () => new HllSketch(), static (s, items) => s.Update(items), isMerged: true);

    [Theory, MemberData(nameof(Sizes))]
    public void Cpc_by_items(int n) => Measure("CPC lgK 11", n, 0.589 / Math.Sqrt(2048), static () => new CpcSketch(), static (s, items) => s.Update(items), isMerged: false);

    [Theory, MemberData(nameof(Sizes))]
    public void Cpc_merged(int n) => Measure("CPC lgK 11 merged", n, 0.693 / Math.Sqrt(2048), static () => new CpcSketch(), static (s, items) => s.Update(items), isMerged: true);

    [Theory, MemberData(nameof(Sizes))]
    public void Theta_by_items(int n) => Measure("Theta lgK 12", n, 1.0 / 64, static () => new ThetaSketch(), static (s, items) => s.Update(items), isMerged: false);

    [Theory, MemberData(nameof(Sizes))]
    public void Theta_merged(int n) => Measure("Theta lgK 12 merged", n, 1.0 / 64, static () => new ThetaSketch(), static (s, items) => s.Update(items), isMerged: true);

    [Theory, MemberData(nameof(Sizes))]
    public void Tuple_by_items(int n) => Measure("Tuple lgK 12", n, 1.0 / 64, static () => new TupleSketch(), static (s, items) =>
    {
        foreach (var item in items) s.Update((long)item, 1);
    }, isMerged: false);

    void Measure<TSketch>(string name, int n, double theory, Func<TSketch> create, Feed<TSketch> feed, bool isMerged) where TSketch : ISketch<TSketch>, IDistinctSketch
    {
        var seeds = ErrorSeeds.Count;
        var squares = 0.0;
        var sum = 0.0;
        Span<int> held = stackalloc int[3];
        held.Clear();
        var items = new ulong[n];
        for (var seed = 0; seed < seeds; seed++)
        {
            for (var i = 0; i < n; i++) items[i] = Inputs.SplitMix((long)seed * 1_000_003 * 1000 + i);
            var sketch = create();
            if (isMerged)
            {
                // Two parts that overlap by a fifth.
                var other = create();
                feed(sketch, items.AsSpan(0, n * 3 / 5));
                feed(other, items.AsSpan(n * 2 / 5));
                sketch.Merge(other);
            }
            else
            {
                feed(sketch, items);
            }
            var error = sketch.Estimate / n - 1;
            squares += error * error;
            sum += error;
            for (var deviations = 1; deviations <= 3; deviations++)
            {
                var bounds = sketch.Bounds(deviations);
                Assert.True(bounds.Lower <= bounds.Value && bounds.Value <= bounds.Upper, $"{name}, {n} items, seed {seed}: {bounds}");
                if (bounds.Lower <= n && n <= bounds.Upper) held[deviations - 1]++;
            }
        }
        var rse = Math.Sqrt(squares / seeds);
        output.WriteLine($"{name}, {n} items, {seeds} streams: RSE {rse:P2} (theory {theory:P2}), bias {sum / seeds:P2}, bounds held {held[0] / (double)seeds:P1} {held[1] / (double)seeds:P1} {held[2] / (double)seeds:P1}");
        // The root of a mean of squares of n normal errors has a relative deviation of 1/√(2n); small counts are more exact than the theory says.
        Assert.True(rse <= theory * (1 + 3 / Math.Sqrt(2.0 * seeds)), $"{name}, {n} items: RSE {rse:P3} over {seeds} streams, theory {theory:P3}");
        Assert.True(Math.Abs(sum / seeds) <= 3 * theory / Math.Sqrt(seeds), $"{name}, {n} items: bias {sum / seeds:P3} over {seeds} streams");
        Span<double> promised = [0.6827, 0.9545, 0.9973];
        for (var i = 0; i < 3; i++)
        {
            var least = promised[i] - 3 * Math.Sqrt(promised[i] * (1 - promised[i]) / seeds);
            Assert.True(held[i] / (double)seeds >= least, $"{name}, {n} items: bounds at {i + 1} deviations held in {held[i]} of {seeds} streams, {least:P1} is the least");
        }
    }
}
