using Millrace.Sketches.Sampling;

namespace Millrace.Tests.Sketches.Errors;

/// <summary>What samples of many streams say of a part of the stream: unbiased, with the variance of their theory at most, and within their bounds as often as promised.</summary>
public sealed class SampleErrorTests(ITestOutputHelper output)
{
    public static TheoryData<int, int, int> Samples => new() { { 64, 1_000, 1 }, { 64, 50_000, 1 }, { 1024, 50_000, 1 }, { 64, 50_000, 5 }, { 1024, 50_000, 5 } };

    // √(p(1 − p)/k) of the stream, less what a finite stream has less: Cochran (1977), Sampling Techniques, section 3.2.
    [Theory, MemberData(nameof(Samples))]
    public void Reservoir(int k, int n, int parts)
    {
        var tally = new ErrorTally($"reservoir k={k}, {n} items, {parts} parts");
        var truth = (n + 2) / 3;
        var p = truth / (double)n;
        for (var seed = 0; seed < ErrorSeeds.Count; seed++)
        {
            var samples = Enumerable.Range(0, parts).Select(i => new ReservoirSample<long>(k, Seed(seed, i))).ToArray();
            for (var i = 0; i < n; i++) samples[(int)((long)i * parts / n)].Update(i);
            foreach (var other in samples.Skip(1)) samples[0].Merge(other);
            tally.Add(samples[0].EstimateSubset(static i => i % 3 == 0), truth, n * Math.Sqrt(p * (1 - p) / k * (n - k) / (n - 1)));
        }
        tally.Check(output);
    }

    // Light items of weight w stay with probability w/τ, and no two of them are positively correlated: the variance of a part is at most Σ w (τ − w). Cohen et al. (2009), section 2.
    [Theory, MemberData(nameof(Samples))]
    public void Varopt(int k, int n, int parts)
    {
        var tally = new ErrorTally($"VarOpt k={k}, {n} items, {parts} parts");
        var weights = Enumerable.Range(0, n).Select(i => 1000.0 / (1 + Inputs.SplitMix(i) % 5000)).ToArray();
        var truth = weights.Where(static (_, i) => i % 3 == 0).Sum();
        for (var seed = 0; seed < ErrorSeeds.Count; seed++)
        {
            var samples = Enumerable.Range(0, parts).Select(i => new VarOptSample<long>(k, Seed(seed, i))).ToArray();
            for (var i = 0; i < n; i++) samples[(int)((long)i * parts / n)].Update(i, weights[i]);
            foreach (var other in samples.Skip(1)) samples[0].Merge(other);
            var threshold = Threshold(weights, samples[0].Length);
            var variance = weights.Where((w, i) => i % 3 == 0 && w < threshold).Sum(w => w * (threshold - w));
            tally.Add(samples[0].EstimateSubset(static i => i % 3 == 0), truth, Math.Sqrt(variance));
        }
        tally.Check(output);
    }

    // τ with Σ min(1, w/τ) = k.
    static double Threshold(double[] weights, int k)
    {
        var sorted = weights.OrderDescending().ToArray();
        var rest = sorted.Sum();
        for (var heavy = 0; ; heavy++)
        {
            var threshold = rest / (k - heavy);
            if (sorted[heavy] <= threshold) return threshold;
            rest -= sorted[heavy];
        }
    }

    [Theory]
    [InlineData(64, 30_000)]
    [InlineData(1024, 30_000)]
    [InlineData(1024, 200_000)]
    public void Bottom_k(int k, int n)
    {
        var distinct = new ErrorTally($"bottom-k k={k}, {n} items, number");
        var subset = new ErrorTally($"bottom-k k={k}, {n} items, a third of them");
        var truth = (n + 2) / 3;
        for (var seed = 0; seed < ErrorSeeds.Count; seed++)
        {
            var (sample, other) = (new BottomKSample<long>(k, Seed(seed, 0)), new BottomKSample<long>(k, Seed(seed, 0)));
            // Half of the items come twice, and to both.
            for (var i = 0; i < n; i++) sample.Update(i);
            for (var i = n / 2; i < n; i++) other.Update(i);
            sample.Merge(other);
            distinct.Add(sample.Distinct(), n, n / Math.Sqrt(k - 2));
            distinct.AddBounds(sample.Distinct(1), n, 1);
            distinct.AddBounds(sample.Distinct(3), n, 3);
            // The share of a third and the number are both estimates.
            subset.Add(sample.EstimateSubset(static i => i % 3 == 0), truth, truth * Math.Sqrt(3.0 / (k - 2)));
        }
        distinct.Check(output);
        subset.Check(output);
    }

    [Theory]
    [InlineData(64, 0.1)]
    [InlineData(256, 0.5)]
    [InlineData(1024, 0.9)]
    public void Min_hash(int k, double similarity)
    {
        var tally = new ErrorTally($"min-hash k={k}, similarity {similarity}");
        for (var seed = 0; seed < ErrorSeeds.Count; seed++)
        {
            var (a, b) = (new MinHashSketch(k, Seed(seed, 0)), new MinHashSketch(k, Seed(seed, 0)));
            for (var i = 0; i < 1000; i++)
            {
                if (i < 1000 * similarity || i % 2 == 0) a.Update(i);
                if (i < 1000 * similarity || i % 2 == 1) b.Update(i);
            }
            var deviation = Math.Sqrt(similarity * (1 - similarity) / k);
            tally.Add(a.Similarity(b), similarity, deviation);
            tally.AddBounds(a.Similarity(b, 1), similarity, 1);
            tally.AddBounds(a.Similarity(b, 3), similarity, 3);
        }
        tally.Check(output);
    }

    static ulong Seed(int seed, int part) => Inputs.SplitMix(seed * 1000L + part);
}
