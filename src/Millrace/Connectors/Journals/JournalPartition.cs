using Microsoft.Win32.SafeHandles;
using Millrace.Data;

namespace Millrace.Connectors.Journals;

/// <summary>Reads a journal from its first byte on, as far as it is durable.</summary>
sealed class JournalPartition(string name, Journal journal) : IBytePartition
{
    readonly byte[] _window = new byte[1 << 18];
    Segment? _segment;
    SafeFileHandle? _handle;
    long _fileOffset; // of the window's next byte
    int _at, _filled; // in the window
    int _preambleLeft, _recordsLeft;

    public int Id => 0;
    public string Name { get; } = name;
    public long Position { get; private set; } = journal.Start;
    public long? Length => null;

    public ReadResult Read(Chunk chunk, CancellationToken stop)
    {
        try
        {
            var before = chunk.Length;
            while (chunk.Length < chunk.Bytes.Length)
            {
                if (_preambleLeft > 0) Take(chunk, ref _preambleLeft);
                else if (_recordsLeft > 0) Take(chunk, ref _recordsLeft);
                else if (_segment is not null && NextFrame()) continue;
                else if (chunk.Length > before) break;
                else
                {
                    var next = journal.SegmentAfter(_segment);
                    if (next is null) return journal.IsFinished && Position == journal.End ? ReadResult.End : ReadResult.Idle;
                    // Frames may have been added between the look for one and the look for a segment.
                    if (_segment is not null && NextFrame()) continue;
                    var isAnew = _segment is not null && !next.GoesOn;
                    Enter(next);
                    if (isAnew) return ReadResult.EndOfFile;
                }
            }
            Position += chunk.Length - before;
            return ReadResult.More;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(Fault.External, $"the journal '{_segment?.Path}' cannot be read: {e.Message}", e);
        }
    }

    void Enter(Segment segment)
    {
        _handle?.Dispose();
        _handle = File.OpenHandle(segment.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        _segment = segment;
        (_fileOffset, _at, _filled, _preambleLeft) = (Segment.HeadBytes, 0, 0, segment.Preamble.Length);
    }

    /// <summary>Goes past the head and key of the next frame, if one is durable.</summary>
    bool NextFrame()
    {
        if (!Fill(Segment.FrameBytes) || !Frame.TryRead(_window.AsSpan(_at, _filled - _at), out var frame)) return false;
        if (!Fill(Segment.FrameBytes + frame.KeyBytes)) return false;
        _at += Segment.FrameBytes + frame.KeyBytes;
        _recordsLeft = frame.Records;
        return true;
    }

    /// <summary>Makes some bytes of the file stand in the window; false where so many are not durable yet.</summary>
    bool Fill(int bytes)
    {
        if (_filled - _at >= bytes) return true;
        var durable = journal.DurableLength(_segment!);
        if (_fileOffset + bytes - (_filled - _at) > durable) return false;
        _window.AsSpan(_at, _filled - _at).CopyTo(_window);
        (_filled, _at) = (_filled - _at, 0);
        while (_filled < bytes)
        {
            var count = RandomAccess.Read(_handle!, _window.AsSpan(_filled, (int)Math.Min(_window.Length - _filled, durable - _fileOffset)), _fileOffset);
            if (count == 0) throw new IOException("the file has become shorter.");
            _filled += count;
            _fileOffset += count;
        }
        return true;
    }

    void Take(Chunk chunk, ref int left)
    {
        Fill(1);
        var count = Math.Min(Math.Min(left, _filled - _at), chunk.Bytes.Length - chunk.Length);
        _window.AsSpan(_at, count).CopyTo(chunk.Bytes.AsSpan(chunk.Length));
        chunk.Length += count;
        _at += count;
        left -= count;
    }

    public void Dispose() => _handle?.Dispose();
}
