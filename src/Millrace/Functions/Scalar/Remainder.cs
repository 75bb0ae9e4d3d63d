using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>a % b.</summary>
internal sealed class Remainder() : ArithmeticOperator("%", "What is left of a division towards zero; it has the sign of a. Division by zero is an error.",
    ("7 % 3", "1"), ("-7 % 3", "-1"), ("7.5 % 2", "1.5"))
{
    public override IReadOnlyList<string> Aliases => ["mod"];

    protected override Signature ResolveDecimal(DataType a, DataType b)
    {
        (a, b) = (DecimalRules.AsDecimal(a), DecimalRules.AsDecimal(b));
        var common = DecimalRules.Common(a, b);
        return Form(DataType.Decimal(common.Precision, common.Scale), common, common);
    }

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) => signature.Result.Storage switch
    {
        Storage.Int => new ArithmeticKernel<int, RemainderInt>(signature.Result, constants),
        Storage.Long => new ArithmeticKernel<long, RemainderLong>(signature.Result, constants),
        Storage.Double => new ArithmeticKernel<double, RemainderDouble>(signature.Result, constants),
        _ => new ArithmeticKernel<Int128, RemainderWide>(signature.Result, constants),
    };
}
