using System.Buffers.Binary;
using Millrace.Sketches;
using Millrace.Sketches.Quantiles;

namespace Millrace.Tests.Sketches.Quantiles;

/// <summary>Forms of datasketches-java kll/KllPreambleUtil.java that the shared images do not have.</summary>
public sealed class KllImageTests
{
    [Fact]
    public void An_image_that_can_be_updated_in_place_is_read_as_its_compact_form()
    {
        foreach (var n in new[] { 2, 7, 150, 1000, 30_000 })
        {
            var sketch = new KllSketch<double>(20);
            for (var i = 0; i < n; i++) sketch.Update(i);
            var image = sketch.Save();
            var updatable = Updatable(image);
            Answers.SameBytes($"{n} items", image, KllSketch<double>.Load(updatable).Save());
            updatable[20 + 4 * image[18]]++;
            Assert.Throws<SketchFormatException>(() => KllSketch<double>.Load(updatable));
        }
    }

    /// <summary>The form that Java updates in place of a compact one of doubles: with the end of the last level, and the free places before the first item.</summary>
    public static byte[] Updatable(byte[] image)
    {
        var levels = image[18];
        var free = BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(20));
        var capacity = free + (image.Length - 20 - 4 * levels - 16) / 8;
        return [5, 3, .. image[2..(20 + 4 * levels)], .. BitConverter.GetBytes(capacity), .. image[(20 + 4 * levels)..(36 + 4 * levels)], .. new byte[8 * free], .. image[(36 + 4 * levels)..]];
    }

    [Fact]
    public void One_item_is_told_by_the_version_or_by_the_flag()
    {
        foreach (var flags in new byte[] { 0, 2, 4 })
        {
            var sketch = KllSketch<double>.Load([2, 2, 15, flags, 200, 0, 8, 0, .. BitConverter.GetBytes(2.5)]);
            Assert.Equal((1, 2.5), (sketch.Count, sketch.Quantile(0.5)));
        }
    }

    /// <summary>In C++ and Java whoever makes a sketch of texts says their order, and the image does not: as numbers 9 lies between 1 and 10.</summary>
    [Fact]
    public void Texts_in_another_order_are_put_in_ours()
    {
        byte[] image = [5, 1, 15, 0, 200, 0, 8, 0, 3, 0, 0, 0, 0, 0, 0, 0, 200, 0, 1, 0, 197, 0, 0, 0, .. Text("1"), .. Text("10"), .. Text("10"), .. Text("9"), .. Text("1")];
        var sketch = KllSketch<string>.Load(image);
        Assert.Equal(("1", "10", "9"), (sketch.Quantile(0), sketch.Quantile(0.5), sketch.Quantile(1)));
        Assert.Throws<SketchFormatException>(static () => KllSketch<double>.Load([5, 1, 15, 0, 200, 0, 8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 200, 0, 1, 0, 198, 0, 0, 0, .. new[] { 1.0, 2, 1, 3 }.SelectMany(BitConverter.GetBytes)]));

        static byte[] Text(string text) => [.. BitConverter.GetBytes(text.Length), .. System.Text.Encoding.UTF8.GetBytes(text)];
    }
}
