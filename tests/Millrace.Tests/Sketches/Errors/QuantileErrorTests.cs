using Millrace.Sketches.Quantiles;

namespace Millrace.Tests.Sketches.Errors;

/// <summary>
/// Many streams of uniform numbers: rank errors of KLL and REQ are within what their theory says, and bounds hold as often as promised, up to what chance does
/// to so few streams (three standard deviations); t-digest is within what was measured of the reference; DDSketch is always within its accuracy.
/// </summary>
public sealed class QuantileErrorTests(ITestOutputHelper output)
{
    static readonly double[] s_ranks = [0.01, 0.1, 0.5, 0.9, 0.99, 0.999];
    static readonly double[] s_promised = [0.6827, 0.9545, 0.9973];

    public static TheoryData<int> Sizes => [1_000, 30_000, 300_000];

    [Theory, MemberData(nameof(Sizes))]
    public void Kll_by_items(int n) => MeasureKll(200, n, parts: 1);

    [Theory, MemberData(nameof(Sizes))]
    public void Kll_of_another_size(int n) => MeasureKll(50, n, parts: 1);

    [Theory, MemberData(nameof(Sizes))]
    public void Kll_merged(int n) => MeasureKll(200, n, parts: 10);

    [Theory, MemberData(nameof(Sizes))]
    public void Req_by_items(int n) => MeasureReq(12, true, n, parts: 1);

    [Theory, MemberData(nameof(Sizes))]
    public void Req_with_exact_low_ranks(int n) => MeasureReq(24, false, n, parts: 1);

    [Theory, MemberData(nameof(Sizes))]
    public void Req_merged(int n) => MeasureReq(12, true, n, parts: 10);

    void MeasureKll(int k, int n, int parts)
    {
        Measure($"KLL k={k}, {parts} parts", n, seed =>
        {
            var sketches = Enumerable.Range(0, parts).Select(p => new KllSketch<double>(k, (ulong)(seed * 100 + p))).ToArray();
            Feed(seed, n, parts, (p, items) => sketches[p].Update(items));
            foreach (var other in sketches.Skip(1)) sketches[0].Merge(other);
            return (x => sketches[0].Rank(x), (x, d) => sketches[0].RankBounds(x, d));
        }, _ => 2.296 / Math.Pow(k, 0.9723) / 2.576);
    }

    void MeasureReq(int k, bool isHigh, int n, int parts)
    {
        Measure($"REQ k={k} {(isHigh ? "HRA" : "LRA")}, {parts} parts", n, seed =>
        {
            var sketches = Enumerable.Range(0, parts).Select(p => new ReqSketch<double>(k, isHigh, (ulong)(seed * 100 + p))).ToArray();
            Feed(seed, n, parts, (p, items) => sketches[p].Update(items));
            foreach (var other in sketches.Skip(1)) sketches[0].Merge(other);
            return (x => sketches[0].Rank(x), (x, d) => sketches[0].RankBounds(x, d));
        }, rank => Math.Min(0.084 / k, Math.Sqrt(0.0512 / 3) / k * (isHigh ? 1 - rank : rank)));
    }

    void Measure(string name, int n, Func<int, (Func<double, double> Rank, Func<double, int, Millrace.Sketches.Estimate> Bounds)> make, Func<double, double> theory)
    {
        var seeds = ErrorSeeds.Count;
        var squares = new double[s_ranks.Length];
        var held = new int[3];
        for (var seed = 0; seed < seeds; seed++)
        {
            var (rank, bounds) = make(seed);
            var sorted = Values(seed, n);
            Array.Sort(sorted);
            for (var i = 0; i < s_ranks.Length; i++)
            {
                var item = sorted[(int)(s_ranks[i] * n) - 1];
                var truth = Math.Floor(s_ranks[i] * n) / n;
                var error = rank(item) - truth;
                squares[i] += error * error;
                for (var deviations = 1; deviations <= 3; deviations++)
                {
                    var found = bounds(item, deviations);
                    if (found.Lower <= truth + 1e-12 && truth <= found.Upper + 1e-12) held[deviations - 1]++;
                }
            }
        }
        output.WriteLine($"{name}, {n} items, {seeds} streams: RMS rank error {string.Join(' ', squares.Select((s, i) => $"p{100 * s_ranks[i]:0.#} {Math.Sqrt(s / seeds):P3} (theory {theory(s_ranks[i]):P3})"))}, bounds held {string.Join(' ', held.Select(h => $"{(double)h / seeds / s_ranks.Length:P1}"))}");
        for (var i = 0; i < s_ranks.Length; i++)
        {
            var rms = Math.Sqrt(squares[i] / seeds);
            Assert.True(rms <= theory(s_ranks[i]) * (1 + 3 / Math.Sqrt(2.0 * seeds)) + 1.0 / n, $"{name}, {n} items: rank error {rms:P3} at p{100 * s_ranks[i]}, theory {theory(s_ranks[i]):P3}");
        }
        for (var d = 0; d < 3; d++)
        {
            // The ranks of one stream hang together, so they count as one draw.
            var least = s_promised[d] - 3 * Math.Sqrt(s_promised[d] * (1 - s_promised[d]) / seeds);
            Assert.True((double)held[d] / seeds / s_ranks.Length >= least, $"{name}, {n} items: bounds at {d + 1} deviations held in {(double)held[d] / seeds / s_ranks.Length:P1}, {least:P1} is the least");
        }
    }

    /// <summary>Root mean square errors of the reference, k = 200 and a million values, with a quarter on top: p1 .0022 %, p50 .016 %, p99 .0019 %.</summary>
    [Fact]
    public void T_digest_is_as_sharp_as_the_reference()
    {
        const int N = 1_000_000;
        // A million values each: few in a test run.
        var seeds = ErrorSeeds.Count < 200 ? 5 : ErrorSeeds.Count;
        var squares = new double[3];
        double[] ranks = [0.01, 0.5, 0.99], limits = [0.000022, 0.00016, 0.000019];
        for (var seed = 0; seed < seeds; seed++)
        {
            var sketch = new TDigest();
            var values = Values(seed, N);
            sketch.Update(values);
            Array.Sort(values);
            for (var i = 0; i < ranks.Length; i++)
            {
                var place = Array.BinarySearch(values, sketch.Quantile(ranks[i]));
                var error = (place < 0 ? ~place : place + 1.0) / N - ranks[i];
                squares[i] += error * error;
            }
        }
        output.WriteLine($"t-digest k=200, {N} items, {seeds} streams: {string.Join(' ', squares.Select((s, i) => $"p{100 * ranks[i]} {Math.Sqrt(s / seeds):P4}"))}");
        for (var i = 0; i < ranks.Length; i++)
            Assert.InRange(Math.Sqrt(squares[i] / seeds), 0, 1.25 * limits[i] * (1 + 3 / Math.Sqrt(2.0 * seeds)));
    }

    // A centroid at rank q holds at most the share z q (1 - q) / k with z = 4 ln(n / k) + 24, the scale function of Dunning's reference; a value between two of them cannot be further off.
    [Theory]
    [InlineData(100, 1_000)]
    [InlineData(100, 30_000)]
    [InlineData(200, 30_000)]
    [InlineData(200, 300_000)]
    public void T_digest_is_within_its_scale_function(int k, int n)
    {
        var worst = 0.0;
        for (var seed = 0; seed < ErrorSeeds.Count; seed++)
        {
            var (whole, merged) = (new TDigest(k), new TDigest(k));
            var values = Values(seed, n);
            whole.Update(values);
            for (var part = 0; part < 5; part++)
            {
                var other = new TDigest(k);
                other.Update(values.AsSpan(part * n / 5, n / 5));
                merged.Merge(other);
            }
            Array.Sort(values);
            Assert.Equal((values[0], values[^1]), (merged.Min, merged.Max));
            foreach (var sketch in new[] { whole, merged })
            {
                var last = double.NegativeInfinity;
                for (var i = 0; i <= 1000; i++)
                {
                    var q = i / 1000.0;
                    var found = sketch.Quantile(q);
                    Assert.True(found >= last, $"seed {seed}: quantiles fall from {last} to {found} at {q}");
                    last = found;
                    var limit = q * (1 - q) * (4 * Math.Log((double)n / k) + 24) / k + 1.5 / n;
                    var place = Array.BinarySearch(values, found);
                    var error = Math.Max(Math.Abs((place < 0 ? ~place : place + 0.5) / n - q), Math.Abs(sketch.Rank(found) - q)) / limit;
                    worst = Math.Max(worst, error);
                    Assert.True(error <= 1, $"seed {seed}: the error at {q} is {error:P0} of a centroid");
                }
            }
        }
        output.WriteLine($"t-digest k={k}, {n} items, {ErrorSeeds.Count} streams: greatest error {worst:P0} of a centroid, monotone, ends exact");
    }

    [Theory]
    [InlineData(BinMappingKind.Logarithmic, 0.01)]
    [InlineData(BinMappingKind.Cubic, 0.01)]
    [InlineData(BinMappingKind.Logarithmic, 0.001)]
    [InlineData(BinMappingKind.Cubic, 0.05)]
    public void DDSketch_is_always_within_its_accuracy(BinMappingKind mapping, double accuracy)
    {
        for (var seed = 0; seed < ErrorSeeds.Count; seed++)
        {
            var (sketch, other, single) = (new DDSketch(accuracy, mapping), new DDSketch(accuracy, mapping), new DDSketch(accuracy, mapping));
            var values = Values(seed, 5000);
            for (var i = 0; i < values.Length; i++) values[i] = i % 11 == 0 ? 0 : (i % 3 == 0 ? -1 : 1) * Math.Exp(40 * values[i] - 20);
            sketch.Update(values.AsSpan(0, 2000));
            other.Update(values.AsSpan(2000));
            foreach (var value in values) single.Update(value);
            sketch.Merge(other);
            // Bins hold whole numbers, so vectors, single values, merges and images must agree to the byte.
            Assert.Equal(single.Save(), sketch.Save());
            Assert.Equal(single.Save(), DDSketch.Load(single.Save()).Save());
            Array.Sort(values);
            for (var i = 0; i <= 1000; i++)
            {
                var truth = values[(int)Math.Floor(i / 1000.0 * (values.Length - 1))];
                var found = sketch.Quantile(i / 1000.0);
                Assert.True(Math.Abs(found - truth) <= accuracy * 1.0000001 * Math.Abs(truth), $"{mapping}, seed {seed}: {found} for {truth} at {i / 1000.0}");
            }
        }
    }

    static void Feed(int seed, int n, int parts, Action<int, double[]> feed)
    {
        var values = Values(seed, n);
        for (var p = 0; p < parts; p++) feed(p, values[(int)((long)n * p / parts)..(int)((long)n * (p + 1) / parts)]);
    }

    static double[] Values(int seed, int n)
    {
        var values = new double[n];
        for (var i = 0; i < n; i++) values[i] = (Inputs.SplitMix(seed * 1_000_003L * 1000 + i) >> 11) * Math.Pow(2, -53);
        return values;
    }
}
