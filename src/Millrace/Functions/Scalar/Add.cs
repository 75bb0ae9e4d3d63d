using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>a + b.</summary>
internal sealed class Add() : ArithmeticOperator("+", "The sum of two numbers, of two intervals, or of a time and an interval. An integer sum that does not fit is an error.",
    ("1 + 2", "3"), ("1.5 + 2.25", "3.75"), ("TIMESTAMP '2024-01-31 12:00:00' + INTERVAL '1 month'", "2024-02-29 12:00:00"), ("INTERVAL '1 day' + INTERVAL '2 hours'", "1 day 02:00:00"))
{
    protected override Signature? ResolveTime(DataType a, DataType b) => (a.Kind, b.Kind) switch
    {
        (TypeKind.Timestamp, TypeKind.Interval or TypeKind.Null or TypeKind.Text) => Form(Timestamp, Timestamp, Interval),
        (TypeKind.Interval or TypeKind.Null or TypeKind.Text, TypeKind.Timestamp) => Form(Timestamp, Interval, Timestamp),
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
        (TypeKind.Timestamp, _) => TimeArithmetic.Shift(constants, time: 0, interval: 1, sign: 1),
        (TypeKind.Interval, Storage.Long) => TimeArithmetic.Shift(constants, time: 1, interval: 0, sign: 1),
        (TypeKind.Interval, _) => TimeArithmetic.Sum(constants, 1),
        (_, Storage.Int) => new ArithmeticKernel<int, AddInt>(signature.Result, constants),
        (_, Storage.Long) => new ArithmeticKernel<long, AddLong>(signature.Result, constants),
        (_, Storage.Double) => new ArithmeticKernel<double, AddDouble>(signature.Result, constants),
        _ => new ArithmeticKernel<Int128, AddWide>(signature.Result, constants),
    };
}
