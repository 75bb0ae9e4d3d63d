using Millrace.Data;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Turns batches into batches. Called by one thread at a time; keeps what it remembers in the engine's keyed tables.</summary>
/// <remarks>
/// Five kinds of message arrive in order along each edge: batches, frontiers, idle marks, ticks and barriers. An operator never reads a clock, an
/// unseeded random number or the order of a randomised hash table. It never blocks: where it has much to say it looks at
/// <see cref="IOutput.IsFull"/> between batches, returns early, and goes on in <see cref="Resume"/>. No further message comes before Resume has answered false;
/// what follows an early return (an advanced frontier, say) is emitted there. Dispose gives back columns and state. Operators with state are <see cref="IStateful"/>.
/// </remarks>
public interface IOperator : IDisposable
{
    /// <summary>Takes a batch of one of its inputs and emits any number of batches. The caller releases the batch.</summary>
    void OnBatch(int input, Batch batch, IOutput output);

    /// <summary>Event time has moved on (all inputs joined by minimum): see <see cref="Frontier"/> for what is closed and what is final.</summary>
    void OnFrontier(Frontier frontier, IOutput output) => output.Advance(frontier);

    /// <summary>Event time has moved on on one of several inputs; comes before <see cref="OnFrontier"/>, which it does not replace. Not called for a lone input.</summary>
    void OnInputFrontier(int input, Frontier frontier, IOutput output) { }

    /// <summary>The input has fallen silent and holds nobody's time back any more: hand on what others may be waiting for.</summary>
    void OnSilence(IOutput output) { }

    /// <summary>A tick of the engine's clock, logged with the checkpoint.</summary>
    void OnTick(Timestamp now, IOutput output) { }

    /// <summary>A barrier has arrived on all inputs: results of all rows before it belong to this commit. Emit what is pending, then return; the runtime passes the barrier on.</summary>
    void OnBarrier(long epoch, IOutput output) { }

    /// <summary>Goes on after an early return.</summary>
    /// <returns>Whether there is still more to say.</returns>
    bool Resume(IOutput output) => false;

    void IDisposable.Dispose() { }
}

/// <summary>Where an operator emits to. Ports number its kinds of result; most operators have port 0 only.</summary>
public interface IOutput
{
    /// <summary>Emits a batch; the output takes over the caller's reference. An empty batch is released and not passed on.</summary>
    void Push(Batch batch, int port = 0);

    /// <summary>Says that event time has moved on, on all ports.</summary>
    void Advance(Frontier frontier);

    /// <summary>Whether somebody downstream has no room: return soon and go on in <see cref="IOperator.Resume"/>. Pushing is still allowed.</summary>
    bool IsFull { get; }
}
