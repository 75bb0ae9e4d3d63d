using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Functions.Scalar;

/// <summary>A built-in function: what it is called and what it does, said in one line.</summary>
internal abstract class BuiltIn(string name, string category, string syntax, string summary, params (string Sql, string Result)[] examples) : ScalarFunction
{
    public override string Name => name;
    public override string Category => category;
    public override string Syntax => syntax;
    public override string Summary => summary;
    public override IReadOnlyList<Example> Examples { get; } = [.. examples.Select(e => new Example(e.Sql, e.Result))];

    protected static DataType Boolean => DataType.Boolean;
    protected static DataType Integer => DataType.Integer;
    protected static DataType BigInt => DataType.BigInt;
    protected static DataType Double => DataType.Double;
    protected static DataType Text => DataType.Text;
    protected static DataType Timestamp => DataType.Timestamp;
    protected static DataType Interval => DataType.Interval;
    protected static DataType Bytes => DataType.Bytes;

    /// <summary>A form that the function takes.</summary>
    protected static Signature Form(DataType result, params DataType[] parameters) => new([.. parameters], result);

    /// <summary>The form that fits with the fewest and shortest conversions; the first of equals.</summary>
    protected static Signature? Pick(ReadOnlySpan<DataType> arguments, params ReadOnlySpan<Signature> forms)
    {
        Signature? best = null;
        var least = int.MaxValue;
        foreach (var form in forms)
        {
            if (form.Parameters.Length != arguments.Length) continue;
            var cost = 0;
            for (var i = 0; i < arguments.Length && cost < int.MaxValue; i++)
            {
                var one = Casts.Cost(arguments[i], form.Parameters[i]);
                cost = one == int.MaxValue ? one : cost + one;
            }
            if (cost < least) (best, least) = (form, cost);
        }
        return best;
    }
}

/// <summary>A function with fixed forms that is computed row by row.</summary>
internal abstract class RowFunction(string name, string category, string syntax, string summary, Signature[] forms, params (string Sql, string Result)[] examples)
    : BuiltIn(name, category, syntax, summary, examples)
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments) => Pick(arguments, forms);
}
