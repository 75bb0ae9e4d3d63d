using Millrace.Sketches;
using Millrace.Sketches.Cpc;
using Millrace.Sketches.Hll;
using Millrace.Sketches.Moments;
using Millrace.Sketches.OverTime;
using Millrace.Sketches.Quantiles;
using Millrace.Sketches.Theta;
using Millrace.Sketches.Tuple;

namespace Millrace.Tests.Sketches.Errors;

/// <summary>Sketches over sliding windows of many streams against exact answers over the window's items: their errors are those of merged sketches. And sliding counts.</summary>
public sealed class OverTimeErrorTests(ITestOutputHelper output)
{
    const int Items = 12_000, Size = 60, PerStep = 50; // a window of 3,000 items

    [Fact]
    public void Hll_over_a_sliding_window() => Distinct("HLL lgK 9", static () => new HllSketch(9), 1.039 / Math.Sqrt(512));

    [Fact]
    public void Cpc_over_a_sliding_window() => Distinct("CPC lgK 8", static () => new CpcSketch(8), 0.693 / 16);

    [Fact]
    public void Theta_over_a_sliding_window() => Distinct("Theta lgK 8", static () => new ThetaSketch(8), 1.0 / 16);

    void Distinct<TSketch>(string name, Func<TSketch> create, double theory) where TSketch : class, ISketch<TSketch, long>, IDistinctSketch
    {
        var tally = new ErrorTally($"{name} over a sliding window");
        for (var seed = 0; seed < ErrorSeeds.Count; seed++)
        {
            var (windows, items) = (WindowedSketch<TSketch, long>.Sliding(create, Size, 1), Stream(seed));
            foreach (var (item, time) in items)
            {
                windows.Advance(time);
                windows.Update(Own(item, seed), time);
            }
            var now = items[^1].Time;
            var truth = items.Where(i => i.Time > now - Size).Select(i => i.Item).Distinct().Count();
            var current = windows.Current();
            tally.Add(current.Bounds(2), truth, theory * truth);
            tally.AddBounds(current.Bounds(1), truth, 1);
            tally.AddBounds(current.Bounds(3), truth, 3);
        }
        tally.Check(output);
    }

    [Fact]
    public void Tuple_over_a_sliding_window()
    {
        var tally = new ErrorTally("Tuple lgK 8, total, over a sliding window");
        for (var seed = 0; seed < ErrorSeeds.Count; seed++)
        {
            var (windows, items) = (WindowedSketch<TupleSketch, (long Item, double Value)>.Sliding(static () => new TupleSketch(8), Size, 1), Stream(seed));
            foreach (var (item, time) in items)
            {
                windows.Advance(time);
                windows.Update((Own(item, seed), 1), time);
            }
            var now = items[^1].Time;
            var sums = items.Where(i => i.Time > now - Size).GroupBy(i => i.Item).Select(g => (double)g.Count()).ToArray();
            // A sample of K of the items: the total's variance is that of a sum over items that are each in it with probability K by their number.
            var deviation = Math.Sqrt(sums.Sum(s => s * s) * sums.Length / 256);
            var found = windows.Current().TotalEstimate;
            tally.Add(new(found, found - 2 * deviation, found + 2 * deviation), sums.Sum(), deviation);
        }
        tally.Check(output);
    }

    [Fact]
    public void Kll_over_a_sliding_window()
    {
        var tally = new ErrorTally("KLL k=100, median, over a sliding window");
        var theory = 2.296 / Math.Pow(100, 0.9723) / 2.576;
        for (var seed = 0; seed < ErrorSeeds.Count; seed++)
        {
            var s = (ulong)seed * 1_000_000;
            var (windows, items) = (WindowedSketch<KllSketch<double>, double>.Sliding(() => new KllSketch<double>(100, s++), Size, 1), Stream(seed));
            foreach (var (item, time) in items)
            {
                windows.Advance(time);
                windows.Update(item, time);
            }
            var now = items[^1].Time;
            var sorted = items.Where(i => i.Time > now - Size).Select(i => (double)i.Item).Order().ToArray();
            var current = windows.Current();
            Assert.Equal(sorted.Length, current.Count);
            var middle = sorted[sorted.Length / 2];
            var truth = sorted.Count(i => i <= middle) / (double)sorted.Length;
            tally.Add(current.RankBounds(middle), truth, theory);
        }
        tally.Check(output);
    }

    [Fact]
    public void DDSketch_and_moments_over_a_sliding_window_are_as_those_of_its_items()
    {
        for (var seed = 0; seed < ErrorSeeds.Count; seed++)
        {
            var items = Stream(seed);
            var bins = WindowedSketch<DDSketch, double>.Sliding(static () => new DDSketch(0.02), Size, 1);
            var moments = WindowedSketch<MomentsSketch, double>.Sliding(static () => new MomentsSketch(), Size, 1);
            foreach (var (item, time) in items)
            {
                bins.Advance(time);
                moments.Advance(time);
                bins.Update(item, time);
                moments.Update(item, time);
            }
            var now = items[^1].Time;
            var sorted = items.Where(i => i.Time > now - Size).Select(i => (double)i.Item).Order().ToArray();
            foreach (var rank in new[] { 0.01, 0.5, 0.99 })
            {
                var truth = sorted[(int)(rank * (sorted.Length - 1))];
                Assert.InRange(bins.Current().Quantile(rank), truth * 0.98 - 1e-9, truth * 1.02 + 1e-9);
            }
            var mean = sorted.Average();
            Assert.Equal(mean, moments.Current().Mean, mean * 1e-9);
            var variance = sorted.Sum(v => (v - mean) * (v - mean)) / (sorted.Length - 1);
            Assert.Equal(variance, moments.Current().Variance, variance * 1e-9);
        }
    }

    [Theory]
    [InlineData(0.2, 1000)]
    [InlineData(0.05, 1000)]
    [InlineData(0.01, 20_000)]
    public void Sliding_counts(double error, int window)
    {
        var worst = 0.0;
        for (var seed = 0; seed < ErrorSeeds.Count; seed++)
        {
            var random = new Random(seed);
            var counter = new SlidingCount(window, error);
            var arrivals = new Queue<(long Time, int Count)>();
            var (time, truth) = (0L, 0L);
            for (var i = 0; i < 20_000; i++)
            {
                time += random.Next(200) == 0 ? random.Next(window / 2) : random.Next(3);
                var count = random.Next(10) == 0 ? random.Next(100) : 1;
                counter.Update(time, count);
                arrivals.Enqueue((time, count));
                truth += count;
                while (arrivals.Peek().Time <= time - window) truth -= arrivals.Dequeue().Count;
                if (i % 50 != 0) continue;
                var found = counter.EstimateAt(time);
                Assert.True(found.Lower <= truth && truth <= found.Upper, $"seed {seed}: {truth} is not in {found}");
                Assert.True(Math.Abs(found.Value - truth) <= error * truth + 1, $"seed {seed}: {found} for {truth}, promised was {error}");
                worst = Math.Max(worst, Math.Abs(found.Value - truth) / truth);
            }
        }
        output.WriteLine($"sliding count, error {error}, window {window}, {ErrorSeeds.Count} streams: greatest error {worst:P2}, bounds always held");
    }

    // Streams must not share items, or they would share the errors of their hashes.
    static long Own(long item, int seed) => item + seed * 10_000_000L;

    // Items in nearly the order of their times; half of them come more than once.
    static List<(long Item, long Time)> Stream(int seed)
    {
        var random = new Random(seed);
        var items = new List<(long, long)>(Items);
        for (var i = 0; i < Items; i++)
        {
            var time = i / PerStep - random.Next(3);
            items.Add((1 + random.Next(2) * 1_000_000 + (random.Next(4) == 0 ? i / 10 : (long)random.Next(1_000_000)), time));
        }
        items.Add((1, Items / PerStep));
        return items;
    }
}
