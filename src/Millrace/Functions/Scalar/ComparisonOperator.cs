using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>A comparison of two values of any one type. Numbers are compared by value, texts bytewise, NaN as the greatest number and equal to itself.</summary>
internal abstract class ComparisonOperator(string symbol, string summary, params (string Sql, string Result)[] examples)
    : BuiltIn(symbol, "comparison", $"a {symbol} b", summary, examples)
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments)
    {
        if (arguments.Length != 2 || Casts.Common(arguments[0], arguments[1]) is not { } common) return null;
        if (common.Kind == TypeKind.Null) common = Text;
        return Form(Boolean, common, common);
    }
}

/// <summary>a = b.</summary>
internal sealed class Equal() : ComparisonOperator("=", "Whether two values are equal.", ("1 = 1.0", "true"), ("'a' = 'A'", "false"), ("1 = NULL", "NULL"))
{
    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) =>
        new CompareKernel<EqualTo>(signature.Parameters[0], constants, isSwapped: false, flip: 0);
}

/// <summary>a &lt;&gt; b.</summary>
internal sealed class NotEqual() : ComparisonOperator("<>", "Whether two values differ.", ("1 <> 2", "true"), ("'a' <> 'a'", "false"))
{
    public override IReadOnlyList<string> Aliases => ["!="];
    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) =>
        new CompareKernel<EqualTo>(signature.Parameters[0], constants, isSwapped: false, flip: 1);
}

/// <summary>a &lt; b.</summary>
internal sealed class Less() : ComparisonOperator("<", "Whether the first value is less.", ("1 < 2", "true"), ("'Z' < 'a'", "true"))
{
    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) =>
        new CompareKernel<LessThan>(signature.Parameters[0], constants, isSwapped: false, flip: 0);
}

/// <summary>a &lt;= b.</summary>
internal sealed class LessOrEqual() : ComparisonOperator("<=", "Whether the first value is less or equal.", ("2 <= 2", "true"))
{
    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) =>
        new CompareKernel<LessThan>(signature.Parameters[0], constants, isSwapped: true, flip: 1);
}

/// <summary>a &gt; b.</summary>
internal sealed class Greater() : ComparisonOperator(">", "Whether the first value is greater.", ("1 > 2", "false"), ("INTERVAL '1 day' > INTERVAL '23 hours'", "true"))
{
    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) =>
        new CompareKernel<LessThan>(signature.Parameters[0], constants, isSwapped: true, flip: 0);
}

/// <summary>a &gt;= b.</summary>
internal sealed class GreaterOrEqual() : ComparisonOperator(">=", "Whether the first value is greater or equal.", ("2 >= 3", "false"))
{
    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) =>
        new CompareKernel<LessThan>(signature.Parameters[0], constants, isSwapped: false, flip: 1);
}
