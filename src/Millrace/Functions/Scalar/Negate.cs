using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>-a.</summary>
internal sealed class Negate() : BuiltIn("neg", "math", "-a", "A number or interval with the other sign. The least integer has none: an error.",
    ("-(3)", "-3"), ("-INTERVAL '1 day'", "-1 days"))
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments) =>
        arguments is not [var a] ? null : a.IsNumeric || a.Kind == TypeKind.Interval ? Form(a, a) : a.Kind == TypeKind.Null ? Form(Integer, Integer) : null;

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants)
    {
        var type = signature.Result;
        return type.Storage switch
        {
            Storage.Int => new ValueCast<int, int, NegateInt>(type, default, isSoft: false),
            Storage.Long => new ValueCast<long, long, NegateLong>(type, default, isSoft: false),
            Storage.Double => new ValueCast<double, double, NegateDouble>(type, default, isSoft: false),
            Storage.Int128 => new ValueCast<Int128, Int128, NegateWide>(type, default, isSoft: false),
            _ => new RowKernel<Interval>(type, constants, (in Row row, Outcome outcome) => TimeArithmetic.Scale(row.Interval(0), -1, outcome)),
        };
    }

    readonly struct NegateInt : IConversion<int, int>
    {
        public bool TryConvert(int from, out int to) { to = -from; return from != int.MinValue; }
        public string Message(int from) => $"-({from}) is out of range for INTEGER ({Overflow.Range(DataType.Integer)})";
    }

    readonly struct NegateLong : IConversion<long, long>
    {
        public bool TryConvert(long from, out long to) { to = -from; return from != long.MinValue; }
        public string Message(long from) => $"-({from}) is out of range for BIGINT ({Overflow.Range(DataType.BigInt)})";
    }

    readonly struct NegateDouble : IConversion<double, double>
    {
        public bool TryConvert(double from, out double to) { to = -from; return true; }
        public string Message(double from) => "";
    }

    readonly struct NegateWide : IConversion<Int128, Int128>
    {
        public bool TryConvert(Int128 from, out Int128 to) { to = -from; return true; }
        public string Message(Int128 from) => "";
    }
}
