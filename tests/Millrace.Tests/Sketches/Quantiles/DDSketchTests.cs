using Millrace.Sketches;
using Millrace.Sketches.Quantiles;

namespace Millrace.Tests.Sketches.Quantiles;

/// <summary>
/// DataDog's format: DDSketch.proto, written by DDSketchProtoBinding.toProto and StoreProtoBinding.toProtoDense of DataDog/sketches-java; bins as LogLikeIndexMapping.index
/// has them. The bytes below were put together by hand from the field numbers of the .proto file.
/// </summary>
public sealed class DDSketchTests
{
    // gamma = (1 + 0.01) / (1 - 0.01); the value 1 is in bin 0, 2 in bin floor(ln 2 / ln gamma) = 34, -1 in bin 0 of the negative ones.
    static byte[] Image() =>
    [
        0x0A, 9, 0x09, .. BitConverter.GetBytes(1.01 / 0.99),
        0x12, 0x9B, 0x02, 0x12, 0x98, 0x02, .. Weights((0, 1), (34, 3)),
        0x1A, 10, 0x12, 8, .. Weights((0, 2)),
        0x21, .. BitConverter.GetBytes(4.0),
    ];

    static byte[] Weights(params (int Bin, double Weight)[] bins)
    {
        var weights = new double[bins.Max(b => b.Bin) + 1];
        foreach (var (bin, weight) in bins) weights[bin] = weight;
        return [.. weights.SelectMany(BitConverter.GetBytes)];
    }

    [Fact]
    public void The_same_values_give_the_published_bytes()
    {
        var sketch = new DDSketch(0.01);
        foreach (var value in new[] { 1, 2, 2, 2, -1, -1, 0, 0, 0, 1e-310 }) sketch.Update(value);
        Answers.SameBytes("ddsketch", Image(), sketch.Save());
        var loaded = DDSketch.Load(Image());
        Assert.Equal(10, loaded.Count);
        Assert.Equal((-1.0, 0.0, 2.0), (Math.Round(loaded.Quantile(0), 1), loaded.Quantile(0.5), Math.Round(loaded.Quantile(1), 1)));
    }

    [Fact]
    public void Sparse_bins_and_unknown_fields_are_read()
    {
        byte[] sparse = [0x0A, 9, 0x09, .. BitConverter.GetBytes(1.01 / 0.99), 0x12, 13, 0x0A, 11, 0x08, 68, 0x11, .. BitConverter.GetBytes(3.0), 0x78, 5];
        var sketch = DDSketch.Load(sparse);
        Assert.Equal(3, sketch.Count);
        Assert.InRange(sketch.Quantile(0.5), 1.98, 2.02);
    }

    [Fact]
    public void With_a_limit_the_bins_next_to_zero_are_one_and_the_others_keep_their_accuracy()
    {
        foreach (var collapsesHighest in new[] { false, true })
        {
            var sketch = new DDSketch(0.01, BinMappingKind.Cubic, 100, collapsesHighest);
            var other = new DDSketch(0.01, BinMappingKind.Cubic, 100, collapsesHighest);
            var values = Enumerable.Range(0, 20000).Select(i => Math.Exp((i * 7919L % 20000) / 1000.0 - 10)).ToArray();
            for (var i = 0; i < values.Length; i++) (i % 3 == 0 ? other : sketch).Update(values[i]);
            sketch.Merge(other);
            Array.Sort(values);
            Assert.Equal(20000, sketch.Count);
            Assert.True(sketch.MemorySize < 2500, $"{sketch.MemorySize} bytes");
            for (var rank = 0.0; rank <= 1; rank += 0.01)
            {
                var truth = values[(int)(rank * 19999)];
                var isKept = collapsesHighest ? truth < values[0] * 6 : truth > values[^1] / 6;
                if (isKept) Assert.InRange(sketch.Quantile(rank), truth * 0.9899, truth * 1.0101);
            }
        }
    }

    [Fact]
    public void Far_bins_of_a_short_image_are_refused_without_a_limit()
    {
        byte[] far = [0x0A, 9, 0x09, .. BitConverter.GetBytes(1.01 / 0.99), 0x12, 30, 0x0A, 11, 0x08, 68, 0x11, .. BitConverter.GetBytes(3.0), 0x0A, 15, 0x08, 0xFE, 0xFF, 0xFF, 0xFF, 0x07, 0x11, .. BitConverter.GetBytes(3.0)];
        Assert.Throws<SketchFormatException>(() => DDSketch.Load(far));
    }

    [Fact]
    public void The_logarithm_is_that_of_the_library_and_the_same_in_vectors()
    {
        var random = new Random(3);
        for (var i = 0; i < 100_000; i++)
        {
            var x = Math.ScaleB(1 + random.NextDouble(), random.Next(-1021, 1023));
            Assert.InRange(Logarithm.Of(x), Math.Log(x) - 3e-16 * Math.Max(1, Math.Abs(Math.Log(x))), Math.Log(x) + 3e-16 * Math.Max(1, Math.Abs(Math.Log(x))));
            Assert.Equal(Logarithm.Of(x), Logarithm.Of(System.Runtime.Intrinsics.Vector512.Create(x))[5]);
        }
        Assert.Equal(0, Logarithm.Of(1));
    }
}
