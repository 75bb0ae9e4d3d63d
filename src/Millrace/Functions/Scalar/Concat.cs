using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>concat(a, b, ...).</summary>
internal sealed class Concat() : BuiltIn("concat", "text", "concat(a, b, ...)", "All values as texts one after the other; NULLs are left out.", ("concat('n', 5, NULL, 'x')", "n5x"))
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments) =>
        arguments.IsEmpty ? null : Form(Text, [.. Enumerable.Repeat(Text, arguments.Length)]);

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) => new TextRowKernel(Text, constants, (in Row row, Outcome outcome) =>
    {
        for (var i = 0; i < row.Count; i++)
            if (!row.IsNull(i)) outcome.Append(row.Text(i));
    }, isStrict: false);
}

/// <summary>concat_ws(separator, a, b, ...).</summary>
internal sealed class ConcatWithSeparator() : BuiltIn("concat_ws", "text", "concat_ws(separator, a, b, ...)", "All values as texts with a separator between them; NULLs are left out, but a NULL separator gives NULL.",
    ("concat_ws('-', 2024, NULL, 'a')", "2024-a"))
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments) =>
        arguments.Length < 2 ? null : Form(Text, [.. Enumerable.Repeat(Text, arguments.Length)]);

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) => new TextRowKernel(Text, constants, (in Row row, Outcome outcome) =>
    {
        if (row.IsNull(0))
        {
            outcome.Null();
            return;
        }
        var isFirst = true;
        for (var i = 1; i < row.Count; i++)
        {
            if (row.IsNull(i)) continue;
            if (!isFirst) outcome.Append(row.Text(0));
            outcome.Append(row.Text(i));
            isFirst = false;
        }
    }, isStrict: false);
}
