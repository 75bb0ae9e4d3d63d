using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>A built-in aggregate: what it is called and what it does, said in one line.</summary>
/// <param name="name">Name in lower case.</param>
/// <param name="syntax">How it is called.</param>
/// <param name="summary">One sentence.</param>
/// <param name="examples">Calls over a column x of some values, and what they give.</param>
internal abstract class BuiltInAggregate(string name, string syntax, string summary, params (string Call, string Values, string Result)[] examples) : AggregateFunction
{
    public override string Name => name;
    public override string Syntax => syntax;
    public override string Summary => summary;
    public override bool CanRetract => true;
    public override IReadOnlyList<Example> Examples { get; } =
        [.. examples.Select(e => new Example($"SELECT {e.Call} FROM (VALUES {string.Join(", ", e.Values.Split("; ").Select(v => $"({v})"))}) AS t(x)", e.Result))];

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) => arguments is [var argument] ? Resolve(argument) : null;

    /// <summary>The signature for an argument, or null.</summary>
    protected abstract Signature? Resolve(DataType argument);

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts)
    {
        var states = CreateStates(signature, memory, retracts);
        return distinct && DependsOnCopies ? DistinctStates.Of(signature.Parameters[0], states, memory, retracts) : states;
    }

    /// <summary>The states without DISTINCT.</summary>
    protected abstract AggregateStates CreateStates(Signature signature, MemoryOwner memory, bool retracts);

    /// <summary>Whether a second copy of a value changes the result: otherwise DISTINCT is free.</summary>
    protected virtual bool DependsOnCopies => true;

    protected static Signature Form(DataType result, params DataType[] parameters) => new([.. parameters], result);

    /// <summary>The states of a plain aggregate.</summary>
    protected static AggregateStates Plain<TState, TIn, TOut>(Signature signature, MemoryOwner memory)
        where TState : unmanaged, IAggregate<TState, TIn, TOut>
        where TIn : unmanaged
        where TOut : unmanaged => new PlainStates<TState, TIn, TOut>(signature, memory);
}
