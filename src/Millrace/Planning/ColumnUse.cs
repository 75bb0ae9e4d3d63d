using System.Collections.Immutable;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>Marks of the columns that somebody reads, so that a decoder parses only what is needed. Each node says what it reads: <see cref="PlanNode.MarkUse"/>.</summary>
static class ColumnUse
{
    /// <summary>What is read of the node is read of its input, column by column.</summary>
    public static void Pass(ReadOnlySpan<bool> output, bool[] input)
    {
        for (var i = 0; i < output.Length; i++) input[i] |= output[i];
    }

    /// <summary>Some columns are read.</summary>
    public static void Mark(ImmutableArray<int> columns, bool[] input)
    {
        foreach (var column in columns) input[column] = true;
    }

    /// <summary>An expression is computed.</summary>
    public static void Mark(Expression expression, bool[] input)
    {
        if (expression is ColumnReference reference) input[reference.Index] = true;
        foreach (var part in expression.Parts()) Mark(part, input);
    }

    /// <summary>The columns of a node stand for those of its two inputs, one after the other; a condition over them is computed besides.</summary>
    public static void Split(ReadOnlySpan<bool> output, Expression? condition, IReadOnlyList<bool[]> inputs)
    {
        var all = new bool[inputs[0].Length + inputs[1].Length]; // semi and anti joins give the left columns alone
        output.CopyTo(all);
        if (condition is not null) Mark(condition, all);
        var left = inputs[0].Length;
        Pass(all.AsSpan(0, left), inputs[0]);
        Pass(all.AsSpan(left, inputs[1].Length), inputs[1]);
    }
}
