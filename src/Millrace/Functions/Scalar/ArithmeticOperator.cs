using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>A binary operator on numbers.</summary>
internal abstract class ArithmeticOperator(string symbol, string summary, params (string Sql, string Result)[] examples)
    : BuiltIn(symbol, "math", $"a {symbol} b", summary, examples)
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments)
    {
        if (arguments.Length != 2) return null;
        var a = arguments[0];
        var b = arguments[1];
        if (ResolveTime(a, b) is { } time) return time;
        if (a.Kind == TypeKind.Null && b.Kind == TypeKind.Null) return Form(Integer, Integer, Integer);
        if (a.Kind == TypeKind.Null) a = b;
        if (b.Kind == TypeKind.Null) b = a;
        if (!a.IsNumeric || !b.IsNumeric) return null;
        if (a.Kind == TypeKind.Double || b.Kind == TypeKind.Double) return Form(Double, Double, Double);
        if (a.Kind == TypeKind.Decimal || b.Kind == TypeKind.Decimal) return ResolveDecimal(a, b);
        return a.Kind == TypeKind.Integer && b.Kind == TypeKind.Integer ? Form(Integer, Integer, Integer) : Form(BigInt, BigInt, BigInt);
    }

    /// <summary>The form for times and intervals, or null.</summary>
    protected virtual Signature? ResolveTime(DataType a, DataType b) => null;

    /// <summary>The form for exact numbers of which one is a DECIMAL.</summary>
    protected abstract Signature ResolveDecimal(DataType a, DataType b);
}

/// <summary>Runs an operation over two columns of one layout, either of which may be constant.</summary>
internal sealed class ArithmeticKernel<T, TOperation>(DataType type, IReadOnlyList<Literal?> constants) : IScalarKernel
    where T : unmanaged
    where TOperation : IArithmetic<T>
{
    public Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors)
    {
        var result = arguments[0].Home.Rent<T>(type);
        result.Length = rows;
        Validity.Combine(result, arguments);
        ReadOnlySpan<T> a = ((Column<T>)arguments[0]).Values, b = ((Column<T>)arguments[1]).Values;
        if (constants[1]?.Value is not null) Arithmetic.Run<T, TOperation, Many<T>, One<T>>(new(a), new(Literals.Value<T>(constants[1]!)), result, errors);
        else if (constants[0]?.Value is not null) Arithmetic.Run<T, TOperation, One<T>, Many<T>>(new(Literals.Value<T>(constants[0]!)), new(b), result, errors);
        else Arithmetic.Run<T, TOperation, Many<T>, Many<T>>(new(a), new(b), result, errors);
        return result;
    }
}
