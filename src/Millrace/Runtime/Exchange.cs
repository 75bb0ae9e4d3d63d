using System.Collections.Concurrent;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>What goes from lane to lane: a batch with those of its rows that are meant (null = all; the message owns a reference to both), a frontier, an idle or active mark, or a barrier.</summary>
readonly record struct Message(MessageKind Kind, Batch? Batch = null, Column<int>? Rows = null, Frontier Frontier = default, long Epoch = 0)
{
    public void Release()
    {
        Batch?.Release();
        Rows?.Release();
    }
}

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
                    station.OnBatch(input, message.Batch!, message.Rows);
                }
                finally
                {
                    message.Release();
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
        while (_messages.TryDequeue(out var message)) message.Release();
    }
}

/// <summary>Sends the rows of an edge to the lanes that own their keys, or to all.</summary>
/// <remarks>
/// Rows are not copied: every lane gets the same batch and a list of the rows that are its own. Where the receiver only wants rows that a condition picks, the condition is
/// computed here, once for all lanes. Costs some 3 ns a row.
/// </remarks>
sealed class ExchangeSender : Target, IDisposable
{
    readonly Exchange _exchange;
    readonly ExchangeQueue[] _queues;
    readonly MemoryAccountant _memory;
    readonly Evaluator? _condition;
    readonly RowErrors? _noErrors; // a condition that can fail stays in a filter
    readonly ulong[] _hashes;
    readonly int[] _identity, _picked;
    readonly byte[] _lanes; // by key group
    readonly Column<int>[] _rows;

    /// <summary>Creates the sender of one lane.</summary>
    /// <param name="exchange">How rows find their lane.</param>
    /// <param name="condition">The rows that are wanted; null = all. Over the columns of the batches.</param>
    /// <param name="queues">To every lane.</param>
    /// <param name="memory">Where lists of rows come from.</param>
    public ExchangeSender(Exchange exchange, Expression? condition, ExchangeQueue[] queues, MemoryAccountant memory)
    {
        (_exchange, _queues, _memory) = (exchange, queues, memory);
        _rows = new Column<int>[queues.Length];
        _lanes = [.. Enumerable.Range(0, Hash64.KeyGroups).Select(g => (byte)Hash64.LaneOf(g, queues.Length))];
        (_hashes, _picked, _identity) = (new ulong[memory.BatchRows], new int[memory.BatchRows], [.. Enumerable.Range(0, memory.BatchRows)]);
        if (condition is null) return;
        (_condition, _noErrors) = (Evaluator.Compile(condition, memory), new(memory.BatchRows));
    }

    public override bool IsBlocked
    {
        get
        {
            foreach (var queue in _queues)
                if (queue.IsFull) return true;
            return false;
        }
    }

    public override void OnBatch(Batch batch)
    {
        var rows = _identity.AsSpan(0, batch.RowCount);
        if (_condition is not null && batch.Partial is null) rows = _picked.AsSpan(0, _condition.Select(batch, _picked, _noErrors!));
        if (rows.IsEmpty) return;
        if (_exchange.Kind == ExchangeKind.Broadcast)
        {
            foreach (var queue in _queues) Send(queue, batch, rows);
        }
        else if (_exchange.Keys.IsEmpty) Send(_queues[_lanes[Hash64.KeyGroup(Hash64.Null)]], batch, rows);
        else Divide(batch, rows);
    }

    void Send(ExchangeQueue queue, Batch batch, ReadOnlySpan<int> rows)
    {
        Column<int>? list = null;
        if (_condition is not null)
        {
            list = _memory.Rent<int>(DataType.Integer);
            list.Length = rows.Length;
            rows.CopyTo(list.Values);
        }
        queue.Push(new(MessageKind.Batch, batch.Retain(), list));
    }

    void Divide(Batch batch, ReadOnlySpan<int> rows)
    {
        var hashes = _hashes.AsSpan(0, rows.Length);
        KeyHash.Compute(batch, _exchange.Keys, rows, hashes);
        for (var lane = 0; lane < _queues.Length; lane++)
        {
            _rows[lane] = _memory.Rent<int>(DataType.Integer);
            _rows[lane].Length = rows.Length;
        }
        if (_queues.Length == 2) Halve(rows, hashes);
        else Scatter(rows, hashes);
        for (var lane = 0; lane < _queues.Length; lane++)
        {
            var own = _rows[lane];
            if (own.Length == 0) own.Release();
            else _queues[lane].Push(new(MessageKind.Batch, batch.Retain(), own));
        }
    }

    // Written to both lists and counted in one: which of two lanes a row belongs to is anybody's guess.
    void Halve(ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        var first = _rows[0].Values;
        var second = _rows[1].Values;
        var (firsts, seconds) = (0, 0);
        for (var i = 0; i < hashes.Length; i++)
        {
            var isSecond = (int)(hashes[i] >> 63);
            first[firsts] = rows[i];
            second[seconds] = rows[i];
            seconds += isSecond;
            firsts += 1 - isSecond;
        }
        (_rows[0].Length, _rows[1].Length) = (firsts, seconds);
    }

    void Scatter(ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes)
    {
        Span<int> counts = stackalloc int[_queues.Length];
        counts.Clear();
        for (var i = 0; i < hashes.Length; i++)
        {
            var lane = _lanes[Hash64.KeyGroup(hashes[i])];
            _rows[lane].Values[counts[lane]++] = rows[i];
        }
        for (var lane = 0; lane < counts.Length; lane++) _rows[lane].Length = counts[lane];
    }

    public override void OnFrontier(Frontier frontier) => Tell(new(MessageKind.Frontier, Frontier: frontier));

    public override void OnIdle(bool isIdle) => Tell(new(isIdle ? MessageKind.Idle : MessageKind.Active));

    public void OnBarrier(long epoch) => Tell(new(MessageKind.Barrier, Epoch: epoch));

    void Tell(Message message)
    {
        foreach (var queue in _queues) queue.Push(message);
    }

    public void Dispose() => _condition?.Dispose();
}
