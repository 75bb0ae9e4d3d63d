using Millrace.Sketches;
using Millrace.Sketches.Quantiles;

namespace Millrace.Tests.Sketches.Quantiles;

public sealed class PrefixHistogramTests
{
    static double[] Values(int count, int seed, Func<Random, double> next)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => next(random))];
    }

    static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    public static TheoryData<string, double> Shapes => new() { { "uniform", 0.004 }, { "normal far from 0", 0.004 }, { "lognormal", 0.006 }, { "both signs", 0.006 }, { "exponential", 0.006 } };

    static double[] Shape(string name, int count, int seed) => Values(count, seed, name switch
    {
        "uniform" => r => r.NextDouble(),
        "normal far from 0" => r => 1000 + 10 * Normal(r),
        "lognormal" => r => Math.Exp(Normal(r)),
        "both signs" => r => 5 * Normal(r),
        _ => r => -Math.Log(1 - r.NextDouble()),
    });

    static double Exact(double[] sorted, double rank)
    {
        var place = rank * (sorted.Length - 1);
        var (low, high, between) = (sorted[(int)Math.Floor(place)], sorted[(int)Math.Ceiling(place)], place - Math.Floor(place));
        return low * (1 - between) + high * between;
    }

    [Fact]
    public void Up_to_so_many_different_values_it_is_exact()
    {
        var values = Values(5000, 1, r => Math.Round(r.NextDouble() * 1000) / 4 - 50);
        var sketch = new PrefixHistogram<double>(1024);
        foreach (var value in values) sketch.Update(value);
        Assert.False(sketch.IsEstimating);
        Array.Sort(values);
        for (var rank = 0.0; rank <= 1; rank += 1 / 64.0) Assert.Equal(Exact(values, rank), sketch.Quantile(rank), 1e-12);
        Assert.Equal(values.Count(v => v <= 3.5) / 5000.0, sketch.Rank(3.5), 1e-12);
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Ranks_are_right_to_a_small_part(string shape, double error)
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var values = Shape(shape, 200_000, seed);
            var sketch = new PrefixHistogram<double>();
            foreach (var value in values) sketch.Update(value);
            Assert.True(sketch.IsEstimating);
            Array.Sort(values);
            for (var rank = 0.01; rank < 1; rank += 0.01)
            {
                var place = Array.BinarySearch(values, sketch.Quantile(rank));
                var found = (place < 0 ? ~place : place) / (double)values.Length;
                Assert.True(Math.Abs(found - rank) <= error, $"{shape}, seed {seed}: the value at {rank} has the rank {found}");
                Assert.Equal(rank, sketch.Rank(Exact(values, rank)), error);
            }
            Assert.Equal(values[0], sketch.Quantile(0));
            Assert.Equal(values[^1], sketch.Quantile(1));
        }
    }

    [Fact]
    public void No_order_and_no_split_shows_in_the_image()
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var random = new Random(seed);
            var buckets = random.Next(16, 200);
            var values = Shape(seed % 2 == 0 ? "lognormal" : "both signs", random.Next(1, 3000), seed);
            var whole = new PrefixHistogram<double>(buckets);
            foreach (var value in values) whole.Update(value);
            random.Shuffle(values);
            var parts = Enumerable.Range(0, 3).Select(_ => new PrefixHistogram<double>(buckets)).ToArray();
            foreach (var value in values) parts[random.Next(3)].Update(value);
            parts[1].Merge(parts[2]);
            parts[1].Merge(PrefixHistogram<double>.Load(parts[0].Save()));
            Assert.True(whole.Save().AsSpan().SequenceEqual(parts[1].Save()), $"seed {seed}");
        }
    }

    [Fact]
    public void Whole_numbers_have_buckets_of_one_width()
    {
        var sketch = new PrefixHistogram<long>(1024);
        for (var i = 0L; i < 1_000_000; i++) sketch.Update(i * 1_000_003 % 1_000_000 - 500_000);
        for (var rank = 0.0; rank <= 1; rank += 0.125) Assert.Equal(-500_000 + rank * 999_999, sketch.Quantile(rank), 1000.0);
    }

    [Fact]
    public void The_ends_of_all_numbers_are_values_as_others()
    {
        var longs = new PrefixHistogram<long>(16);
        foreach (var value in new[] { long.MinValue, long.MaxValue, 0, -1, 1 }) longs.Update(value);
        Assert.Equal(0, longs.Quantile(0.5));
        for (var i = 0; i < 100; i++) longs.Update(i * 1000);
        Assert.Equal(long.MinValue, longs.Quantile(0));
        Assert.Equal(long.MaxValue, longs.Quantile(1));
        var doubles = new PrefixHistogram<double>(16);
        foreach (var value in new[] { double.NegativeInfinity, double.PositiveInfinity, double.NaN, -0.0, 0.0, double.Epsilon, double.MaxValue }) doubles.Update(value);
        for (var i = 0; i < 100; i++) doubles.Update(Math.ScaleB(1, 10 * i - 500));
        Assert.Equal(106, doubles.Count);
        Assert.Equal(double.NegativeInfinity, doubles.Quantile(0));
        Assert.Equal(double.PositiveInfinity, doubles.Quantile(1));
        Assert.False(double.IsNaN(doubles.Quantile(0.5)));
    }

    [Fact]
    public void Parameters_are_checked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PrefixHistogram<double>(15));
        Assert.Throws<NotSupportedException>(() => new PrefixHistogram<int>());
        var sketch = new PrefixHistogram<double>();
        Assert.Throws<InvalidOperationException>(() => sketch.Quantile(0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => sketch.Quantile(1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => sketch.Update(1, 0));
        Assert.Throws<ArgumentException>(() => sketch.Merge(new(16)));
        Assert.Throws<SketchFormatException>(() => PrefixHistogram<double>.Load([1, 2, 3]));
    }
}
