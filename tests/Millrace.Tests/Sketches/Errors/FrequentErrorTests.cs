using System.Globalization;
using Millrace.Sketches.Frequency;

namespace Millrace.Tests.Sketches.Errors;

/// <summary>
/// Frequent items of many streams against exact counts. The bounds are no matter of chance: they hold for every item, also of merged sketches; no item above the error is
/// missing where none may be missing, and none is told wrongly where none may be; the error is at most 3.5 / size of the table of the total.
/// </summary>
public sealed class FrequentErrorTests(ITestOutputHelper output)
{
    public static TheoryData<int, string, int> Streams
    {
        get
        {
            var all = new TheoryData<int, string, int>();
            foreach (var lgSize in new[] { 5, 8, 10 })
                foreach (var stream in new[] { "zipf", "different", "few", "growing" })
                    foreach (var parts in new[] { 1, 4 }) all.Add(lgSize, stream, parts);
            return all;
        }
    }

    [Theory, MemberData(nameof(Streams))]
    public void Integers(int lgSize, string stream, int parts) => Measure<FrequentLongs, long>(lgSize, stream, parts, static i => i);

    [Theory, MemberData(nameof(Streams))]
    public void Texts(int lgSize, string stream, int parts) => Measure<FrequentStrings, string>(lgSize, stream, parts, static i => i.ToString(CultureInfo.InvariantCulture));

    void Measure<TSketch, T>(int lgSize, string stream, int parts, Func<long, T> item) where TSketch : IFrequentSketch<TSketch, T> where T : notnull
    {
        const int Length = 6000;
        var promised = 3.5 / (1 << lgSize) * Length;
        var worst = 0.0;
        for (var seed = 0; seed < ErrorSeeds.Count; seed++)
        {
            var sketches = Enumerable.Range(0, parts).Select(_ => TSketch.Create(lgSize)).ToArray();
            var counts = new Dictionary<T, long>();
            var random = new Random(seed);
            for (var i = 0; i < Length; i++)
            {
                var next = item(stream switch
                {
                    "zipf" => (long)Math.Pow(10_000, random.NextDouble()),
                    "different" => i,
                    "few" => random.Next(20),
                    _ => (long)(i * random.NextDouble()),
                });
                sketches[random.Next(parts)].Update(next);
                counts[next] = counts.GetValueOrDefault(next) + 1;
            }
            var sketch = sketches[0];
            foreach (var other in sketches.Skip(1)) sketch.Merge(other);

            Assert.Equal(Length, sketch.TotalWeight);
            worst = Math.Max(worst, sketch.MaximumError / promised);
            Assert.True(sketch.MaximumError <= promised, $"seed {seed}: error {sketch.MaximumError}, promised was {promised}");
            foreach (var (one, count) in counts)
            {
                var found = sketch.Estimate(one);
                Assert.True(found.Lower <= count && count <= found.Upper && found.Upper - found.Lower <= sketch.MaximumError, $"seed {seed}: {count} times {one}, but {found}");
            }
            var all = sketch.Rows(FrequentError.NoFalseNegatives, sketch.MaximumError).Select(r => r.Item).ToHashSet();
            Assert.True(counts.Where(c => c.Value > sketch.MaximumError).All(c => all.Contains(c.Key)), $"seed {seed}: a frequent item is missing");
            var sure = sketch.Rows(FrequentError.NoFalsePositives, sketch.MaximumError);
            Assert.True(sure.TrueForAll(r => counts[r.Item] > sketch.MaximumError), $"seed {seed}: an item is told that is not frequent");
        }
        output.WriteLine($"{typeof(TSketch).Name} lg {lgSize}, {stream}, {parts} parts, {ErrorSeeds.Count} streams: all bounds held, greatest error {worst:P0} of the promised");
    }
}
