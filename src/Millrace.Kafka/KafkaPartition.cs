using System.Runtime.InteropServices;
using Confluent.Kafka;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Kafka.Native;

namespace Millrace.Kafka;

/// <summary>One partition of a topic: takes messages from its queue in librdkafka and copies each once, into the chunk that is decoded.</summary>
/// <remarks>
/// librdkafka fetches ahead until its queue of the partition is full and goes on when there is room, so a reader that is held back holds back the fetching; what waits is in memory twice at most, there and in chunks.
/// Positions are Kafka's offsets. A partition without a queue yet is a place for one that the topic may get.
/// </remarks>
sealed unsafe class KafkaPartition(KafkaSource source, string topic, int id) : IBytePartition
{
    const int BatchMax = 4096;
    static readonly TimeSpan s_away = TimeSpan.FromMilliseconds(50);
    const int PartitionEnd = -191, OffsetIsGone = -140;

    readonly Lock _lock = new();
    readonly NativeMessage** _batch = (NativeMessage**)NativeMemory.AllocZeroed(BatchMax, (nuint)sizeof(NativeMessage*));
    readonly HeaderJson _headers = new();
    int _next, _filled;   // of the batch
    nint _queue;
    long _end = long.MaxValue;
    volatile bool _hasBegun;
    bool _isAtEnd, _isDisposed;

    public int Id => id;
    public string Name { get; } = $"{topic}[{id}]";
    public long Position { get; private set; }
    public long? Length => null;
    public bool HasBegun => _hasBegun;

    /// <summary>A checkpoint is of this topic alone.</summary>
    public string Mark => topic;

    /// <summary>Gives it its queue.</summary>
    /// <param name="client">The native client.</param>
    /// <param name="from">The first message.</param>
    /// <param name="end">The message before which it ends, or none.</param>
    /// <remarks>The partition is assigned to the client after this: then what it fetches comes here and nowhere else.</remarks>
    public void Begin(nint client, long from, long? end)
    {
        _queue = Librdkafka.QueueOfPartition(client, topic, id);
        Librdkafka.Forward(_queue, 0);
        (Position, _end) = (from, end ?? long.MaxValue);
        _isAtEnd = from >= _end;
        _hasBegun = true;
    }

    public ReadResult Read(Chunk chunk, CancellationToken stop)
    {
        lock (_lock)
        {
            if (_isAtEnd || _isDisposed) return ReadResult.End;
            var messages = chunk.Messages ??= new() { Keys = source.WantsKeys ? new() : null, Headers = source.WantsHeaders ? new() : null };
            var before = messages.Count;
            var hasRoom = true;
            while (hasRoom && !_isAtEnd)
            {
                if (_next == _filled)
                {
                    (_next, _filled) = (0, (int)Math.Max(0, Librdkafka.Consume(_queue, 0, _batch, BatchMax)));
                    // While no broker is reached the partition is not idle: time must not move on without what it still has.
                    if (_filled == 0 && messages.Count == before && source.IsAway && !stop.IsCancellationRequested) WaitForOne(s_away);
                    else if (_filled == 0) break;
                }
                hasRoom = TakeBatch(chunk, messages);
            }
            if (messages.Count > before) source.Reached();
            return messages.Count > before ? ReadResult.More : _isAtEnd ? ReadResult.End : ReadResult.Idle;
        }
    }

    /// <summary>Copies what is left of the batch; false where the chunk has no room for the next one.</summary>
    bool TakeBatch(Chunk chunk, MessageIndex messages)
    {
        for (; _next < _filled && !_isAtEnd; _next++)
        {
            var message = _batch[_next];
            if (message->Error != 0) Trouble(message);
            else if (message->Offset >= _end) _isAtEnd = true;
            else if (message->Offset >= Position)
            {
                var size = (int)message->Length + 1;
                if (chunk.Bytes.Length - chunk.Length < size || messages.Count == MessageIndex.CountMax)
                {
                    if (messages.Count > 0) return false;
                    chunk.Grow(chunk.Length + size);
                }
                Take(chunk, messages, message);
            }
            _batch[_next] = null;
            Librdkafka.Destroy(message);
        }
        return true;
    }

    void Take(Chunk chunk, MessageIndex messages, NativeMessage* message)
    {
        message->Value.CopyTo(chunk.Bytes.AsSpan(chunk.Length));
        var end = chunk.Length + (int)message->Length;
        chunk.Bytes[end] = (byte)'\n';
        chunk.Length = end + 1;
        int kind;
        var time = Librdkafka.Timestamp(message, &kind);
        messages.Add(end, message->Offset, kind == 0 || time < 0 ? MessageIndex.NoTime : time * 1000, message->Payload == null);
        messages.Keys?.Add(new(message->Key, (int)message->KeyLength), message->Key == null);
        if (messages.Headers is { } headers) headers.Add(_headers.Of(message, out var hasNone), hasNone);
        Position = message->Offset + 1;
        _isAtEnd = Position >= _end;
    }

    /// <summary>What stands in a message's place.</summary>
    void Trouble(NativeMessage* message)
    {
        var (code, offset) = (message->Error, message->Offset);
        if (code == PartitionEnd)
        {
            // Offsets before the end may belong to nobody: records of transactions, messages that were compacted away.
            if (_end != long.MaxValue && offset >= _end) (_isAtEnd, Position) = (true, Math.Max(Position, _end));
            return;
        }
        var text = message->Payload == null ? Librdkafka.Describe(code) : System.Text.Encoding.UTF8.GetString(message->Value);
        throw code == OffsetIsGone ? source.DataLost(Name, Position, text) : source.Failed($"{Name} cannot be read at offset {Position:N0}", new Error((ErrorCode)code, text));
    }

    /// <summary>Waits for a message and keeps it for the next read.</summary>
    public void Wait(TimeSpan time, CancellationToken stop)
    {
        lock (_lock)
        {
            if (_next == _filled && !_isDisposed) WaitForOne(time);
        }
    }

    void WaitForOne(TimeSpan time)
    {
        var message = Librdkafka.ConsumeOne(_queue, (int)time.TotalMilliseconds);
        _batch[0] = message;
        (_next, _filled) = (0, message == null ? 0 : 1);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            for (; _next < _filled; _next++) Librdkafka.Destroy(_batch[_next]);
            NativeMemory.Free(_batch);
            if (_queue != 0) Librdkafka.DestroyQueue(_queue);
        }
    }
}
