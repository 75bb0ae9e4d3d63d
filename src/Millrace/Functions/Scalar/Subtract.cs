using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>a - b.</summary>
internal sealed class Subtract() : ArithmeticOperator("-", "The difference of two numbers, intervals or times (days and a time of day), or a time an interval earlier.",
    ("1 - 3", "-2"), ("1.5 - 0.25", "1.25"), ("TIMESTAMP '2024-03-01 00:00:00' - TIMESTAMP '2024-02-28 22:00:00'", "1 day 02:00:00"),
    ("TIMESTAMP '2024-03-31 00:00:00' - INTERVAL '1 month'", "2024-02-29 00:00:00"))
{
    protected override Signature? ResolveTime(DataType a, DataType b) => (a.Kind, b.Kind) switch
    {
        (TypeKind.Timestamp, TypeKind.Interval) => Form(Timestamp, Timestamp, Interval),
        (TypeKind.Timestamp, TypeKind.Timestamp or TypeKind.Text or TypeKind.Null) or (TypeKind.Text or TypeKind.Null, TypeKind.Timestamp) => Form(Interval, Timestamp, Timestamp),
        (TypeKind.Interval, TypeKind.Interval or TypeKind.Null) or (TypeKind.Null, TypeKind.Interval) => Form(Interval, Interval, Interval),
        _ => null,
    };

    protected override Signature ResolveDecimal(DataType a, DataType b)
    {
        var result = DecimalRules.Add(DecimalRules.AsDecimal(a), DecimalRules.AsDecimal(b));
        return Form(result, result, result);
    }

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) => (signature.Parameters[0].Kind, signature.Result.Storage) switch
    {
        (TypeKind.Timestamp, Storage.Long) => TimeArithmetic.Shift(constants, time: 0, interval: 1, sign: -1),
        (TypeKind.Timestamp, _) => TimeArithmetic.Distance(constants),
        (TypeKind.Interval, _) => TimeArithmetic.Sum(constants, -1),
        (_, Storage.Int) => new ArithmeticKernel<int, SubtractInt>(signature.Result, constants),
        (_, Storage.Long) => new ArithmeticKernel<long, SubtractLong>(signature.Result, constants),
        (_, Storage.Double) => new ArithmeticKernel<double, SubtractDouble>(signature.Result, constants),
        _ => new ArithmeticKernel<Int128, SubtractWide>(signature.Result, constants),
    };
}
