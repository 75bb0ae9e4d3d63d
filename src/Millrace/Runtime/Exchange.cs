using System.Collections.Concurrent;
using Millrace.Data;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>What goes from lane to lane: a batch (the message owns a reference), a frontier, an idle or active mark, or a barrier.</summary>
readonly record struct Message(MessageKind Kind, Batch? Batch = null, Frontier Frontier = default, long Epoch = 0);

/// <summary>The kinds of message.</summary>
enum MessageKind : byte
{
    /// <summary>Rows.</summary>
    Batch,
    /// <summary>Event time has moved on.</summary>
    Frontier,
    /// <summary>The edge has fallen silent.</summary>
    Idle,
    /// <summary>The edge speaks again.</summary>
    Active,
    /// <summary>All before it belongs to the commit of its epoch.</summary>
    Barrier,
}

/// <summary>The queue from one lane to a station of another (or the same), with one writer and one reader. Full is advice to the writer: a message that is pushed is always taken.</summary>
sealed class ExchangeQueue(int length, ILaneSignal writer, ILaneSignal reader, Station station, int input, int edge)
{
    readonly ConcurrentQueue<Message> _messages = new();
    int _batches;

    /// <summary>Whether its barrier has arrived and those of other queues have not.</summary>
    public bool IsAtBarrier { get; set; }

    public int Stage => station.Stage;

    public bool IsFull => Volatile.Read(ref _batches) >= length;

    /// <summary>Whether the station has no room further down.</summary>
    public bool IsBlocked => station.IsBlocked;

    public void Push(Message message)
    {
        if (message.Kind == MessageKind.Batch) Interlocked.Increment(ref _batches);
        _messages.Enqueue(message);
        reader.Wake();
    }

    /// <summary>Takes one message and acts on it.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Serve()
    {
        if (IsAtBarrier || !_messages.TryDequeue(out var message)) return false;
        switch (message.Kind)
        {
            case MessageKind.Batch:
                if (Interlocked.Decrement(ref _batches) == length - 1) writer.Wake();
                try
                {
                    station.OnBatch(input, message.Batch!);
                }
                finally
                {
                    message.Batch!.Release();
                }
                break;
            case MessageKind.Frontier: station.OnFrontier(input, message.Frontier, edge); break;
            case MessageKind.Barrier: IsAtBarrier = true; break;
            default: station.OnIdle(input, message.Kind == MessageKind.Idle, edge); break;
        }
        return true;
    }

    /// <summary>Releases what is left, at the end of a run.</summary>
    public void Clear()
    {
        while (_messages.TryDequeue(out var message)) message.Batch?.Release();
    }
}

/// <summary>Sends the rows of an edge to the lanes that own their keys, or to all.</summary>
sealed class ExchangeSender(Exchange exchange, ExchangeQueue[] queues, MemoryAccountant memory) : Target
{
    readonly ulong[] _hashes = new ulong[memory.BatchRows];
    readonly int[] _identity = [.. Enumerable.Range(0, memory.BatchRows)];
    readonly int[] _rows = new int[memory.BatchRows];
    readonly int[] _starts = new int[queues.Length + 1];
    readonly int[] _next = new int[queues.Length];

    public override bool IsBlocked
    {
        get
        {
            foreach (var queue in queues)
                if (queue.IsFull) return true;
            return false;
        }
    }

    public override void OnBatch(Batch batch)
    {
        if (exchange.Kind == ExchangeKind.Broadcast)
        {
            foreach (var queue in queues) queue.Push(new(MessageKind.Batch, batch.Retain()));
            return;
        }
        KeyHash.Compute(batch, exchange.Keys, _identity.AsSpan(0, batch.RowCount), _hashes);
        Divide(_hashes.AsSpan(0, batch.RowCount));
        for (var lane = 0; lane < queues.Length; lane++)
        {
            var rows = _rows.AsSpan(_starts[lane].._starts[lane + 1]);
            if (rows.IsEmpty) continue;
            queues[lane].Push(new(MessageKind.Batch, rows.Length == batch.RowCount ? batch.Retain() : batch.Gather(rows)));
        }
    }

    public override void OnFrontier(Frontier frontier) => Tell(new(MessageKind.Frontier, Frontier: frontier));

    public override void OnIdle(bool isIdle) => Tell(new(isIdle ? MessageKind.Idle : MessageKind.Active));

    public void OnBarrier(long epoch) => Tell(new(MessageKind.Barrier, Epoch: epoch));

    void Tell(Message message)
    {
        foreach (var queue in queues) queue.Push(message);
    }

    /// <summary>Row indexes in the order of their lanes (counting sort); lane i's stand from _starts[i] on.</summary>
    void Divide(ReadOnlySpan<ulong> hashes)
    {
        _starts.AsSpan().Clear();
        foreach (var hash in hashes) _starts[Hash64.LaneOf(Hash64.KeyGroup(hash), queues.Length) + 1]++;
        for (var lane = 0; lane < queues.Length; lane++)
        {
            _starts[lane + 1] += _starts[lane];
            _next[lane] = _starts[lane];
        }
        for (var row = 0; row < hashes.Length; row++) _rows[_next[Hash64.LaneOf(Hash64.KeyGroup(hashes[row]), queues.Length)]++] = row;
    }
}
