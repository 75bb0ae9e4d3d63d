using System.Globalization;
using Millrace.Sketches.Sampling;

namespace Millrace.Tests.Sketches.Sampling;

public sealed class SampleTests
{
    [Fact]
    public void Every_reservoir_image_of_java_and_go_loads_with_the_items_that_were_put_in()
    {
        foreach (var row in SketchData.Rows("reservoir", "reservoir_union"))
        {
            switch (row.Parameters["items"])
            {
                case "long": CheckReservoir(row, ReservoirSample<long>.Load(row.Image), i => i); break;
                case "double": CheckReservoir(row, ReservoirSample<double>.Load(row.Image), i => i); break;
                default:
                    CheckReservoir(row, ReservoirSample<string>.Load(row.Image), i => "item" + i.ToString(CultureInfo.InvariantCulture));
                    break;
            }
        }
    }

    static void CheckReservoir<T>(SketchData.Row row, ReservoirSample<T> sample, Func<long, T> item)
    {
        var n = long.Parse(row.N, CultureInfo.InvariantCulture);
        Assert.Equal(n, sample.Count);
        // What Go sampled is up to its dice; Java's are laid down.
        if (row.File.StartsWith("x_go", StringComparison.Ordinal) && n > sample.K)
        {
            Assert.Equal(sample.K, sample.Sample.ToArray().Distinct().Count());
            Assert.All(sample.Sample.ToArray(), found => Assert.Contains(found, Enumerable.Range(0, (int)n).Select(i => item(i))));
            Assert.True(sample.Sample.SequenceEqual(ReservoirSample<T>.Load(sample.Save()).Sample));
            return;
        }
        var isSampled = row.Expected.Keys.Any(k => k.StartsWith("expect", StringComparison.Ordinal)) && row.File.Contains("sampling", StringComparison.Ordinal);
        var expected = Enumerable.Range(0, sample.Sample.Length).Select(i => item(isSampled ? 2 * i : i)).ToArray();
        Assert.True(expected.AsSpan().SequenceEqual(sample.Sample), $"{row.File}: {string.Join(' ', sample.Sample.ToArray().Take(5))}");
        Assert.Equal(isSampled ? (long)sample.K : n, sample.Sample.Length);
        Assert.True(expected.AsSpan().SequenceEqual(ReservoirSample<T>.Load(sample.Save()).Sample));
    }

    [Fact]
    public void Every_varopt_image_loads_and_answers()
    {
        foreach (var row in SketchData.Rows("varopt_long", "varopt_union_long")) Check(row, VarOptSample<long>.Load, i => i % 2 == 0);
        foreach (var row in SketchData.Rows("varopt_string")) Check(row, VarOptSample<string>.Load, i => false);
        // C++ refuses this one: Go writes the growth into the first byte.
        foreach (var row in SketchData.Rows("varopt_union_double")) Assert.True(VarOptSample<double>.Load(row.Image).Length > 0);
    }

    static void Check<T>(SketchData.Row row, Func<ReadOnlySpan<byte>, VarOptSample<T>> load, Func<T, bool> isEven)
    {
        var sample = load(row.Image);
        for (var turn = 0; turn < 2; turn++)
        {
            Answers.Number(row, "n", sample.Count);
            Answers.Number(row, "k", sample.K);
            Answers.Number(row, "samples", sample.Length);
            Answers.Number(row, "sum_of_sample_weights", sample.Sample.Sum(s => s.Weight));
            var even = sample.EstimateSubset(isEven);
            if (typeof(T) == typeof(long))
            {
                Answers.Number(row, "even_subset_lb", even.Lower);
                Answers.Number(row, "even_subset_est", even.Value);
                Answers.Number(row, "even_subset_ub", even.Upper);
            }
            sample = load(sample.Save());
        }
    }

    /// <summary>400 seeds: the share of samples that hold an item, over groups of items, is k/n to within 5 standard errors; one at a time, in spans, merged, and reloaded midway.</summary>
    [Theory]
    [InlineData("one at a time")]
    [InlineData("in spans")]
    [InlineData("merged")]
    [InlineData("reloaded")]
    public void A_reservoir_holds_every_item_with_the_same_probability(string way)
    {
        const int N = 1000, K = 50, Seeds = 400, Groups = 10;
        var hits = new double[Groups];
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            var sample = new ReservoirSample<long>(K, seed);
            var items = Enumerable.Range(0, N).Select(i => (long)i).ToArray();
            switch (way)
            {
                case "one at a time":
                    foreach (var item in items) sample.Update(item);
                    break;
                case "in spans":
                    for (var i = 0; i < N; i += 30) sample.Update(items.AsSpan(i, Math.Min(30, N - i)));
                    break;
                case "merged":
                    var other = new ReservoirSample<long>(K, seed + 1000);
                    sample.Update(items.AsSpan(0, 300));
                    other.Update(items.AsSpan(300));
                    sample.Merge(other);
                    break;
                default:
                    sample.Update(items.AsSpan(0, 100));
                    sample = ReservoirSample<long>.Load(sample.Save());
                    sample.Update(items.AsSpan(100));
                    break;
            }
            Assert.Equal(N, sample.Count);
            foreach (var item in sample.Sample) hits[item * Groups / N]++;
        }
        foreach (var share in hits.Select(h => h / Seeds / (N / Groups)))
            Assert.InRange(share, 0.05 - 5 * Math.Sqrt(0.05 / Seeds / (N / Groups)) * 1.1, 0.05 + 5 * Math.Sqrt(0.05 / Seeds / (N / Groups)) * 1.1);
    }

    [Fact]
    public void Varopt_estimates_are_unbiased_alone_and_merged_and_its_bounds_hold()
    {
        const int N = 2000, Seeds = 300;
        var weights = Enumerable.Range(0, N).Select(i => 1000.0 / (1 + i * 7919 % N)).ToArray();
        var truth = weights.Where((_, i) => i % 3 == 0).Sum();
        foreach (var parts in new[] { 1, 3 })
        {
            var (sum, squares, inside) = (0.0, 0.0, 0);
            for (ulong seed = 0; seed < Seeds; seed++)
            {
                var samples = Enumerable.Range(0, parts).Select(p => new VarOptSample<long>(60, seed * 10 + (ulong)p)).ToArray();
                for (var i = 0; i < N; i++) samples[i % parts].Update(i, weights[i]);
                foreach (var other in samples.Skip(1)) samples[0].Merge(other);
                Assert.Equal(weights.Sum(), samples[0].TotalWeight, 1e-6);
                Assert.InRange(samples[0].Length, 2, 60);
                var found = samples[0].EstimateSubset(i => i % 3 == 0);
                sum += found.Value - truth;
                squares += (found.Value - truth) * (found.Value - truth);
                if (found.Lower <= truth && truth <= found.Upper) inside++;
            }
            var error = Math.Sqrt(squares / Seeds);
            Assert.True(Math.Abs(sum / Seeds) <= 4 * error / Math.Sqrt(Seeds), $"{parts} parts: bias {sum / Seeds}, error {error}");
            Assert.True(inside >= 0.93 * Seeds, $"{parts} parts: {inside} of {Seeds} within the bounds");
        }
    }

    [Fact]
    public void A_bottom_k_sample_counts_distinct_items_and_is_the_same_however_they_come()
    {
        var inside = 0;
        for (ulong seed = 0; seed < 200; seed++)
        {
            var (whole, a, b) = (new BottomKSample<long>(64, seed), new BottomKSample<long>(64, seed), new BottomKSample<long>(64, seed));
            for (var i = 0; i < 3000; i++)
            {
                whole.Update(i);
                (i % 3 == 0 ? a : b).Update(i);
                if (i % 5 == 0) a.Update(i);
            }
            a.Merge(b);
            Assert.True(whole.Sample.SequenceEqual(a.Sample));
            Assert.True(whole.Sample.SequenceEqual(BottomKSample<long>.Load(whole.Save()).Sample));
            var found = whole.Distinct();
            if (found.Lower <= 3000 && 3000 <= found.Upper) inside++;
        }
        Assert.InRange(inside, 184, 200);
    }

    [Fact]
    public void Min_hash_tells_the_similarity_of_sets()
    {
        var (sum, inside) = (0.0, 0);
        for (ulong seed = 0; seed < 200; seed++)
        {
            var (a, b, union) = (new MinHashSketch(128, seed), new MinHashSketch(128, seed), new MinHashSketch(128, seed));
            for (var i = 0; i < 300; i++)
            {
                if (i < 200) a.Update(i);
                if (i >= 100) b.Update(i);
                union.Update(i);
            }
            var found = a.Similarity(MinHashSketch.Load(b.Save()));
            sum += found.Value;
            if (found.Lower <= 1.0 / 3 && 1.0 / 3 <= found.Upper) inside++;
            a.Merge(b);
            Assert.True(union.Signature.SequenceEqual(a.Signature));
        }
        Assert.InRange(sum / 200, 0.32, 0.347);
        Assert.InRange(inside, 184, 200);
    }
}
