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
}
