using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;

namespace Millrace.Planning;

public static partial class PlanBuilder
{
    /// <summary>Gives each row once for every row that a table function makes of it.</summary>
    /// <param name="input">The rows.</param>
    /// <param name="function">The function.</param>
    /// <param name="signature">Its signature.</param>
    /// <param name="arguments">Its arguments over the input's columns.</param>
    /// <param name="names">Names of its columns.</param>
    /// <param name="ordinality">Name of a last column that numbers the rows from 1, or null.</param>
    /// <param name="isLeft">Whether a row of which nothing is made goes on once, with NULLs.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode Unnest(PlanNode input, TableFunction function, TableSignature signature, ImmutableArray<Expression> arguments, IReadOnlyList<string> names, string? ordinality, bool isLeft,
        string where = "")
    {
        var fields = input.Schema.Fields.AddRange(signature.Columns.Select((c, i) => new Field(names[i], c.Type)));
        var isKeyed = !input.Key.IsEmpty;
        if (ordinality is not null || isKeyed) fields = fields.Add(new(ordinality ?? $"$ordinality{input.Schema.Count}", DataType.BigInt));
        return new Unnest
        {
            Schema = new Schema(fields),
            Input = input,
            Function = function,
            Signature = signature,
            Arguments = arguments,
            IsLeft = isLeft,
            HasOrdinality = ordinality is not null || isKeyed,
            Key = isKeyed ? input.Key.Add(fields.Length - 1) : [],
            Times = input.Times,
            Where = where,
        };
    }
}
