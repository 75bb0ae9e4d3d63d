using System.Collections.Immutable;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>Which columns of its input a node reads, given which of its own are read. So a decoder parses only what somebody needs.</summary>
static class ColumnUse
{
    /// <summary>Marks what a node needs of its inputs.</summary>
    /// <param name="node">The node.</param>
    /// <param name="output">For each column of the node whether it is read.</param>
    /// <param name="inputs">For each input a mark for each of its columns.</param>
    public static void Mark(PlanNode node, ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        switch (node)
        {
            case Project project:
                // An expression that can fail is computed for its errors even where nobody reads its value.
                for (var i = 0; i < output.Length; i++)
                    if (output[i] || Fallible.Is(project.Expressions[i])) Mark(project.Expressions[i], inputs[0]);
                break;
            case Filter filter:
                Pass(output, inputs[0]);
                Mark(filter.Condition, inputs[0]);
                break;
            case Expect expect:
                Pass(output, inputs[0]);
                foreach (var constraint in expect.Constraints) Mark(constraint.Predicate, inputs[0]);
                break;
            case AssignWatermark watermark:
                Pass(output, inputs[0]);
                foreach (var time in watermark.Times) inputs[0][time.Column] = true;
                break;
            case AssignWindow window:
                Pass(output[..window.Input.Schema.Count], inputs[0]);
                inputs[0][window.Window.TimeColumn] = true;
                break;
            case Aggregate aggregate:
                if (aggregate.Window is { } spec) inputs[0][spec.TimeColumn] = true;
                Mark(aggregate.Keys, inputs[0]);
                foreach (var call in aggregate.Calls)
                {
                    Mark(call.Arguments, inputs[0]);
                    if (call.Filter >= 0) inputs[0][call.Filter] = true;
                }
                break;
            case DistinctOn { Order.IsEmpty: true } distinct:
                Pass(output, inputs[0]);
                Mark(distinct.Keys, inputs[0]);
                if (distinct.TimeColumn >= 0) inputs[0][distinct.TimeColumn] = true;
                break;
            case DistinctOn or Sort: // ties are decided by the whole row
                inputs[0].AsSpan().Fill(true);
                break;
            default:
                foreach (var input in inputs) Pass(output, input);
                break;
        }
    }

    static void Pass(ReadOnlySpan<bool> output, bool[] input)
    {
        for (var i = 0; i < output.Length; i++) input[i] |= output[i];
    }

    static void Mark(ImmutableArray<int> columns, bool[] input)
    {
        foreach (var column in columns) input[column] = true;
    }

    static void Mark(Expression expression, bool[] input)
    {
        if (expression is ColumnReference reference) input[reference.Index] = true;
        foreach (var part in expression.Parts()) Mark(part, input);
    }
}
