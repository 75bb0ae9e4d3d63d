namespace Millrace.Cassandra.Cql;

/// <summary>Cuts received bytes into frames, whichever way they were cut into pieces on the way.</summary>
/// <remarks>Frames come plain up to protocol version 4, and in <see cref="Segments"/> from version 5 on, once the server has answered STARTUP.</remarks>
sealed class FrameParser
{
    byte[] _received = new byte[64 << 10]; // from the network
    int _start, _end;
    byte[] _inner = [];                    // out of segments, where a frame spans several
    int _innerLength;
    bool _fromInner;                       // the last frame told is at the front of _inner
    int _wholeStart, _wholeEnd;            // whole frames of the last segment, in _received
    int _told;                             // bytes of the frame that was told last

    /// <summary>Whether bytes come in segments from here on.</summary>
    public bool HasSegments { get; set; }

    /// <summary>Room for the next bytes from the network; at least a few thousand.</summary>
    public Memory<byte> Room()
    {
        if (_start == _end && _wholeStart == _wholeEnd)
        {
            (_start, _end, _wholeStart, _wholeEnd) = (0, 0, 0, 0);
            if (_received.Length > 1 << 22) _received = new byte[64 << 10]; // one large answer must not keep its room for ever
        }
        if (_received.Length - _end < 4096)
        {
            // Only the beginning of a frame is left here: what was whole has been taken.
            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            (_start, _end, _wholeStart, _wholeEnd) = (0, _end - _start, 0, 0);
            if (_received.Length - _end < 4096) Array.Resize(ref _received, _received.Length * 2);
        }
        return _received.AsMemory(_end);
    }

    /// <summary>So many bytes have been put into the room.</summary>
    public void Received(int count) => _end += count;

    /// <summary>The next frame, if it is all there; its body is valid until the next call.</summary>
    /// <exception cref="CqlException">The bytes are no frames.</exception>
    public bool TryRead(out FrameHeader header, out ReadOnlySpan<byte> body)
    {
        Forget();
        if (!HasSegments)
        {
            var size = TryFrame(_received.AsSpan(_start, _end - _start), out header, out body);
            _start += size;
            return size > 0;
        }
        while (true)
        {
            if (_wholeStart < _wholeEnd)
            {
                var size = TryFrame(_received.AsSpan(_wholeStart, _wholeEnd - _wholeStart), out header, out body);
                if (size == 0) throw CqlException.Protocol("a segment that should hold whole frames does not.");
                _wholeStart += size;
                return true;
            }
            if (_innerLength > 0)
            {
                _told = TryFrame(_inner.AsSpan(0, _innerLength), out header, out body);
                if (_told > 0) return _fromInner = true;
            }
            var taken = Segments.Read(_received.AsSpan(_start, _end - _start), out var payload, out var isWhole);
            if (taken == 0)
            {
                header = default;
                body = default;
                return false;
            }
            if (isWhole)
            {
                if (_innerLength > 0) throw CqlException.Protocol("whole frames come in the middle of one that was begun.");
                (_wholeStart, _wholeEnd) = (_start + Segments.HeaderSize, _start + Segments.HeaderSize + payload.Length);
            }
            else
            {
                if (_innerLength + payload.Length > _inner.Length) Array.Resize(ref _inner, Math.Max(_innerLength + payload.Length, _inner.Length * 2));
                payload.CopyTo(_inner.AsSpan(_innerLength));
                _innerLength += payload.Length;
            }
            _start += taken;
        }
    }

    void Forget()
    {
        if (!_fromInner) return;
        _inner.AsSpan(_told, _innerLength - _told).CopyTo(_inner);
        _innerLength -= _told;
        _fromInner = false;
        if (_innerLength == 0 && _inner.Length > 1 << 20) _inner = [];
    }

    static int TryFrame(ReadOnlySpan<byte> bytes, out FrameHeader header, out ReadOnlySpan<byte> body)
    {
        header = default;
        body = default;
        if (bytes.Length < FrameHeader.Size) return 0;
        header = FrameHeader.Read(bytes);
        if (bytes.Length - FrameHeader.Size < header.Length) return 0;
        body = bytes.Slice(FrameHeader.Size, header.Length);
        return FrameHeader.Size + header.Length;
    }
}
