using System.Collections.Immutable;
using Millrace.Expressions;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Computes columns.</summary>
public sealed class Project : UnaryNode
{
    /// <summary>An expression for each column of the schema, over the input's columns.</summary>
    public required ImmutableArray<Expression> Expressions { get; init; }
    /// <summary>The same columns computed by other expressions, over another input.</summary>
    internal Project With(ImmutableArray<Expression> expressions, PlanNode input) =>
        new() { Schema = Schema, Input = input, Expressions = expressions, Key = Key, Times = Times, Where = Where };

    /// <inheritdoc/>
    public override string Details => string.Join(", ", Expressions.Select((e, i) => Item(e, Schema[i].Name)));

    static string Item(Expression expression, string name)
    {
        if (expression is ColumnReference column && column.Name == name) return name;
        var text = expression.ToSql();
        return text == name ? name : $"{text} AS {name}";
    }

    internal override IEnumerable<object?> Parameters => [.. Schema.Fields, .. Expressions];

    internal override IEnumerable<object?> Computes(ReadOnlySpan<bool> used)
    {
        var computed = new List<object?>();
        for (var i = 0; i < used.Length; i++)
            if (used[i] || Fallible.Is(Expressions[i])) computed.AddRange([Schema[i].Name, Expressions[i]]);
        return computed;
    }

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        // An expression that can fail is computed for its errors even where nobody reads its value.
        for (var i = 0; i < output.Length; i++)
            if (output[i] || Fallible.Is(Expressions[i])) ColumnUse.Mark(Expressions[i], inputs[0]);
    }

    internal override IOperator CreateOperator(OperatorContext context) => new ProjectOperator(this, context);
}
