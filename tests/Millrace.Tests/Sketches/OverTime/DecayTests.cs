using System.Globalization;
using Millrace.Sketches;
using Millrace.Sketches.Frequency;
using Millrace.Sketches.OverTime;

namespace Millrace.Tests.Sketches.OverTime;

/// <summary>Forward decay against sums over all items, for both laws of decay, items out of order, merges and images.</summary>
public sealed class DecayTests
{
    static IEnumerable<(int Seed, Decay Decay)> Decays()
    {
        for (var seed = 0; seed < 40; seed++)
            yield return (seed, seed % 2 == 0 ? Decay.Exponential(0.5 + seed) : Decay.Polynomial(seed / 8.0, -1000));
    }

    [Fact]
    public void Counts_sums_and_means_are_those_of_the_definition()
    {
        foreach (var (seed, decay) in Decays())
        {
            var (sketch, other) = (new DecayedMean(decay), new DecayedMean(decay));
            var items = Items(seed);
            for (var i = 0; i < items.Count; i++) (i % 3 == 0 ? other : sketch).Update(items[i].Value, items[i].Time);
            sketch.Merge(other);
            sketch = DecayedMean.Load(sketch.Save());
            var now = items.Max(i => i.Time) + seed;
            var weights = items.Select(i => decay.WeightAt(now, i.Time)).ToArray();
            var sum = items.Zip(weights, (i, w) => i.Value * w).Sum();
            Near(seed, weights.Sum(), sketch.CountAt(now));
            Near(seed, sum, sketch.SumAt(now));
            Near(seed, sum / weights.Sum(), sketch.Mean);
        }
    }

    [Fact]
    public void Decayed_quantiles_are_within_the_relative_accuracy()
    {
        foreach (var (seed, decay) in Decays())
        {
            var (sketch, other) = (new DecayedQuantiles(decay), new DecayedQuantiles(decay));
            var items = Items(seed);
            for (var i = 0; i < items.Count; i++) (i % 4 == 0 ? other : sketch).Update(items[i].Value, items[i].Time);
            sketch.Merge(other);
            sketch = DecayedQuantiles.Load(sketch.Save());
            var now = items.Max(i => i.Time);
            var sorted = items.Select(i => (i.Value, Weight: decay.WeightAt(now, i.Time))).OrderBy(i => i.Value).ToArray();
            var total = sorted.Sum(i => i.Weight);
            Near(seed, total, sketch.CountAt(now));
            foreach (var rank in new[] { 0.1, 0.5, 0.9, 0.99 })
            {
                var found = sketch.Quantile(rank);
                // The weight up to the bin's lower end is at most the rank's, that up to its upper end at least.
                Assert.True(sorted.TakeWhile(i => i.Value < found / 1.0101).Sum(i => i.Weight) <= rank * total * 1.000001, $"seed {seed}, rank {rank}: {found} is too high");
                Assert.True(sorted.TakeWhile(i => i.Value <= found * 1.0101).Sum(i => i.Weight) >= rank * total * 0.999999, $"seed {seed}, rank {rank}: {found} is too low");
            }
        }
    }

    [Fact]
    public void Bounds_of_decayed_frequent_items_hold()
    {
        foreach (var (seed, decay) in Decays())
        {
            var numbers = new DecayedFrequent<FrequentLongs, long>(decay, 6);
            var other = new DecayedFrequent<FrequentLongs, long>(decay, 6);
            var texts = new DecayedFrequent<FrequentStrings, string>(decay, 6);
            var random = new Random(seed);
            var items = Items(seed).ConvertAll(i => (Item: (long)Math.Pow(random.NextDouble() * 6, 3), i.Time));
            for (var i = 0; i < items.Count; i++)
            {
                (i % 4 == 0 ? other : numbers).Update(items[i].Item, items[i].Time);
                texts.Update(items[i].Item.ToString(CultureInfo.InvariantCulture), items[i].Time);
            }
            numbers.Merge(other);
            numbers = DecayedFrequent<FrequentLongs, long>.Load(numbers.Save());
            texts = DecayedFrequent<FrequentStrings, string>.Load(texts.Save());
            var now = items.Max(i => i.Time) + seed % 5;
            var total = items.Sum(i => decay.WeightAt(now, i.Time));
            var rows = numbers.RowsAt(now).Select(r => r.Item).ToHashSet();
            foreach (var group in items.GroupBy(i => i.Item))
            {
                var truth = group.Sum(i => decay.WeightAt(now, i.Time));
                Inside(seed, truth, numbers.EstimateAt(group.Key, now));
                Inside(seed, truth, texts.EstimateAt(group.Key.ToString(CultureInfo.InvariantCulture), now));
                if (truth > 0.2 * total) Assert.Contains(group.Key, rows);
            }
        }
    }

    [Fact]
    public void A_sliding_count_is_within_its_bounds_and_its_error()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var error = new[] { 0.3, 0.1, 0.02 }[seed % 3];
            var (counter, other) = (new SlidingCount(100, error), new SlidingCount(100, error));
            var items = new List<(long Time, long Count)>();
            var isOrdered = seed % 2 == 0;
            var time = 0L;
            for (var i = 0; i < 3000; i++)
            {
                time += random.Next(20) == 0 ? random.Next(60) : random.Next(2);
                var item = (Time: isOrdered ? time : time - random.Next(50), Count: (long)random.Next(1, 9));
                items.Add(item);
                (!isOrdered && i % 3 == 0 ? other : counter).Update(item.Time, item.Count);
                if (i % 100 != 99) continue;
                var all = SlidingCount.Load(counter.Save());
                all.Merge(other);
                var truth = items.Where(p => p.Time > time - 100 && p.Time <= time).Sum(p => p.Count);
                var found = all.EstimateAt(time);
                Assert.True(found.Lower <= truth && truth <= found.Upper, $"seed {seed}: {truth} is not in {found}");
                if (isOrdered) Assert.True(Math.Abs(found.Value - truth) <= error * truth + 1, $"seed {seed}: {found} for {truth}, promised was {error}");
            }
            Assert.True(counter.MemorySize < 16 * (700 + 8 * 12 * (1 / error + 4)), $"seed {seed}: {counter.MemorySize} bytes");
        }
    }

    static List<(double Value, long Time)> Items(int seed)
    {
        var random = new Random(seed);
        var items = new List<(double, long)>();
        var time = 0L;
        for (var i = 0; i < 2000; i++)
        {
            time += random.Next(100) == 0 ? random.Next(500) : random.Next(2);
            items.Add((Math.Exp(3 * random.NextDouble()), time - random.Next(3) * random.Next(30)));
        }
        return items;
    }

    static void Near(int seed, double expected, double found) => Assert.True(Math.Abs(found - expected) <= 1e-9 * Math.Abs(expected), $"seed {seed}: {found}, expected was {expected}");

    static void Inside(int seed, double truth, Estimate found) => Assert.True(found.Lower <= truth * (1 + 1e-12) && truth <= found.Upper * (1 + 1e-12), $"seed {seed}: {truth} is not in {found}");
}
