using System.Globalization;
using Millrace.Sketches.Bloom;

namespace Millrace.Tests.Sketches.Bloom;

public sealed class BloomTests
{
    [Fact]
    public void Every_image_loads_and_answers()
    {
        foreach (var row in SketchData.Rows("bloom"))
        {
            var filter = BloomFilter.Load(row.Image);
            Check(row, filter);
            Check(row, BloomFilter.Load(filter.Save()));
            Answers.SameBytes(row, filter.Save());
        }
    }

    static void Check(SketchData.Row row, BloomFilter filter)
    {
        Answers.Word(row, "bits", filter.Bits.ToString(CultureInfo.InvariantCulture));
        Answers.Word(row, "hashes", filter.Hashes.ToString(CultureInfo.InvariantCulture));
        Answers.Word(row, "seed", filter.Seed.ToString(CultureInfo.InvariantCulture));
        Answers.Word(row, "bits_used", filter.BitsUsed.ToString(CultureInfo.InvariantCulture));
        Answers.Word(row, "empty", filter.IsEmpty ? "1" : "0");
        Answers.Word(row, "nan_present", filter.Contains(double.NaN) ? "1" : "0");
        var n = long.Parse(row.N, CultureInfo.InvariantCulture);
        if (row.Expected.TryGetValue("all_u64_in_[0,n/10)_present", out var all))
            Assert.Equal(all == "1", Enumerable.Range(0, (int)n / 10).All(i => filter.Contains(i)));
        if (Inputs.Parse(row.Input) is not { } input) return;
        var count = 0;
        Inputs.Feed(input.Family, n + 1000000, n + 1100000, i => count += filter.Contains(i) ? 1 : 0, d => count += filter.Contains(d) ? 1 : 0, b => count += filter.Contains(b) ? 1 : 0);
        Answers.Word(row, "false_positives_in_[n+1000000,n+1100000)", count.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void The_same_input_gives_the_same_bytes()
    {
        foreach (var row in SketchData.Rows("bloom").Where(r => r.IsByteExact))
        {
            var filter = BloomFilter.ForItems(
                long.Parse(row.Parameters["create_by_accuracy cap"], CultureInfo.InvariantCulture),
                double.Parse(row.Parameters["fpp"], CultureInfo.InvariantCulture),
                ulong.Parse(row.Parameters["seed"], CultureInfo.InvariantCulture));
            var (family, from, to) = Inputs.Parse(row.Input)!.Value;
            Inputs.Feed(family, from, to, filter.Update, filter.Update, b => filter.Update(b));
            Answers.SameBytes(row, filter.Save());
        }
    }

    [Fact]
    public void A_remainder_by_multiplication_is_a_remainder()
    {
        var random = new Random(3);
        foreach (var divisor in (ulong[])[1, 2, 3, 64, 2719, 9600, 1UL << 33, (1UL << 33) - 64, 1UL << 62, (1UL << 62) - 1])
        {
            var by = new Millrace.Sketches.Hashing.Divisor(divisor);
            foreach (var x in (ulong[])[0, 1, divisor - 1, divisor, divisor + 1, ulong.MaxValue, ulong.MaxValue - 1]) Assert.Equal(x % divisor, by.Remainder(x));
            for (var i = 0; i < 1000; i++)
            {
                var x = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
                Assert.Equal(x % divisor, by.Remainder(x));
                if (divisor > 1) Assert.Equal((x >> 1) % divisor, new Millrace.Sketches.Hashing.Divisor63(divisor).Remainder(x >> 1));
            }
        }
    }

    [Fact]
    public void Merging_is_the_union_and_intersecting_keeps_what_both_have()
    {
        var a = Of(0, 600);
        var b = Of(400, 1000);
        var union = Of(0, 600);
        union.Merge(b);
        Answers.SameBytes("union", Of(0, 1000).Save(), union.Save());
        a.Intersect(b);
        for (var i = 400; i < 600; i++) Assert.True(a.Contains(i));
        Assert.True(a.BitsUsed < b.BitsUsed);
        a.Intersect(new BloomFilter(a.Bits, a.Hashes, a.Seed));
        Assert.True(a.IsEmpty);
    }

    static BloomFilter Of(int from, int to)
    {
        var filter = BloomFilter.ForItems(1000);
        for (var i = from; i < to; i++) filter.Update(i);
        return filter;
    }

    [Fact]
    public void Filters_that_differ_are_not_merged()
    {
        Assert.Throws<ArgumentException>(() => BloomFilter.ForItems(1000).Merge(BloomFilter.ForItems(2000)));
        Assert.Throws<ArgumentException>(() => new BloomFilter(64, 3, seed: 1).Merge(new BloomFilter(64, 3, seed: 2)));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.01)]
    [InlineData(0.001)]
    public void False_answers_come_as_rarely_as_planned(double planned)
    {
        var filter = BloomFilter.ForItems(20000, planned);
        for (var i = 0; i < 20000; i++) filter.Update(i);
        var found = Enumerable.Range(1_000_000, 200_000).Count(i => filter.Contains(i)) / 200_000.0;
        Assert.InRange(found, planned * 0.75, planned * 1.25);
        Assert.InRange(filter.ExpectedFalsePositives, planned * 0.8, planned * 1.2);
        Assert.InRange(filter.EstimatedItems, 19700, 20300);
    }

    [Fact]
    public void A_counting_filter_forgets_what_was_taken_out_and_nothing_else()
    {
        var filter = CountingBloomFilter.ForItems(1000, 0.001);
        for (var i = 0; i < 1000; i++) filter.Update(i);
        for (var i = 0; i < 500; i++) filter.Remove(i);
        Assert.All(Enumerable.Range(500, 500), i => Assert.True(filter.Contains(i)));
        Assert.True(Enumerable.Range(0, 500).Count(i => filter.Contains(i)) < 5);
        filter = CountingBloomFilter.Load(filter.Save());
        for (var i = 500; i < 1000; i++) filter.Remove(i);
        Assert.True(filter.IsEmpty);
        Assert.Equal(24, filter.Save().Length);
        filter.Remove(7);
        Assert.True(filter.IsEmpty);
    }

    [Fact]
    public void A_counting_filter_says_how_often_and_becomes_a_plain_one()
    {
        var filter = new CountingBloomFilter(10000, 5);
        var plain = new BloomFilter(10000, 5);
        for (var i = 0; i < 20; i++) filter.Update("often"u8);
        filter.Update("once"u8);
        plain.Update("often"u8);
        plain.Update("once"u8);
        Assert.Equal(15, filter.CountOf("often"u8));
        Assert.Equal(1, filter.CountOf("once"u8));
        Answers.SameBytes("plain", plain.Save(), filter.ToBloomFilter().Save());
        var both = new CountingBloomFilter(10000, 5);
        both.Update("once"u8);
        both.Merge(filter);
        Assert.Equal(15, both.CountOf("often"u8));
        Assert.Equal(2, both.CountOf("once"u8));
    }
}
