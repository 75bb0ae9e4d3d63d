using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Gives each row once for every row that a table function makes of it: LATERAL, UNNEST, and table functions in FROM.</summary>
/// <remarks>
/// Schema: the columns of the input, then those of the function, then the ordinality (BIGINT, from 1) where it is asked for or tells rows of a key apart. A row that is taken back takes back
/// all that was made of it, for equal arguments give equal rows.
/// </remarks>
public sealed class Unnest : UnaryNode
{
    /// <summary>The function.</summary>
    public required TableFunction Function { get; init; }
    /// <summary>Its signature.</summary>
    public required TableSignature Signature { get; init; }
    /// <summary>Its arguments over the input's columns, of the signature's types.</summary>
    public required ImmutableArray<Expression> Arguments { get; init; }
    /// <summary>Whether a row of which nothing is made goes on once, with NULLs: LEFT JOIN.</summary>
    public required bool IsLeft { get; init; }
    /// <summary>Whether the last column numbers the rows.</summary>
    public required bool HasOrdinality { get; init; }

    /// <inheritdoc/>
    public override string Details => $"{(IsLeft ? "left " : "")}{Function.Name}({string.Join(", ", Arguments.Select(a => a.ToSql()))}){(HasOrdinality ? " with ordinality" : "")}";

    internal override IEnumerable<object?> Parameters => [Function, IsLeft, HasOrdinality, .. Schema.Fields, .. Arguments];

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        ColumnUse.Pass(output[..Input.Schema.Count], inputs[0]);
        foreach (var argument in Arguments) ColumnUse.Mark(argument, inputs[0]);
    }

    internal override IOperator CreateOperator(OperatorContext context) => new UnnestOperator(this, context);
}
