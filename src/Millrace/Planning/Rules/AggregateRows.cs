using Millrace.Expressions;

namespace Millrace.Planning.Rules;

/// <summary>What an aggregate reads: rows, and the expressions over them that its input's columns are, where none of them can fail.</summary>
readonly record struct AggregateRows(PlanNode Base, Project? Columns)
{
    /// <summary>Those of an aggregate as it was seen.</summary>
    public static AggregateRows Of(Aggregate aggregate) =>
        aggregate.Input is Project project && project.Expressions.All(e => !Fallible.Is(e) && e.IsDeterministic()) ? new(project.Input, project) : new(aggregate.Input, null);

    /// <summary>The rows after their plan was rewritten.</summary>
    public static PlanNode BaseOf(Aggregate seen, Aggregate rewritten) => Of(seen).Columns is null ? rewritten.Input : rewritten.Input.Inputs[0];

    /// <summary>A column of the aggregate's input, over the rows.</summary>
    public Expression this[int column] => Columns is not null ? Columns.Expressions[column] : new ColumnReference(column, Base.Schema[column].Name, Base.Schema[column].Type);

    /// <summary>An expression over the aggregate's input, over the rows.</summary>
    public Expression Of(Expression expression)
    {
        var rows = this;
        return expression is ColumnReference column ? this[column.Index] : expression.WithParts(rows.Of);
    }
}
