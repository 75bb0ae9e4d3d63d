using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;

namespace Millrace.Sql.Binder;

/// <summary>Stands for the result of an aggregate until it is known which column that is.</summary>
internal sealed record AggregateSlot(int Index, DataType Type) : Expression(Type);

/// <summary>An aggregate as it was bound: arguments are expressions over the input.</summary>
internal sealed record BoundAggregate(AggregateFunction Function, Signature Signature, ImmutableArray<Expression> Arguments, bool Distinct, Expression? Filter, Span Span)
{
    /// <summary>The function before constants and order were built in.</summary>
    public required AggregateFunction Origin { get; init; }

    /// <summary>The constants that were built in.</summary>
    public required IReadOnlyList<Literal> Constants { get; init; }

    /// <summary>The directions of ORDER BY.</summary>
    public required IReadOnlyList<bool> Descending { get; init; }

    public bool IsSame(BoundAggregate other) => ReferenceEquals(Origin, other.Origin) && Distinct == other.Distinct && Arguments.SequenceEqual(other.Arguments) && Equals(Filter, other.Filter)
        && Constants.SequenceEqual(other.Constants) && Descending.SequenceEqual(other.Descending);
}

/// <summary>The aggregates of one query, each once.</summary>
internal sealed class AggregateCalls
{
    readonly List<BoundAggregate> _calls = [];

    public IReadOnlyList<BoundAggregate> Calls => _calls;

    /// <summary>When rows happened, for aggregates over time that are not told.</summary>
    public ColumnReference? Time { get; init; }

    public AggregateSlot Add(BoundAggregate call)
    {
        var index = _calls.FindIndex(c => c.IsSame(call));
        if (index < 0)
        {
            index = _calls.Count;
            _calls.Add(call);
        }
        return new AggregateSlot(index, call.Signature.Result);
    }
}
