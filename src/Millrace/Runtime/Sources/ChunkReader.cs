using System.Collections.Concurrent;
using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Runtime;

/// <summary>Some bytes of a partition on their way to a decoder.</summary>
/// <param name="Chunk">Holds them, from <paramref name="Start"/> to its length; whoever takes it owns its reference.</param>
/// <param name="Start">Where they begin; in front of it there is room for the rest of the chunk before.</param>
/// <param name="Offset">The partition's offset of the first.</param>
/// <param name="End">What follows them: more, the end of a file, or the end of all.</param>
/// <param name="Error">What ended the reading, or null.</param>
readonly record struct Filled(Chunk Chunk, int Start, long Offset, ReadResult End, Exception? Error = null);

/// <summary>Fills chunks from a partition, one after the other.</summary>
sealed class ChunkReader(IBytePartition partition, ChunkPool pool)
{
    /// <summary>A read is asked for at least so many bytes; with less room a chunk counts as full.</summary>
    const int RoomMin = 64 << 10;

    public bool IsAtEnd { get; private set; }

    /// <summary>Waits for more, after there was nothing.</summary>
    public void Wait(TimeSpan time, CancellationToken stop) => partition.Wait(time, stop);

    /// <summary>Reads until a chunk is full, the source has no more for now, or the taker is waiting.</summary>
    /// <param name="filled">What was read.</param>
    /// <param name="isWanted">Whether the taker has nothing else to do, so that a part of a chunk is better than a whole one later.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <returns>Whether there is anything to take: bytes or an end.</returns>
    public bool TryFill(out Filled filled, Func<bool> isWanted, CancellationToken stop)
    {
        var chunk = pool.Rent();
        var start = chunk.Length;
        var offset = partition.Position;
        filled = default;
        try
        {
            while (true)
            {
                var room = chunk.Bytes.Length;
                var result = partition.Read(chunk, stop);
                if (chunk.Bytes.Length != room) pool.Grown(chunk, room);
                if (result == ReadResult.More && chunk.Bytes.Length - chunk.Length >= RoomMin && !isWanted()) continue;
                if (result == ReadResult.Idle && chunk.Length == start)
                {
                    chunk.Release();
                    return false;
                }
                IsAtEnd = result == ReadResult.End;
                filled = new(chunk, start, offset, result == ReadResult.Idle ? ReadResult.More : result);
                return true;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            chunk.Release();
            return false;
        }
        catch (Exception error)
        {
            // What was read before is good: it is computed and committed before the error ends the run.
            IsAtEnd = true;
            filled = new(chunk, start, offset, ReadResult.More, error);
            return true;
        }
    }
}

/// <summary>Reads a partition ahead on a thread of its own, a few chunks and no more.</summary>
sealed class ReadAhead : IDisposable
{
    const int ChunksMax = 4;
    static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20), s_pollIdle = TimeSpan.FromMilliseconds(60);
    const int PollsUntilIdle = 50;

    readonly ChunkReader _reader;
    readonly ConcurrentQueue<Filled> _ready = new();
    readonly SemaphoreSlim _room = new(ChunksMax);
    readonly CancellationTokenSource _stop = new();
    readonly ILaneSignal _lane;
    readonly MemoryAccountant _memory;
    readonly Thread _thread;
    readonly Func<bool> _isWanted;
    volatile bool _isWaiting;

    public ReadAhead(string name, ChunkReader reader, ILaneSignal lane, MemoryAccountant memory)
    {
        (_reader, _lane, _memory) = (reader, lane, memory);
        _isWanted = () => _ready.IsEmpty;
        _thread = new(Run) { IsBackground = true, Name = "read " + name };
    }

    /// <summary>Whether the source has nothing for now, rather than being on its way.</summary>
    public bool IsWaiting => _isWaiting && _ready.IsEmpty;

    public void Start() => _thread.Start();

    public bool TryTake(out Filled filled)
    {
        if (!_ready.TryDequeue(out filled)) return false;
        _room.Release();
        return true;
    }

    void Run()
    {
        try
        {
            while (!_reader.IsAtEnd)
            {
                _room.Wait(_stop.Token);
                while (_memory.IsTight)
                    if (_stop.Token.WaitHandle.WaitOne(s_poll)) return;
                Filled filled;
                var polls = 0;
                while (!_reader.TryFill(out filled, _isWanted, _stop.Token))
                {
                    _isWaiting = true;
                    _reader.Wait(++polls < PollsUntilIdle ? s_poll : s_pollIdle, _stop.Token);
                    if (_stop.IsCancellationRequested) return;
                }
                _isWaiting = false;
                _ready.Enqueue(filled);
                _lane.Wake();
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        // A source that sits in a call which cannot be broken off (a terminal's read) must not hold up the end: its thread is left behind.
        var hasEnded = (_thread.ThreadState & ThreadState.Unstarted) != 0 || _thread.Join(TimeSpan.FromSeconds(2));
        while (_ready.TryDequeue(out var filled)) filled.Chunk.Release();
        if (!hasEnded) return;
        _stop.Dispose();
        _room.Dispose();
    }
}
