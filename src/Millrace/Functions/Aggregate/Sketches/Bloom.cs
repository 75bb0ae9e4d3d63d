using Millrace.Data;
using Millrace.Expressions;
using Millrace.Sketches;
using Millrace.Sketches.Bloom;

namespace Millrace.Functions.Aggregate;

/// <summary>BLOOM_AGG(x [, items [, false_positives]]).</summary>
internal sealed class BloomAggregate() : SketchFunction("bloom_agg", "bloom_agg(x [, items [, false_positives]])",
    "The values as a Bloom filter, BYTES, for approx_contains: DataSketches' image, made for so many different items (10,000 unless given, at most 100,000,000) and a share of false answers (0.01 unless given, 0.000001 to 0.5): 1.2 bytes an item at 1 %, whatever comes. NULL for an empty group; the empty text is no value. The same bytes for any order.",
    ("SELECT approx_contains(bloom_agg(x), 2) FROM (VALUES (1), (2)) AS t(x)", "true"))
{
    BloomForm _form = BloomForm.Default;

    public override IReadOnlyList<int> ConstantArguments => [1, 2];

    protected override SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending) => new BloomAggregate { _form = BloomForm.Of(constants) };

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) =>
        !distinct && arguments is [var x] && Hashed.ItemOf(x) is { } item ? Form(DataType.Bytes, item) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) =>
        Hashed.States<BloomFilter, BloomHashing>(_form, signature.Parameters[0], ImageOf(_form), memory);
}

/// <summary>BLOOM_MERGE(image [, items [, false_positives]]).</summary>
internal sealed class BloomMerge() : SketchMerge<BloomFilter>("bloom_merge", "bloom_merge(image [, items [, false_positives]])",
    "One Bloom filter of all values that the filters of a group have seen. All are of one size: that of bloom_agg with the same numbers. NULL for an empty group. An image that is damaged or of another size is an error of its row.",
    ("SELECT approx_contains(bloom_merge(s), 2) FROM (SELECT bloom_agg(x) AS s FROM (VALUES ('a', 1), ('b', 2)) AS t(k, x) GROUP BY k)", "true"))
{
    BloomForm _form = BloomForm.Default;

    public override IReadOnlyList<int> ConstantArguments => [1, 2];

    protected override SketchForm<BloomFilter> SketchForm => _form;

    protected override SketchFunction Place(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending) => new BloomMerge { _form = BloomForm.Of(constants) };
}

/// <summary>Bloom filters of one size.</summary>
sealed class BloomForm(int items, double falsePositives) : SketchForm<BloomFilter>
{
    public static BloomForm Default { get; } = new(10_000, 0.01);

    public static BloomForm Of(IReadOnlyList<Literal> constants) => new(SketchConstants.Whole(constants[0], "items", 1, 100_000_000),
        constants.Count > 1 ? SketchConstants.Number(constants[1], "false_positives", 0.000001, 0.5) : 0.01);

    public override BloomFilter Create() => BloomFilter.ForItems(items, falsePositives);

    public override BloomFilter FromImage(ReadOnlySpan<byte> image)
    {
        var filter = BloomFilter.Load(image);
        var own = Create();
        if ((filter.Bits, filter.Hashes, filter.Seed) != (own.Bits, own.Hashes, own.Seed))
            throw new SketchFormatException($"the filter has {filter.Bits} bits, {filter.Hashes} hashes and seed {filter.Seed}, but those merged here {own.Bits}, {own.Hashes} and {own.Seed}: give the numbers that it was made with");
        return filter;
    }
}
