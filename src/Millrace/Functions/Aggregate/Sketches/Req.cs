using Millrace.Expressions;
using Millrace.Sketches;
using Millrace.Sketches.Quantiles;

namespace Millrace.Functions.Aggregate;

/// <summary>REQ_AGG(x [, k]).</summary>
internal sealed class ReqAggregate() : QuantileAggregate<ReqSketch<double>>("req_agg", "req_agg(x [, k])",
    "The values as an REQ sketch of quantiles, BYTES: DataSketches' image of doubles with accurate high ranks. The error shrinks towards the top: for k = 12 (even, 4 to 1,024; 12 unless given) 0.05 % of the rank at p95 and 0.001 % at p99.9. NULL for an empty group; NaN is left out. Beyond 6 k values the order of rows shows within the error.",
    ("SELECT req_quantile(req_agg(x), 0.5) FROM (VALUES (1), (2), (10)) AS t(x)", "2"))
{
    ReqForm _form = ReqForm.Default;

    protected override SketchForm<ReqSketch<double>> SketchForm => _form;

    protected override SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending) => new ReqAggregate { _form = ReqForm.Of(constants[0]) };
}

/// <summary>REQ_MERGE(image [, k]).</summary>
internal sealed class ReqMerge() : SketchMerge<ReqSketch<double>>("req_merge", "req_merge(image [, k])",
    "One REQ sketch of all values that the sketches of a group have seen; all have one k (12 unless given) and accurate high ranks. NULL for an empty group. An image that is damaged or of another kind or k is an error of its row.",
    ("SELECT req_quantile(req_merge(s), 0.5) FROM (SELECT req_agg(x) AS s FROM (VALUES ('a', 1), ('a', 2), ('b', 10)) AS t(k, x) GROUP BY k)", "2"))
{
    ReqForm _form = ReqForm.Default;

    public override IReadOnlyList<int> ConstantArguments => [1];

    protected override SketchForm<ReqSketch<double>> SketchForm => _form;

    protected override SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending) => new ReqMerge { _form = ReqForm.Of(constants[0]) };
}

/// <summary>REQ sketches of doubles, accurate at high ranks, of one k.</summary>
sealed class ReqForm(int k) : SketchForm<ReqSketch<double>>
{
    public static ReqForm Default { get; } = new(ReqSketch<double>.DefaultK);

    public static ReqForm Of(Literal constant)
    {
        var k = SketchConstants.Whole(constant, "k", 4, 1024);
        return k % 2 == 0 ? new(k) : throw new ArgumentException($"k is even, not {k}");
    }

    public override ReqSketch<double> Create() => new(k);

    public override ReqSketch<double> FromImage(ReadOnlySpan<byte> image)
    {
        var sketch = ReqSketch<double>.Load(image);
        if (sketch.K != k || !sketch.IsHighRankAccurate)
            throw new SketchFormatException($"the sketch has k {sketch.K} and accurate {(sketch.IsHighRankAccurate ? "high" : "low")} ranks, but those merged here k {k} and accurate high ranks");
        return sketch;
    }

    public override void Save(ReqSketch<double> sketch, StateWriter writer)
    {
        writer.WriteBytes(sketch.Save());
        writer.Write(sketch.Randomness);
    }

    public override ReqSketch<double> Load(ref StateReader reader)
    {
        var sketch = ReqSketch<double>.Load(reader.ReadBytes());
        sketch.Randomness = reader.Read<UInt128>();
        return sketch;
    }
}
