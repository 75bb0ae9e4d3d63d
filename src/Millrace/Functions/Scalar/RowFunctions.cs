using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>A function with fixed forms that gives texts (or bytes), computed row by row; over dictionaries once for each text.</summary>
/// <param name="names">Its name and after spaces other names.</param>
/// <param name="category">Group in the reference.</param>
/// <param name="syntax">How it is called.</param>
/// <param name="summary">One sentence.</param>
/// <param name="forms">The forms it takes.</param>
/// <param name="body">Computes a row.</param>
/// <param name="examples">Expressions and their values.</param>
internal sealed class TextFunction(string names, string category, string syntax, string summary, Signature[] forms, TextBody body, params (string Sql, string Result)[] examples)
    : RowFunction(names.Split(' ')[0], category, syntax, summary, forms, examples)
{
    public override IReadOnlyList<string> Aliases { get; } = names.Split(' ')[1..];

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) => new TextRowKernel(signature.Result, constants, body);
}

/// <summary>A function with fixed forms that gives values of fixed size, computed row by row; over dictionaries once for each text.</summary>
internal sealed class ValueFunction<T>(string names, string category, string syntax, string summary, Signature[] forms, RowBody<T> body, params (string Sql, string Result)[] examples)
    : RowFunction(names.Split(' ')[0], category, syntax, summary, forms, examples)
    where T : unmanaged
{
    public override IReadOnlyList<string> Aliases { get; } = names.Split(' ')[1..];

    /// <summary>Whether a NULL argument makes the result NULL.</summary>
    public bool IsStrict { get; init; } = true;

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) => new RowKernel<T>(signature.Result, constants, body, IsStrict);
}

/// <summary>A function whose code is made for its constants: patterns, units, zones.</summary>
internal sealed class CompiledFunction(string names, string category, string syntax, string summary, Signature[] forms, Func<Signature, IReadOnlyList<Literal?>, IScalarKernel> compile,
    params (string Sql, string Result)[] examples) : RowFunction(names.Split(' ')[0], category, syntax, summary, forms, examples)
{
    public override IReadOnlyList<string> Aliases { get; } = names.Split(' ')[1..];

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) => compile(signature, constants);
}

/// <summary>Forms and what else the lists of functions share.</summary>
internal static class Forms
{
    public static DataType Bool => DataType.Boolean;
    public static DataType Int => DataType.Integer;
    public static DataType Long => DataType.BigInt;
    public static DataType Real => DataType.Double;
    public static DataType Text => DataType.Text;
    public static DataType Bytes => DataType.Bytes;
    public static DataType Moment => DataType.Timestamp;
    public static DataType Span => DataType.Interval;

    /// <summary>A form: what it gives and what it takes.</summary>
    public static Signature Gives(DataType result, params DataType[] parameters) => new([.. parameters], result);
}
