using Millrace.Expressions.Kernels;
using Millrace.Functions.Aggregate;
using Millrace.Sketches.Hll;
using Millrace.Sketches.Theta;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Answers of HyperLogLog and theta sketches, and sets made of them.</summary>
internal static class DistinctImages
{
    const string HllOf1 = "CAST('\\x0201070c030801082bf2fb06' AS BYTES)", HllOf2 = "CAST('\\x0201070c03080108862ff90d' AS BYTES)";
    const string ThetaOf1 = "CAST('\\x01030300003acc9315f97dcbbd86a105' AS BYTES)", ThetaOf2 = "CAST('\\x01030300003acc93c397fc1281709d1e' AS BYTES)";
    const string ThetaOf12 = "CAST('\\x02030300001acc93020000000000000015f97dcbbd86a105c397fc1281709d1e' AS BYTES)";

    public static ScalarFunction[] All { get; } =
    [
        SketchImages.Estimate("hll_estimate", "a HyperLogLog sketch", HllSketch.Load, ($"hll_estimate({HllOf1})", "1")),
        SketchImages.Bounds("hll_bounds", "a HyperLogLog sketch", HllSketch.Load, ($"hll_bounds({HllOf1})", "{\"lower\":1,\"estimate\":1,\"upper\":1}")),
        new TextFunction("hll_union", "sketches", "hll_union(image, image)", "A HyperLogLog sketch, BYTES, of what either has seen, with as many registers as the smaller has. An image that is damaged or of another kind is an error.",
            [Gives(Bytes, Bytes, Bytes)], UniteHll, ($"hll_estimate(hll_union({HllOf1}, {HllOf2}))", "2")),
        SketchImages.Estimate("theta_estimate", "a theta sketch", static image => CompactThetaSketch.Load(image), ($"theta_estimate({ThetaOf12})", "2")),
        SketchImages.Bounds("theta_bounds", "a theta sketch", static image => CompactThetaSketch.Load(image), ($"theta_bounds({ThetaOf12}, 3)", "{\"lower\":2,\"estimate\":2,\"upper\":2}")),
        OfTwo("theta_union", "what either has seen, at most 4,096 hashes (theta_merge takes other numbers)", Unite, ($"theta_estimate(theta_union({ThetaOf1}, {ThetaOf2}))", "2")),
        OfTwo("theta_intersect", "what both have seen", static (a, b) => a.Intersect(b), ($"theta_estimate(theta_intersect({ThetaOf12}, {ThetaOf2}))", "1")),
        OfTwo("theta_except", "what the first has seen and the second has not", static (a, b) => a.Except(b), ($"theta_estimate(theta_except({ThetaOf12}, {ThetaOf2}))", "1")),
    ];

    static void UniteHll(in Row row, Outcome outcome)
    {
        if (SketchImages.Read(row, 0, HllSketch.Load, outcome) is not { } one || SketchImages.Read(row, 1, HllSketch.Load, outcome) is not { } other) return;
        var form = HllForm.Default;
        var all = form.Create();
        form.Merge(ref all, one);
        form.Merge(ref all, other);
        outcome.Append(form.Image(all));
    }

    static CompactThetaSketch Unite(CompactThetaSketch one, CompactThetaSketch other)
    {
        var all = ThetaForm.Default.Create();
        all.Merge(one);
        all.Merge(other);
        return all.Compact();
    }

    static TextFunction OfTwo(string name, string what, Func<CompactThetaSketch, CompactThetaSketch, CompactThetaSketch> combine, (string Sql, string Result) example) =>
        new(name, "sketches", $"{name}(image, image)", $"A theta sketch, BYTES, of {what}. An image that is damaged or of another kind is an error.", [Gives(Bytes, Bytes, Bytes)], (in Row row, Outcome outcome) =>
        {
            if (SketchImages.Read(row, 0, static image => CompactThetaSketch.Load(image), outcome) is { } one
                && SketchImages.Read(row, 1, static image => CompactThetaSketch.Load(image), outcome) is { } other) outcome.Append(combine(one, other).Save());
        }, example);
}
