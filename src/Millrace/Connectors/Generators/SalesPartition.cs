using Millrace.Data;

namespace Millrace.Connectors.Generators;

/// <summary>The stream of sales as bytes: what lies before a moment of event time at once, the rest as its time comes.</summary>
/// <param name="stream">The lines.</param>
/// <param name="live">Event time that is reached at once: the start and the history behind it.</param>
/// <param name="speed">Seconds of event time in one of wall time from there on; null = as fast as it is read.</param>
/// <param name="mark">What makes the stream the same again.</param>
/// <param name="position">Bytes that were read of it already.</param>
/// <param name="clock">The outside world's time.</param>
sealed class SalesPartition(SalesStream stream, long live, double? speed, string mark, long position, TimeProvider clock) : IBytePartition
{
    readonly long _from = position;
    long _live = live;
    long _firstTick;
    bool _hasBegun, _isAtEnd;
    int _taken; // bytes of the current line that are handed over
    bool _hasLine;

    public int Id => 0;
    public string Name => "sales";
    public long Position { get; private set; } = position;
    public long? Length => null;
    public string Mark => mark;

    public ReadResult Read(Chunk chunk, CancellationToken stop)
    {
        if (!_hasBegun)
        {
            Skip();
            (_hasBegun, _firstTick) = (true, clock.GetTimestamp());
        }
        var now = speed is { } s ? _live + clock.GetElapsedTime(_firstTick).TotalSeconds * s * 1e6 : double.PositiveInfinity;
        var before = chunk.Length;
        while (chunk.Length < chunk.Bytes.Length)
        {
            if (!_hasLine)
            {
                if (!stream.MoveNext())
                {
                    _isAtEnd = true;
                    break;
                }
                (_hasLine, _taken) = (true, 0);
            }
            if (stream.Delivery > now) break;
            var rest = stream.Line[_taken..];
            var count = Math.Min(rest.Length, chunk.Bytes.Length - chunk.Length);
            rest[..count].CopyTo(chunk.Bytes.AsSpan(chunk.Length));
            chunk.Length += count;
            _taken += count;
            _hasLine = count < rest.Length;
        }
        Position += chunk.Length - before;
        return chunk.Length > before ? ReadResult.More : _isAtEnd ? ReadResult.End : ReadResult.Idle;
    }

    /// <summary>Makes again what was read already (about a second for 50 MB); event time goes on from there, at its pace.</summary>
    void Skip()
    {
        for (var left = _from; left > 0; left -= _taken)
        {
            if (!stream.MoveNext()) throw new ConnectorException(Fault.User, "the generator makes fewer rows now than the checkpoint had read. Set its options back to what they were, or start anew with --from fresh.");
            _taken = (int)Math.Min(left, stream.Line.Length);
            _hasLine = _taken < stream.Line.Length;
            _live = Math.Max(_live, stream.Delivery);
        }
    }

    public void Dispose()
    {
    }
}
