using Millrace.Data;
using Millrace.Expressions;
using Millrace.Sketches.Hll;

namespace Millrace.Functions.Aggregate;

/// <summary>HLL_AGG(x [, lgK]).</summary>
internal sealed class HllAggregate() : SketchFunction("hll_agg", "hll_agg(x [, lgK])",
    "The different values as a HyperLogLog sketch, BYTES: DataSketches' image with 2^lgK registers of 8 bits (4 to 21, 12 unless given: 4,136 bytes, less for few values). NULL for an empty group; the empty text is no value. The same bytes for any order.",
    ("SELECT hll_estimate(hll_agg(x)) FROM (VALUES (1), (2), (1), (NULL)) AS t(x)", "2"))
{
    HllForm _form = HllForm.Default;

    public override IReadOnlyList<int> ConstantArguments => [1];

    protected override SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending) => new HllAggregate { _form = HllForm.Of(constants[0]) };

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) =>
        !distinct && arguments is [var x] && Hashed.ItemOf(x) is { } item ? Form(DataType.Bytes, item) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) =>
        Hashed.States<HllSketch, HllHashing>(_form, signature.Parameters[0], ImageOf(_form), memory);
}

/// <summary>HLL_MERGE(image).</summary>
internal sealed class HllMerge() : SketchMerge<HllSketch>("hll_merge", "hll_merge(image)",
    "One HyperLogLog sketch of all values that the sketches of a group have seen, with as many registers as the smallest has; NULL for an empty group. An image that is damaged or of another kind is an error of its row.",
    ("SELECT hll_estimate(hll_merge(s)) FROM (SELECT hll_agg(x) AS s FROM (VALUES ('a', 1), ('a', 2), ('b', 2)) AS t(k, x) GROUP BY k)", "2"))
{
    protected override SketchForm<HllSketch> SketchForm => HllForm.Default;
}

/// <summary>HyperLogLog with 8 bits a register.</summary>
sealed class HllForm(int lgK) : SketchForm<HllSketch>
{
    public static HllForm Default { get; } = new(12);

    public static HllForm Of(Literal lgK) => new(SketchConstants.Whole(lgK, "lgK", 4, 21));

    public override HllSketch Create() => new(lgK);

    public override void Merge(ref HllSketch into, HllSketch other)
    {
        if (other.IsEmpty) return;
        if (other.LgK < into.LgK || into.IsEmpty && other.LgK != into.LgK)
        {
            var fitting = new HllSketch(other.LgK);
            fitting.Merge(into);
            into = fitting;
        }
        into.Merge(other);
    }

    public override byte[] Image(HllSketch sketch) => sketch.Unordered().Save();

    // Sparse images grow with what they hold, and HIP is no part of any answer here.
    public override void Save(HllSketch sketch, StateWriter writer) => writer.WriteBytes(Image(sketch));
}
