using Millrace.Data;
using Millrace.Expressions;
using Millrace.Sketches.Theta;

namespace Millrace.Functions.Aggregate;

/// <summary>THETA_AGG(x [, lgK]).</summary>
internal sealed class ThetaAggregate() : SketchFunction("theta_agg", "theta_agg(x [, lgK])",
    "The different values as a theta sketch, BYTES: DataSketches' compact, ordered image of at most 2^lgK hashes (5 to 20, 12 unless given), 8 bytes each; exact up to as many values, then a standard error of 1 / 2^(lgK / 2): 1.6 % for 12. For theta_intersect, theta_except and theta_union. NULL for an empty group; the empty text is no value. The same bytes for any order.",
    ("SELECT theta_estimate(theta_agg(x)) FROM (VALUES (1), (2), (1), (NULL)) AS t(x)", "2"))
{
    ThetaForm _form = ThetaForm.Default;

    public override IReadOnlyList<int> ConstantArguments => [1];

    protected override SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending) => new ThetaAggregate { _form = ThetaForm.Of(constants[0]) };

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) =>
        !distinct && arguments is [var x] && Hashed.ItemOf(x) is { } item ? Form(DataType.Bytes, item) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) =>
        Hashed.States<ThetaSketch, ThetaHashing>(_form, signature.Parameters[0], ImageOf(_form), memory);
}

/// <summary>THETA_MERGE(image [, lgK]).</summary>
internal sealed class ThetaMerge() : SketchMerge<ThetaSketch>("theta_merge", "theta_merge(image [, lgK])",
    "One theta sketch of all values that the sketches of a group have seen: at most 2^lgK hashes (5 to 20, 12 unless given; images do not say theirs). NULL for an empty group. An image that is damaged or of another kind is an error of its row.",
    ("SELECT theta_estimate(theta_merge(s)) FROM (SELECT theta_agg(x) AS s FROM (VALUES ('a', 1), ('a', 2), ('b', 2)) AS t(k, x) GROUP BY k)", "2"))
{
    ThetaForm _form = ThetaForm.Default;

    public override IReadOnlyList<int> ConstantArguments => [1];

    protected override SketchForm<ThetaSketch> SketchForm => _form;

    protected override SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending) => new ThetaMerge { _form = ThetaForm.Of(constants[0]) };
}

/// <summary>Theta sketches with the hash seed of DataSketches.</summary>
sealed class ThetaForm(int lgK) : SketchForm<ThetaSketch>
{
    public static ThetaForm Default { get; } = new(12);

    public static ThetaForm Of(Literal lgK) => new(SketchConstants.Whole(lgK, "lgK", 5, 20));

    public override ThetaSketch Create() => new(lgK);
    public override byte[] Image(ThetaSketch sketch) => sketch.Compact(isTrimmed: true).Save();

    public override void Save(ThetaSketch sketch, StateWriter writer) => writer.WriteBytes(Image(sketch));

    // An image does not say its K.
    public override ThetaSketch Load(ref StateReader reader)
    {
        var sketch = Create();
        sketch.Merge(reader.ReadBytes());
        return sketch;
    }
}
