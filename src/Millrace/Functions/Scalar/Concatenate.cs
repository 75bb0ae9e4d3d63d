using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>a || b.</summary>
internal sealed class Concatenate() : BuiltIn("||", "text", "a || b", "Two texts one after the other; other types are written as text. NULL if one is NULL.",
    ("'mill' || 'race'", "millrace"), ("'n = ' || 5", "n = 5"), ("'a' || NULL", "NULL"))
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments)
    {
        if (arguments.Length != 2) return null;
        var isBytes = arguments[0].Kind == TypeKind.Bytes && arguments[1].Kind == TypeKind.Bytes;
        return isBytes ? Form(Bytes, Bytes, Bytes) : Form(Text, Text, Text);
    }

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) => new TextRowKernel(signature.Result, constants, (in Row row, Outcome outcome) =>
    {
        outcome.Append(row.Text(0));
        outcome.Append(row.Text(1));
    });
}
