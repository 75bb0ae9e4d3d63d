using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>How long texts are.</summary>
internal static class Lengths
{
    public static ScalarFunction[] All { get; } =
    [
        new LengthFunction(),
        new ValueFunction<int>("octet_length", "text", "octet_length(text)", "Number of bytes.", [Gives(Int, Text), Gives(Int, Bytes)],
            (in Row row, Outcome outcome) => row.Text(0).Length, ("octet_length('mühle')", "6")),
        new ValueFunction<int>("bit_length", "text", "bit_length(text)", "Number of bits: eight times the bytes.", [Gives(Int, Text), Gives(Int, Bytes)],
            (in Row row, Outcome outcome) => row.Text(0).Length * 8, ("bit_length('ab')", "16")),
    ];

    /// <summary>length(text).</summary>
    sealed class LengthFunction() : RowFunction("length", "text", "length(text)", "Number of characters; of BYTES the number of bytes.",
        [Form(Integer, Text), Form(Integer, Bytes)], ("length('mühle')", "5"), ("length(CAST('\\x0102' AS BYTES))", "2"))
    {
        public override IReadOnlyList<string> Aliases => ["char_length", "character_length"];

        public override IScalarKernel Compile(Signature signature, IReadOnlyList<Expressions.Literal?> constants) => signature.Parameters[0] == Text
            ? new RowKernel<int>(Integer, constants, (in Row row, Outcome outcome) => Utf8Text.Count(row.Text(0)))
            : new RowKernel<int>(Integer, constants, (in Row row, Outcome outcome) => row.Text(0).Length);
    }
}
