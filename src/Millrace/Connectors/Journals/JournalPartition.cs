using Microsoft.Win32.SafeHandles;
using Millrace.Data;
using Millrace.Stores;

namespace Millrace.Connectors.Journals;

/// <summary>Reads a journal from its first byte on, or from a position, as far as it is durable.</summary>
sealed class JournalPartition : IBytePartition
{
    readonly Journal _journal;
    readonly byte[] _window = new byte[1 << 18];
    Segment? _segment;
    SafeFileHandle? _handle;
    long _fileOffset; // of the window's next byte
    int _at, _filled; // in the window
    int _preambleLeft, _recordsLeft;
    bool _announces; // that what comes next is decoded anew

    /// <param name="name">Name of the source.</param>
    /// <param name="journal">The journal.</param>
    /// <param name="from">Where it goes on; null = with the first byte that is there.</param>
    /// <exception cref="ConnectorException">The journal has not what lies at the position.</exception>
    public JournalPartition(string name, Journal journal, SourcePosition? from)
    {
        (Name, _journal, Position) = (name, journal, from?.Position ?? journal.Start);
        if (from is null) return;
        if (Position < journal.Start || Position > journal.End)
        {
            throw new ConnectorException(Fault.User, $"source '{name}': the checkpoint has read its journal up to position {Position:N0}, but the journal in '{journal.Folder}' holds {journal.Start:N0} to {journal.End:N0}. " +
                "Put back its files, or start anew with --from fresh.");
        }
        journal.Commit(Position);
        if (journal.SegmentAt(Position) is { } segment) GoTo(segment);
    }

    public int Id => 0;
    public string Name { get; }
    public long Position { get; private set; }
    public long? Length => null;

    public ReadResult Read(Chunk chunk, CancellationToken stop)
    {
        if (_announces)
        {
            _announces = false;
            return ReadResult.EndOfFile;
        }
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
                    var next = _journal.SegmentAfter(_segment);
                    if (next is null) return _journal.IsFinished && Position == _journal.End ? ReadResult.End : ReadResult.Idle;
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

    /// <summary>Enters a segment at the position: whole frames are passed over by their heads.</summary>
    void GoTo(Segment segment)
    {
        Enter(segment);
        _announces = Position == segment.Start && Position > 0 && !segment.GoesOn;
        var left = Position - segment.Start;
        if (left <= segment.Preamble.Length)
        {
            _fileOffset += left;
            _preambleLeft -= (int)left;
            return;
        }
        left -= segment.Preamble.Length;
        (_fileOffset, _preambleLeft) = (_fileOffset + segment.Preamble.Length, 0);
        while (left > 0)
        {
            if (!NextFrame()) throw new ConnectorException(Fault.External, $"the journal '{segment.Path}' cannot be read at byte {_fileOffset:N0}: there is no frame.");
            var passed = (int)Math.Min(left, _recordsLeft);
            left -= passed;
            _recordsLeft -= passed;
            // What is past may lie in the window or behind it.
            _at += passed;
            if (_at <= _filled) continue;
            _fileOffset += _at - _filled;
            (_at, _filled) = (0, 0);
        }
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
        var durable = _journal.DurableLength(_segment!);
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
