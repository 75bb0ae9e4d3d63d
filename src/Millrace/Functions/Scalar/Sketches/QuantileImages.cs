using Millrace.Expressions.Kernels;
using Millrace.Sketches;
using Millrace.Sketches.Quantiles;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Answers of sketches of quantiles.</summary>
internal static class QuantileImages
{
    const string Kll = "CAST('\\x05010f02c80008000200000000000000c8000100c6000000000000000000f03f0000000000000040000000000000f03f0000000000000040' AS BYTES)";
    const string Req = "CAST('\\x020111380c000102000000000000f03f0000000000000040' AS BYTES)", Digest = "CAST('\\x010114c8000600000000000000000040' AS BYTES)";
    const string Damage = "An image that is damaged or of another kind is an error.";

    public static ScalarFunction[] All { get; } =
    [
        Quantile<KllSketch<double>>("kll", "KLL sketch of doubles", "a value that came", Kll, "1"),
        Rank<KllSketch<double>>("kll", "KLL sketch of doubles", Kll, "0.5"),
        Bounds<KllSketch<double>>("kll", "KLL sketch of doubles", static (sketch, rank, deviations) => sketch.QuantileBounds(rank, deviations), Kll, "{\"lower\":1,\"estimate\":1,\"upper\":1}"),
        Quantile<ReqSketch<double>>("req", "REQ sketch of doubles", "a value that came", Req, "1"),
        Rank<ReqSketch<double>>("req", "REQ sketch of doubles", Req, "0.5"),
        Bounds<ReqSketch<double>>("req", "REQ sketch of doubles", static (sketch, rank, deviations) => sketch.QuantileBounds(rank, deviations), Req, "{\"lower\":1,\"estimate\":1,\"upper\":1}"),
        Quantile<TDigest>("tdigest", "t-digest", "interpolated between values", Digest, "2"),
        Rank<TDigest>("tdigest", "t-digest", Digest, "0"),
    ];

    static ValueFunction<double> Quantile<TSketch>(string family, string what, string which, string image, string result) where TSketch : class, IQuantileSketch<TSketch, double> =>
        new($"{family}_quantile", "sketches", $"{family}_quantile(image, rank)", $"The value below which a part (0 to 1) of what a {what} has seen lies, {which}: DOUBLE, NULL if it has seen nothing. {Damage}",
            [Gives(Real, Bytes, Real)], (in Row row, Outcome outcome) =>
            {
                if (!SketchImages.TryRank(row, 1, outcome, out var rank) || SketchImages.Read(row, 0, TSketch.Load, outcome) is not { } sketch) return 0;
                if (!sketch.IsEmpty) return sketch.Quantile(rank);
                outcome.Null();
                return 0;
            }, ($"{family}_quantile({image}, 0.5)", result));

    static ValueFunction<double> Rank<TSketch>(string family, string what, string image, string result) where TSketch : class, IQuantileSketch<TSketch, double> =>
        new($"{family}_rank", "sketches", $"{family}_rank(image, value)", $"Which part (0 to 1) of what a {what} has seen is not above a value: DOUBLE, NULL if it has seen nothing. {Damage}",
            [Gives(Real, Bytes, Real)], (in Row row, Outcome outcome) =>
            {
                if (SketchImages.Read(row, 0, TSketch.Load, outcome) is not { } sketch) return 0;
                if (!sketch.IsEmpty) return sketch.Rank(row.Double(1));
                outcome.Null();
                return 0;
            }, ($"{family}_rank({image}, 1.5)", result));

    static TextFunction Bounds<TSketch>(string family, string what, Func<TSketch, double, int, QuantileBounds<double>> bounds, string image, string result) where TSketch : class, IQuantileSketch<TSketch, double> =>
        new($"{family}_bounds", "sketches", $"{family}_bounds(image, rank [, deviations])",
            $"Between which values the true quantile of what a {what} has seen lies, as JSON: lower, estimate and upper. With 1, 2 (unless given) or 3 standard deviations that holds in 68, 95 or 99.7 % of all cases. NULL if it has seen nothing. {Damage}",
            [Gives(Text, Bytes, Real), Gives(Text, Bytes, Real, Int)], (in Row row, Outcome outcome) =>
            {
                if (!SketchImages.TryRank(row, 1, outcome, out var rank) || !SketchImages.TryDeviations(row, 2, outcome, out var deviations)) return;
                if (SketchImages.Read(row, 0, TSketch.Load, outcome) is not { } sketch) return;
                if (sketch.IsEmpty)
                {
                    outcome.Null();
                    return;
                }
                var (value, lower, upper) = bounds(sketch, rank, deviations);
                SketchImages.Append(new Estimate(value, lower, upper), outcome);
            }, ($"{family}_bounds({image}, 0.5)", result));
}
