using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Functions.Table;

/// <summary>A built-in table function: what it is called and what it does, said in one line.</summary>
internal abstract class BuiltInTable(string name, string syntax, string summary, params (string Sql, string Result)[] examples) : TableFunction
{
    public override string Name => name;
    public override string Syntax => syntax;
    public override string Summary => summary;
    public override IReadOnlyList<Example> Examples { get; } = [.. examples.Select(e => new Example(e.Sql, e.Result))];

    /// <summary>The forms that it takes.</summary>
    protected abstract IReadOnlyList<TableSignature> Forms { get; }

    public override TableSignature? Resolve(ReadOnlySpan<DataType> arguments)
    {
        TableSignature? best = null;
        var least = int.MaxValue;
        foreach (var form in Forms)
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

    protected static TableSignature Form(ReadOnlySpan<(string Name, DataType Type)> columns, params DataType[] parameters) =>
        new([.. parameters], [.. columns.ToArray().Select(c => new Field(c.Name, c.Type))]);
}
