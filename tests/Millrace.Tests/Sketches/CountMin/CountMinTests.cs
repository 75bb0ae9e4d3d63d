using System.Globalization;
using Millrace.Sketches.CountMin;

namespace Millrace.Tests.Sketches.CountMin;

public sealed class CountMinTests
{
    [Fact]
    public void The_seeds_of_the_rows_are_those_of_the_reference() =>
        Assert.Equal([4480857443237086988, 6631161516192699342, 11350819014790094519, 4160660749069251172, 10069924727803572716], RowSeeds.Of(9001, 5));

    [Fact]
    public void Every_image_loads_and_answers()
    {
        foreach (var row in SketchData.Rows("count_min_u64"))
        {
            var sketch = CountMinSketch.Load(row.Image);
            Check(row, sketch);
            Answers.SameBytes(row, sketch.Save());
        }
    }

    static void Check(SketchData.Row row, CountMinSketch sketch)
    {
        Answers.Number(row, "weight", sketch.TotalWeight);
        Answers.Number(row, "rel_err", sketch.RelativeError);
        Answers.Word(row, "empty", sketch.IsEmpty ? "1" : "0");
        foreach (var (key, expected) in row.Expected)
        {
            if (!key.StartsWith("item(", StringComparison.Ordinal)) continue;
            var item = key[5..^1];
            var count = row.Input.StartsWith("item-", StringComparison.Ordinal) ? sketch.CountOf($"item-{item}") : sketch.CountOf(long.Parse(item, CultureInfo.InvariantCulture));
            var bounds = sketch.Bounds(count);
            Assert.Equal(expected, $"{bounds.Lower}/{bounds.Value}/{bounds.Upper}");
        }
    }

    [Fact]
    public void The_same_input_gives_the_same_bytes()
    {
        foreach (var row in SketchData.Rows("count_min_u64").Where(r => r.IsByteExact))
        {
            var sketch = new CountMinSketch(int.Parse(row.Parameters["hashes"], CultureInfo.InvariantCulture), int.Parse(row.Parameters["buckets"], CultureInfo.InvariantCulture));
            var (family, from, to) = Inputs.Parse(row.Input)!.Value;
            Inputs.Feed(family, from, to, sketch.Update, d => throw new InvalidOperationException($"{d}"), b => sketch.Update(b));
            Answers.SameBytes(row, sketch.Save());
        }
    }

    [Fact]
    public void Answers_are_never_too_low_and_rarely_beyond_the_bound()
    {
        var beyond = 0;
        var all = 0;
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var sketch = new CountMinSketch(4, 200, seed);
            var exact = new Dictionary<long, long>();
            for (var i = 0; i < 20000; i++)
            {
                var item = (long)(Inputs.SplitMix(i + (long)seed * 1000000) % 1000 * (Inputs.SplitMix(i) % 1000)) / 1000;
                sketch.Update(item);
                exact[item] = exact.GetValueOrDefault(item) + 1;
            }
            foreach (var (item, count) in exact)
            {
                var found = sketch.CountOf(item);
                Assert.True(found >= count);
                all++;
                if (found - count > sketch.RelativeError * sketch.TotalWeight) beyond++;
            }
        }
        Assert.True(beyond <= all * Math.Exp(-4), $"{beyond} of {all} answers were beyond the bound");
    }

    [Fact]
    public void Merging_two_halves_equals_adding_the_whole()
    {
        var whole = new CountMinSketch(5, 101);
        var a = new CountMinSketch(5, 101);
        var b = new CountMinSketch(5, 101);
        for (var i = 0; i < 1000; i++)
        {
            whole.Update(i % 77, i);
            (i % 2 == 0 ? a : b).Update(i % 77, i);
        }
        a.Merge(b);
        Answers.SameBytes("merged", whole.Save(), a.Save());
        Assert.Throws<ArgumentException>(() => a.Merge(new CountMinSketch(5, 102)));
        Assert.Throws<ArgumentOutOfRangeException>(() => a.Update(1, -1));
    }

    [Fact]
    public void Sizes_follow_from_the_error()
    {
        var sketch = CountMinSketch.WithError(0.001, 0.99);
        Assert.Equal(5, sketch.Rows);
        Assert.Equal(2719, sketch.Buckets);
    }
}
