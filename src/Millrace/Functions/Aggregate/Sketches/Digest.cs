using Millrace.Expressions;
using Millrace.Sketches.Quantiles;

namespace Millrace.Functions.Aggregate;

/// <summary>TDIGEST_AGG(x [, k]).</summary>
internal sealed class DigestAggregate() : QuantileAggregate<TDigest>("tdigest_agg", "tdigest_agg(x [, k])",
    "The values as a t-digest, BYTES: DataSketches' image of doubles. Small, and sharp at both ends: for k = 200 (10 to 65,535; 200 unless given) some 0.02 % of the rank in the middle and 0.002 % at p1 and p99, measured, without a proven bound. NULL for an empty group; NaN and infinities are left out. Beyond some hundred values the order of rows shows within the error.",
    ("SELECT tdigest_quantile(tdigest_agg(x), 1) FROM (VALUES (1), (2), (10)) AS t(x)", "10"))
{
    DigestForm _form = DigestForm.Default;

    protected override SketchForm<TDigest> SketchForm => _form;

    protected override SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending) => new DigestAggregate { _form = new(SketchConstants.Whole(constants[0], "k", 10, ushort.MaxValue)) };
}

/// <summary>TDIGEST_MERGE(image).</summary>
internal sealed class DigestMerge() : SketchMerge<TDigest>("tdigest_merge", "tdigest_merge(image)",
    "One t-digest of all values that the digests of a group have seen, with the least k of them; NULL for an empty group. An image that is damaged or of another kind is an error of its row.",
    ("SELECT tdigest_quantile(tdigest_merge(s), 1) FROM (SELECT tdigest_agg(x) AS s FROM (VALUES ('a', 1), ('a', 2), ('b', 10)) AS t(k, x) GROUP BY k)", "10"))
{
    protected override SketchForm<TDigest> SketchForm => DigestForm.Default;
}

/// <summary>t-digests of doubles.</summary>
sealed class DigestForm(int k) : SketchForm<TDigest>
{
    public static DigestForm Default { get; } = new(TDigest.DefaultK);

    public override TDigest Create() => new(k);

    public override void Merge(ref TDigest into, TDigest other)
    {
        if (other.IsEmpty) return;
        if (other.K < into.K || into.IsEmpty && other.K != into.K)
        {
            var fitting = new TDigest(other.K);
            fitting.Merge(into);
            into = fitting;
        }
        into.Merge(other);
    }

    public override byte[] Image(TDigest sketch) => sketch.SaveSettled();

    public override void Save(TDigest sketch, StateWriter writer) => writer.WriteBytes(sketch.SaveWithBuffer());
}
