using System.Collections.Immutable;
using Millrace.Expressions;

namespace Millrace.Planning.Rules;

/// <summary>The columns that several aggregates over the same rows read, computed in one projection for all.</summary>
sealed class JointColumns(IReadOnlyList<Aggregate> aggregates)
{
    readonly bool _areSame = aggregates.All(a => ReferenceEquals(a.Input, aggregates[0].Input));
    readonly List<(Expression Expression, string Name)> _items = [];

    /// <summary>Where a column of an aggregate's input stands; of none (-1) none.</summary>
    public int Place(Aggregate aggregate, int column)
    {
        if (_areSame || column < 0) return column;
        var expression = AggregateRows.Of(aggregate)[column];
        var at = _items.FindIndex(i => i.Expression.Equals(expression));
        if (at >= 0) return at;
        _items.Add((expression, aggregate.Input.Schema[column].Name));
        return _items.Count - 1;
    }

    /// <summary>A call with its columns there.</summary>
    public AggregateCall Place(Aggregate aggregate, AggregateCall call) => call with { Arguments = [.. call.Arguments.Select(c => Place(aggregate, c))], Filter = Place(aggregate, call.Filter) };

    /// <summary>An expression with its columns there.</summary>
    public Expression Place(Aggregate aggregate, Expression expression) =>
        expression is ColumnReference column ? column with { Index = Place(aggregate, column.Index) } : expression.WithParts(p => Place(aggregate, p));

    /// <summary>The projection, once everything has its place.</summary>
    /// <param name="input">The input of the first aggregate.</param>
    /// <param name="rows">What it computes its columns from.</param>
    public PlanNode Over(PlanNode input, PlanNode rows) => _areSame ? input : PlanBuilder.Project(rows, _items, aggregates[0].Input.Where);
}
