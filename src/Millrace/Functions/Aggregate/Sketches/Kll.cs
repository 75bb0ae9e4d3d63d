using Millrace.Expressions;
using Millrace.Sketches.Quantiles;

namespace Millrace.Functions.Aggregate;

/// <summary>KLL_AGG(x [, k]).</summary>
internal sealed class KllAggregate() : QuantileAggregate<KllSketch<double>>("kll_agg", "kll_agg(x [, k])",
    "The values as a KLL sketch of quantiles, BYTES: DataSketches' image of doubles. The rank of an answer is wrong by at most 2.3 / k^0.97 with 99 % confidence: 1.33 % for k = 200 (8 to 65,535; 200 unless given); exact up to k values. NULL for an empty group; NaN is left out. Beyond k values the order of rows shows within the error.",
    ("SELECT kll_quantile(kll_agg(x), 0.5) FROM (VALUES (1), (2), (10)) AS t(x)", "2"))
{
    KllForm _form = KllForm.Default;

    protected override SketchForm<KllSketch<double>> SketchForm => _form;

    protected override SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending) => new KllAggregate { _form = new(SketchConstants.Whole(constants[0], "k", 8, ushort.MaxValue)) };
}

/// <summary>KLL_MERGE(image).</summary>
internal sealed class KllMerge() : SketchMerge<KllSketch<double>>("kll_merge", "kll_merge(image)",
    "One KLL sketch of all values that the sketches of a group have seen, with the least k of them; NULL for an empty group. An image that is damaged or of another kind is an error of its row.",
    ("SELECT kll_quantile(kll_merge(s), 0.5) FROM (SELECT kll_agg(x) AS s FROM (VALUES ('a', 1), ('a', 2), ('b', 10)) AS t(k, x) GROUP BY k)", "2"))
{
    protected override SketchForm<KllSketch<double>> SketchForm => KllForm.Default;
}

/// <summary>KLL sketches of doubles.</summary>
sealed class KllForm(int k) : SketchForm<KllSketch<double>>
{
    public static KllForm Default { get; } = new(KllSketch<double>.DefaultK);

    public override KllSketch<double> Create() => new(k);

    public override void Merge(ref KllSketch<double> into, KllSketch<double> other)
    {
        if (other.IsEmpty) return;
        if (other.K < into.K || into.IsEmpty && other.K != into.K)
        {
            var fitting = new KllSketch<double>(other.K);
            fitting.Merge(into);
            into = fitting;
        }
        into.Merge(other);
    }

    public override byte[] Image(KllSketch<double> sketch) => sketch.SaveSorted();

    public override void Save(KllSketch<double> sketch, StateWriter writer)
    {
        writer.WriteBytes(sketch.Save());
        writer.Write(sketch.Randomness);
    }

    public override KllSketch<double> Load(ref StateReader reader)
    {
        var sketch = KllSketch<double>.Load(reader.ReadBytes());
        sketch.Randomness = reader.Read<UInt128>();
        return sketch;
    }
}
