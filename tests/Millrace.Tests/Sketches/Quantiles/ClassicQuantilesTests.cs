using Millrace.Sketches;
using Millrace.Sketches.Quantiles;

namespace Millrace.Tests.Sketches.Quantiles;

/// <summary>
/// Images laid out as in datasketches-java, quantiles/PreambleUtil.java (layout) and datasketches-cpp, quantiles_sketch_impl.hpp, deserialize: there are no images of
/// this family in the shared data, so they are made here, by the rules of the algorithm, from sequences whose answers are known.
/// </summary>
public sealed class ClassicQuantilesTests
{
    [Theory]
    [InlineData(5, true)]
    [InlineData(16, true)]
    [InlineData(77, true)]
    [InlineData(77, false)]
    [InlineData(1000, true)]
    [InlineData(1000, false)]
    public void An_image_answers_as_its_items_do(int n, bool isCompact)
    {
        const int K = 8;
        var view = ClassicQuantiles.Load<double>(Image(K, n, isCompact))!;
        Assert.Equal((n, 1.0, n), (view.Total, view.Min, view.Max));
        for (var i = 1; i < 100; i++)
        {
            Assert.InRange(view.Quantile(i / 100.0), i / 100.0 * n - n / 8.0 - 1, i / 100.0 * n + n / 8.0 + 1);
            if (n < 2 * K) Assert.Equal(Math.Ceiling(i / 100.0 * n), view.Quantile(i / 100.0));
        }
    }

    [Fact]
    public void An_empty_image_has_no_view_and_a_damaged_one_is_refused()
    {
        Assert.Null(ClassicQuantiles.Load<double>([1, 3, 8, 4, 128, 0, 0, 0]));
        var image = Image(8, 77, true);
        for (var length = 0; length < image.Length; length++) Assert.Throws<SketchFormatException>(() => ClassicQuantiles.Load<double>(image.AsSpan(0, length)));
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var damaged = image.ToArray();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                ClassicQuantiles.Load<double>(damaged);
            }
            catch (SketchFormatException)
            {
            }
        }
    }

    // 1 to n; levels take blocks of 2^(level+1) k items and keep each 2^(level+1)-th, the highest level first.
    internal static byte[] Image(int k, int n, bool isCompact)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write((byte)2);
        writer.Write((byte)3);
        writer.Write((byte)8);
        writer.Write((byte)(isCompact ? 8 : 0));
        writer.Write((ushort)k);
        writer.Write((ushort)0);
        writer.Write((long)n);
        writer.Write(1.0);
        writer.Write((double)n);
        var blocks = n / (2 * k);
        var levels = new List<double[]?>();
        var next = 1;
        for (var level = 30; level >= 0; level--)
        {
            if ((blocks >> level & 1) == 0)
            {
                if (levels.Count > 0) levels.Add(null);
                continue;
            }
            var step = 2 << level;
            levels.Add([.. Enumerable.Range(0, k).Select(i => (double)(next + i * step + step / 2))]);
            next += k * step;
        }
        var buffer = Enumerable.Range(next, n - next + 1).Select(i => (double)i).ToList();
        foreach (var item in buffer) writer.Write(item);
        for (var i = buffer.Count; !isCompact && blocks > 0 && i < 2 * k; i++) writer.Write(0.0);
        levels.Reverse();
        foreach (var level in levels)
        {
            if (level is null && isCompact) continue;
            foreach (var item in level ?? new double[k]) writer.Write(item);
        }
        return stream.ToArray();
    }
}
