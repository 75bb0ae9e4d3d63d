using Millrace.Data;

namespace Millrace.Connectors.Files;

/// <summary>Files one after the other, as one stream of bytes. Followed, it waits at the end of the last one for more bytes and for further files.</summary>
/// <param name="id">Its number.</param>
/// <param name="name">Name for people.</param>
/// <param name="files">What there is, in order.</param>
/// <param name="growing">Where further files are looked for; null = nowhere.</param>
/// <param name="isFollowed">Whether it waits for more.</param>
/// <param name="clock">Spaces the looks into the folder.</param>
sealed class FilePartition(int id, string name, IReadOnlyList<string> files, FilePattern? growing, bool isFollowed, TimeProvider clock) : IBytePartition
{
    /// <summary>Time between two looks for new or rotated files.</summary>
    internal static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    readonly HashSet<string> _known = new(files, StringComparer.Ordinal);
    readonly Queue<string> _next = new(files);
    readonly long? _length = LengthOf(files, isFollowed);
    readonly List<(long Start, string Path)> _begun = [];
    InputFile? _current;
    long _lastLook;

    public int Id { get; } = id;
    public string Name { get; } = name;
    public long Position { get; private set; }
    public long? Length => _length;

    static long? LengthOf(IReadOnlyList<string> files, bool isFollowed)
    {
        if (isFollowed) return null;
        long? total = 0;
        foreach (var path in files)
        {
            using var file = InputFile.Open(path); // an unreadable one is told before anything is read
            total += file.UnpackedLength();
        }
        return total;
    }

    public ReadResult Read(Chunk chunk, CancellationToken stop)
    {
        if (_current is null)
        {
            if (_next.Count == 0)
            {
                if (isFollowed) Look();
                return isFollowed ? ReadResult.Idle : ReadResult.End;
            }
            _current = InputFile.Open(_next.Dequeue());
            lock (_begun) _begun.Add((Position, _current.Path));
        }
        var count = _current.Read(chunk);
        Position += count;
        if (count > 0) return ReadResult.More;
        if (_next.Count > 0)
        {
            _current.Dispose();
            _current = null;
            return ReadResult.EndOfFile;
        }
        if (!isFollowed) return ReadResult.End;
        Look();
        return ReadResult.Idle;
    }

    public string? FileAt(long offset)
    {
        if (files.Count == 1 && growing is null) return null;
        lock (_begun)
        {
            var at = _begun.FindLastIndex(f => f.Start <= offset);
            return at < 0 ? null : _begun[at].Path;
        }
    }

    /// <summary>Further files, or another file in the place of the current one: the current one ends then, after one more read (it may have grown before it was replaced).</summary>
    void Look()
    {
        if (_lastLook != 0 && clock.GetElapsedTime(_lastLook) < LookEvery) return;
        _lastLook = clock.GetTimestamp();
        if (_current is not null && _current.WasReplaced()) _next.Enqueue(_current.Path);
        if (growing is null) return;
        foreach (var path in growing.Find())
            if (_known.Add(path)) _next.Enqueue(path);
    }

    public void Dispose() => _current?.Dispose();
}
