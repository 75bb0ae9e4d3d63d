using System.Globalization;
using System.Text.RegularExpressions;
using Millrace.Sketches.Theta;

namespace Millrace.Tests.Sketches.Theta;

/// <summary>Images of Apache DataSketches load and answer as its C++ does, and the same input gives the same bytes.</summary>
public sealed partial class ThetaManifestTests
{
    [Fact]
    public void Every_image_loads_and_answers()
    {
        foreach (var row in SketchData.Rows("theta", "theta_union_result", "theta_intersection_result", "theta_anotb_result"))
        {
            var sketch = CompactThetaSketch.Load(row.Image, Seed(row));
            Check(row, sketch);
            Check(row, CompactThetaSketch.Load(sketch.Save(), Seed(row)));
            Check(row, CompactThetaSketch.Load(sketch.SaveCompressed(), Seed(row)));
        }
    }

    static void Check(SketchData.Row row, CompactThetaSketch sketch)
    {
        Answers.Distinct(row, sketch);
        Answers.Number(row, "theta", sketch.Theta);
        Answers.Word(row, "theta64", sketch.ThetaBits.ToString(CultureInfo.InvariantCulture));
        Answers.Word(row, "retained", sketch.Count.ToString(CultureInfo.InvariantCulture));
        Answers.Word(row, "empty", sketch.IsEmpty ? "1" : "0");
        Answers.Word(row, "ordered", sketch.IsOrdered ? "1" : "0");
        Answers.Word(row, "estimation_mode", sketch.IsEstimate ? "1" : "0");
        // The image of an empty sketch has no seed hash in the newer form.
        if (!sketch.IsEmpty) Answers.Word(row, "seed_hash", sketch.SeedHash.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void The_same_input_gives_the_same_bytes()
    {
        foreach (var row in SketchData.Rows("theta").Where(r => r.IsByteExact))
        {
            var (family, from, to) = Inputs.Parse(row.Input)!.Value;
            var p = row.Parameters.TryGetValue("p", out var text) ? float.Parse(text, CultureInfo.InvariantCulture) : 1;
            var sketch = new ThetaSketch(int.Parse(row.Parameters["lgk"], CultureInfo.InvariantCulture), Seed(row), p);
            Inputs.Feed(family, from, to, sketch.Update, sketch.Update, b => sketch.Update(b));
            var expected = row.Image;
            // The images are older than the flag for a single hash.
            if (to - from == 1) expected[5] |= 32;
            var compact = sketch.Compact();
            Answers.SameBytes(row.File, expected, row.Parameters["image"] == "compressed" ? compact.SaveCompressed() : compact.Save());
            var again = CompactThetaSketch.Load(row.Image, Seed(row));
            Answers.SameBytes(row.File, expected, row.Parameters["image"] == "compressed" ? again.SaveCompressed() : again.Save());
        }
    }

    [Fact]
    public void Single_and_empty_sketches_are_written_in_the_newer_form_of_Java()
    {
        var sketch = new ThetaSketch();
        Assert.Equal("0103030000" + "1E0000", Convert.ToHexString(sketch.Save()));
        sketch.Update(0);
        foreach (var row in SketchData.Rows("theta").Where(r => r.File == "x_java_theta_n1.sk")) Answers.SameBytes(row, sketch.Save());
    }

    [Fact]
    public void Set_operations_give_what_the_reference_gives()
    {
        foreach (var row in SketchData.Rows("theta_union_result", "theta_intersection_result", "theta_anotb_result"))
        {
            var ranges = Ranges().Matches(row.Input);
            var a = Count(int.Parse(row.Parameters["lgk_a"], CultureInfo.InvariantCulture), ranges[0]);
            var b = Count(int.Parse(row.Parameters["lgk_b"], CultureInfo.InvariantCulture), ranges[1]);
            var union = new ThetaSketch(12);
            union.Merge(a);
            union.Merge(b);
            var result = row.Sketch switch
            {
                "theta_union_result" => union.Compact(),
                "theta_intersection_result" => a.Compact(isOrdered: false).Intersect(b.Compact()),
                _ => a.Compact().Except(b.Compact(isOrdered: false)),
            };
            Check(row, result);
            Answers.SameBytes(row, result.Save());
            if (row.Sketch == "theta_union_result")
            {
                var fromImages = new ThetaSketch(12);
                fromImages.Merge(a.Save());
                fromImages.Merge(CompactThetaSketch.Load(b.Compact().SaveCompressed()));
                Answers.SameBytes(row, fromImages.Save());
                Answers.Distinct(row, union);
            }
            var jaccard = a.Compact().Jaccard(b.Compact());
            Answers.Number(row, "jaccard_lb", jaccard.Lower);
            Answers.Number(row, "jaccard_est", jaccard.Value);
            Answers.Number(row, "jaccard_ub", jaccard.Upper);
        }
    }

    static ThetaSketch Count(int lgK, Match range)
    {
        var sketch = new ThetaSketch(lgK);
        for (var i = long.Parse(range.Groups[1].Value, CultureInfo.InvariantCulture); i < long.Parse(range.Groups[2].Value, CultureInfo.InvariantCulture); i++) sketch.Update(i);
        return sketch;
    }

    static ulong Seed(SketchData.Row row) => row.Parameters.TryGetValue("seed", out var seed) ? ulong.Parse(seed, CultureInfo.InvariantCulture) : 9001;

    [GeneratedRegex(@"u64\[(\d+),(\d+)\)")]
    private static partial Regex Ranges();
}
