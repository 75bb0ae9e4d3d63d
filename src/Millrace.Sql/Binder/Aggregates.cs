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
    public bool IsSame(BoundAggregate other) => ReferenceEquals(Function, other.Function) && Distinct == other.Distinct && Arguments.SequenceEqual(other.Arguments) && Equals(Filter, other.Filter);
}

/// <summary>The aggregates of one query, each once.</summary>
internal sealed class AggregateCalls
{
    readonly List<BoundAggregate> _calls = [];

    public IReadOnlyList<BoundAggregate> Calls => _calls;

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
