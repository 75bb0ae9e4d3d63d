using Millrace.Data;
using Millrace.Expressions.Kernels;
using Millrace.Sketches.Bloom;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>What Bloom filters answer.</summary>
internal static class BloomImages
{
    const string Of1 = "CAST('\\x040115000300000029230000000000000100000000000000ffffffffffffffff0000000108000020' AS BYTES)";

    public static ScalarFunction[] All { get; } =
    [
        new CompiledFunction("approx_contains bloom_contains", "sketches", "approx_contains(image, value)",
            "Whether a value is among those that a Bloom filter was made of: true always where it is, and in a small part of the cases (that of bloom_agg) where it is not. The value has the type that they had: 7 and 7.0 are two. An image that is damaged or of another kind is an error.",
            [Gives(Bool, Bytes, Text), Gives(Bool, Bytes, Bytes), Gives(Bool, Bytes, Long), Gives(Bool, Bytes, Real), Gives(Bool, Bytes, Bool), Gives(Bool, Bytes, Moment)], (signature, constants) =>
            {
                // Mostly one filter is asked for many values.
                BloomFilter? filter = null;
                byte[] image = [];
                return new RowKernel<byte>(signature.Result, constants, (in Row row, Outcome outcome) =>
                {
                    if (filter is null || !row.Text(0).SequenceEqual(image))
                    {
                        filter = SketchImages.Read(row, 0, BloomFilter.Load, outcome);
                        if (filter is null) return 0;
                        image = row.Text(0).ToArray();
                    }
                    return Contains(filter, row) ? (byte)1 : (byte)0;
                });
            }, ($"approx_contains({Of1}, 1)", "true"), ($"approx_contains({Of1}, 2)", "false")),
    ];

    static bool Contains(BloomFilter filter, in Row row) => row.Column(1) switch
    {
        TextColumn => filter.Contains(row.Text(1)),
        Column<byte> => filter.Contains(row.Bool(1) ? 1L : 0),
        Column<double> => filter.Contains(row.Double(1)),
        _ => filter.Contains(row.Long(1)),
    };
}
