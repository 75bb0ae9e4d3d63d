using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>greatest(a, b, ...).</summary>
internal sealed class Greatest() : Selection("greatest", "greatest(a, b, ...)", "The greatest of the values that are not NULL; NULL where all are. NaN is the greatest number.", sign: 1,
    ("greatest(1, 3, 2)", "3"), ("greatest('a', NULL, 'b')", "b"));

/// <summary>least(a, b, ...).</summary>
internal sealed class Least() : Selection("least", "least(a, b, ...)", "The least of the values that are not NULL; NULL where all are. NaN is the greatest number.", sign: -1,
    ("least(1.5, 3, 2)", "1.5"), ("least(NULL, NULL, 7)", "7"));

/// <summary>One of several values of a common type.</summary>
internal abstract class Selection(string name, string syntax, string summary, int sign, params (string Sql, string Result)[] examples)
    : BuiltIn(name, "conditional", syntax, summary, examples)
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments)
    {
        if (arguments.IsEmpty || Casts.Common(arguments) is not { } common) return null;
        if (common.Kind == TypeKind.Null) common = Text;
        return Form(common, [.. Enumerable.Repeat(common, arguments.Length)]);
    }

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants)
    {
        var type = signature.Result;
        return type.Storage switch
        {
            Storage.Byte => Fixed<byte>(type, constants),
            Storage.Int => Fixed<int>(type, constants),
            Storage.Long => Fixed<long>(type, constants),
            Storage.Double => Fixed<double>(type, constants),
            Storage.Int128 => Fixed<Int128>(type, constants),
            Storage.Interval => Fixed<Interval>(type, constants),
            _ => new TextRowKernel(type, constants, (in Row row, Outcome outcome) =>
            {
                var best = Best(type, in row);
                if (best < 0) outcome.Null();
                else outcome.Append(row.Text(best));
            }, isStrict: false),
        };
    }

    RowKernel<T> Fixed<T>(DataType type, IReadOnlyList<Literal?> constants) where T : unmanaged => new(type, constants, (in Row row, Outcome outcome) =>
    {
        var best = Best(type, in row);
        if (best >= 0) return ((Column<T>)row.Column(best))[row.Index];
        outcome.Null();
        return default;
    }, isStrict: false);

    int Best(DataType type, in Row row)
    {
        var best = -1;
        for (var i = 0; i < row.Count; i++)
            if (!row.IsNull(i) && (best < 0 || sign * Values.Compare(type, in row, i, best) > 0)) best = i;
        return best;
    }
}
