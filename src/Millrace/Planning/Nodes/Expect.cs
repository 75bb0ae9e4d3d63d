using System.Collections.Immutable;
using Millrace.Expressions;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Checks expectations: every constraint is evaluated on every row, the first violated one that is not WARN acts.</summary>
public sealed class Expect : UnaryNode
{
    /// <summary>Name of the source or view that the constraints stand on.</summary>
    public required string On { get; init; }
    /// <summary>In the order of the text.</summary>
    public required ImmutableArray<Constraint> Constraints { get; init; }
    /// <inheritdoc/>
    public override string Details => string.Join(", ", Constraints.Select(c => c.Name));

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        ColumnUse.Pass(output, inputs[0]);
        foreach (var constraint in Constraints) ColumnUse.Mark(constraint.Predicate, inputs[0]);
    }

    internal override IOperator CreateOperator(OperatorContext context) => new ExpectOperator(this, context);
}

/// <summary>CONSTRAINT name EXPECT (predicate) ON VIOLATION action. A predicate that is NULL is not violated, as in SQL's CHECK.</summary>
public sealed record Constraint(string Name, Expression Predicate, string PredicateText, ViolationAction Action);

/// <summary>What happens to a row that violates a constraint.</summary>
public enum ViolationAction
{
    /// <summary>It is counted and passes.</summary>
    Warn,
    /// <summary>It is counted and dropped.</summary>
    DropRow,
    /// <summary>It is set aside in <c>dead_letters</c>.</summary>
    Quarantine,
    /// <summary>The pipeline stops with an error that names it.</summary>
    Fail,
}
