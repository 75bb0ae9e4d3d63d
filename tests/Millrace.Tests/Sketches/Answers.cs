using System.Globalization;
using Millrace.Sketches;

namespace Millrace.Tests.Sketches;

/// <summary>Compares what a sketch says with what MANIFEST.tsv expects, to 1e-9.</summary>
static class Answers
{
    public static void Number(SketchData.Row row, string key, double found)
    {
        if (!row.Expected.TryGetValue(key, out var text)) return;
        var expected = double.Parse(text, CultureInfo.InvariantCulture);
        Assert.True(Math.Abs(found - expected) <= 1e-9 * Math.Max(1, Math.Abs(expected)), $"{row.File}: {key} is {found:R}, expected was {text}");
    }

    public static void Word(SketchData.Row row, string key, string found)
    {
        if (row.Expected.TryGetValue(key, out var text)) Assert.True(text == found, $"{row.File}: {key} is {found}, expected was {text}");
    }

    public static void Distinct(SketchData.Row row, IDistinctSketch sketch)
    {
        Number(row, "est", sketch.Estimate);
        for (var deviations = 1; deviations <= 3; deviations++)
        {
            Number(row, $"lb{deviations}", sketch.Bounds(deviations).Lower);
            Number(row, $"ub{deviations}", sketch.Bounds(deviations).Upper);
        }
    }

    public static void SameBytes(SketchData.Row row, byte[] found) => SameBytes(row.File, row.Image, found);

    public static void SameBytes(string name, byte[] expected, byte[] found)
    {
        var place = expected.AsSpan().CommonPrefixLength(found);
        Assert.True(expected.AsSpan().SequenceEqual(found),
            $"{name}: {found.Length} bytes, expected were {expected.Length}; they differ from byte {place} on: {Convert.ToHexString(found.AsSpan(place, Math.Min(16, found.Length - place)))}, expected was {Convert.ToHexString(expected.AsSpan(place, Math.Min(16, expected.Length - place)))}");
    }
}
