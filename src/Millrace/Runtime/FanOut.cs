using Millrace.Data;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>Keeps what a station has to say to many readers for a while, so that each takes several batches at once: what it remembers comes into the cache once for all of them.</summary>
/// <remarks>
/// A batch of 4,096 rows reads most of an aggregate's groups once or twice; a hundred of them, one after the other, would fetch each group from memory for every batch. Every reader
/// hears the same messages in the same order. Nothing is kept over a barrier, over a tick of the clock, or while the lane has nothing else to do.
/// </remarks>
sealed class FanOut(Target[][] targets) : IDisposable
{
    /// <summary>Readers from which on it pays.</summary>
    public const int Readers = 3;

    // More readers push more out of the cache between two batches of the same.
    readonly int _most = Math.Clamp(targets.Sum(t => t.Length), 8, 64);
    readonly List<Message> _held = [];
    int _batches;

    /// <summary>Whether something is kept.</summary>
    public bool HasHeld => _held.Count > 0;

    /// <summary>Takes a batch, and a reference to it.</summary>
    public void Push(Batch batch, int port)
    {
        _held.Add(new(batch, port, default, null));
        if (++_batches >= _most) Flush();
    }

    /// <summary>Time has moved on.</summary>
    public void Advance(Frontier frontier) => Tell(new(null, 0, frontier, null));

    /// <summary>Rows have stopped coming, or come again.</summary>
    public void OnIdle(bool isIdle) => Tell(new(null, 0, default, isIdle));

    void Tell(Message message)
    {
        _held.Add(message);
        if (_batches == 0) Flush();
    }

    /// <summary>Tells every reader all that was kept.</summary>
    public void Flush()
    {
        if (_held.Count == 0) return;
        for (var port = 0; port < targets.Length; port++)
            foreach (var target in targets[port])
                foreach (var message in _held)
                {
                    if (message.IsIdle is { } isIdle) target.OnIdle(isIdle);
                    else if (message.Batch is null) target.OnFrontier(message.Frontier);
                    else if (message.Port == port) target.OnBatch(message.Batch);
                }
        Dispose();
    }

    /// <summary>Forgets what was kept.</summary>
    public void Dispose()
    {
        foreach (var message in _held) message.Batch?.Release();
        _held.Clear();
        _batches = 0;
    }

    readonly record struct Message(Batch? Batch, int Port, Frontier Frontier, bool? IsIdle);
}
