using Millrace.Data;
using Millrace.Expressions;
using Millrace.Sketches.Hll;

namespace Millrace.Functions.Aggregate;

/// <summary>APPROX_COUNT_DISTINCT(x [, lgK]).</summary>
internal sealed class ApproximateCountDistinct() : SketchFunction("approx_count_distinct", "approx_count_distinct(x [, lgK])",
    "About how many different values there are, BIGINT, 0 for an empty group: HyperLogLog with 2^lgK registers (4 to 21, 12 unless given), standard error 1.04 / 2^(lgK / 2): 1.6 % for 12, hardly any up to some hundred values. The same answer for any order and any number of lanes.",
    ("SELECT approx_count_distinct(x) FROM (VALUES ('a'), ('b'), ('a'), (NULL)) AS t(x)", "2"))
{
    HllForm _form = HllForm.Default;

    public override IReadOnlyList<int> ConstantArguments => [1];

    protected override SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending) => new ApproximateCountDistinct { _form = HllForm.Of(constants[0]) };

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) => !distinct && arguments is [var x] ? Form(DataType.BigInt, Known(x)) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) => signature.Parameters[0].Storage switch
    {
        Storage.Int128 => new SketchStates<HllSketch, CountedWide<Int128>>(_form, default, Tell, memory),
        Storage.Interval => new SketchStates<HllSketch, CountedWide<Interval>>(_form, default, Tell, memory),
        Storage.Text => new SketchStates<HllSketch, CountedTexts>(_form, default, Tell, memory),
        _ => Hashed.States<HllSketch, HllHashing>(_form, signature.Parameters[0], Tell, memory),
    };

    static void Tell(HllSketch? sketch, Column results) => ((Column<long>)results).Append(sketch is null ? 0 : (long)Math.Round(sketch.CompositeEstimate));
}
