namespace Millrace.Functions.Aggregate;

/// <summary>An aggregate whose state is a small plain value: what an author writes. Nulls, loops, groups, saving and freeing are the engine's (<see cref="PlainStates{TState, TIn, TOut}"/>).</summary>
/// <typeparam name="TSelf">The state itself; all bytes zero is the empty group.</typeparam>
/// <typeparam name="TIn">The argument as its column stores it.</typeparam>
/// <typeparam name="TOut">The result as its column stores it.</typeparam>
public interface IAggregate<TSelf, TIn, TOut>
    where TSelf : unmanaged, IAggregate<TSelf, TIn, TOut>
    where TIn : unmanaged
    where TOut : unmanaged
{
    /// <summary>Adds a value.</summary>
    void Add(TIn value);

    /// <summary>Adds a value some times, or takes it back where the weight is below zero (only if the function can).</summary>
    void Add(TIn value, int weight);

    /// <summary>Adds what another state has seen, all of it later than what this one has.</summary>
    void Merge(in TSelf other);

    /// <summary>The result, or false for NULL.</summary>
    /// <param name="signature">The types it was resolved for: scales of DECIMALs.</param>
    /// <param name="result">The value as its column stores it.</param>
    /// <exception cref="OverflowException">The result does not fit its type.</exception>
    bool TryResult(Signature signature, out TOut result);
}
