using Millrace.Data;
using Millrace.Stores;

namespace Millrace.Connectors.Files;

/// <summary>Files one after the other, as one stream of bytes. Followed, it waits at the end of the last one for more bytes and for further files.</summary>
sealed class FilePartition : IBytePartition
{
    /// <summary>Time between two looks for new or rotated files.</summary>
    internal static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    readonly FilePattern _pattern;
    readonly bool _isSingle, _looksForMore, _isFollowed;
    readonly TimeProvider _clock;
    readonly KnownFiles _known;
    readonly Queue<string> _next;
    readonly List<ReadFile> _begun = [];
    string? _path;       // of the file to be opened
    InputFile? _current;
    bool _announces;     // that a file has ended
    bool _isAtEnd;
    string? _mark;
    long _lastLook;
    volatile bool _hasBegun;

    /// <summary>Where it takes files from that appear later; null = it looks by itself, or not at all.</summary>
    public (NewFiles Files, int Place)? Arriving { get; init; }

    public bool HasBegun => _hasBegun || Arriving is not var (files, place) || (_hasBegun = files.Has(place));

    /// <param name="id">Its number.</param>
    /// <param name="name">Name for people.</param>
    /// <param name="pattern">What the files are named by, and where further ones are looked for.</param>
    /// <param name="files">What there is, in order.</param>
    /// <param name="known">The files of the source that were found, in whatever partition.</param>
    /// <param name="looksForMore">Whether further files are looked for.</param>
    /// <param name="isFollowed">Whether it waits for more bytes.</param>
    /// <param name="from">Where it goes on; null = at the beginning.</param>
    /// <param name="clock">Spaces the looks into the folder.</param>
    public FilePartition(int id, string name, FilePattern pattern, IReadOnlyList<string> files, KnownFiles known, bool looksForMore, bool isFollowed, SourcePosition? from, TimeProvider clock)
    {
        (Id, Name, _pattern, _isSingle, _looksForMore, _isFollowed, _clock) = (id, name, pattern, files.Count == 1 && !looksForMore, looksForMore, isFollowed, clock);
        _known = known;
        _next = new(files);
        if (from is null) Begin();
        else GoOn(from, files);
        Length = TotalLength();
    }

    public int Id { get; }
    public string Name { get; }
    public long Position { get; private set; }
    public long? Length { get; }

    public string? Mark
    {
        get
        {
            lock (_begun) return _mark ??= ReadFiles.ToText(_begun, _isAtEnd);
        }
    }

    /// <summary>Takes the next file, if there is one, into the list: it is opened when it is read.</summary>
    void Begin()
    {
        if (!_next.TryDequeue(out _path)) return;
        lock (_begun)
        {
            _begun.Add(new(Position, _pattern.NameOf(_path), default));
            _mark = null;
        }
    }

    void GoOn(SourcePosition from, IReadOnlyList<string> files)
    {
        if (from.Mark is null) throw new ConnectorException(Fault.User, $"the checkpoint does not say which files of '{_pattern.Path}' it has read. Start anew.");
        var read = ReadFiles.Parse(from.Mark, out var wasAtEnd);
        Position = from.Position;
        var at = read.FindLastIndex(f => f.Start <= Position);
        if (at < 0)
        {
            Begin();
            return;
        }
        wasAtEnd &= at == read.Count - 1;
        read.RemoveRange(at + 1, read.Count - at - 1);
        var (start, name, head) = read[at];
        _begun.AddRange(read);
        foreach (var file in read) _known.Know(_pattern.PathOf(file.Name));
        _next.Clear();
        foreach (var path in files.Except(read.Select(f => _pattern.PathOf(f.Name)))) _next.Enqueue(path);

        // Where one file ends and another begins, the decoder may not have heard of it.
        _announces = start == Position && at > 0;
        _path = _pattern.PathOf(name);
        if (wasAtEnd && !File.Exists(_path))
        {
            // All of it was read.
            (_path, _isAtEnd) = (null, true);
            return;
        }
        _current = InputFile.TryGoOn(_path, Position - start, head, out var problem) ?? (_isFollowed ? Rotated(_path, Position - start, head) : null);
        if (_current is null) throw new ConnectorException(Fault.User, problem! + " Put back the file as it was, or start anew with --from fresh.");
        _known.Opened(_current);
    }

    /// <summary>The file that was read, under another name beside the one that took its place: a log that was rotated meanwhile. The new one comes behind it.</summary>
    InputFile? Rotated(string path, long at, FileHead head)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (head.Bytes == 0 || !Directory.Exists(folder)) return null;
        foreach (var other in Directory.GetFiles(folder, Path.GetFileNameWithoutExtension(path) + "*").Order(StringComparer.Ordinal))
        {
            if (other == path || InputFile.TryGoOn(other, at, head, out _) is not { } found) continue;
            _known.Know(other);
            if (File.Exists(path)) _next.Enqueue(path);
            return found;
        }
        return null;
    }

    /// <summary>Unpacked bytes of all files; null where one does not tell, or more may come. An unreadable file is told here, before anything is read.</summary>
    long? TotalLength()
    {
        if (_isFollowed) return null;
        long? total = _begun.Count > 0 && !_isAtEnd ? _begun[^1].Start : Position;
        if (_current is not null) total += _current.UnpackedLength();
        foreach (var path in _current is null && _path is not null ? _next.Prepend(_path) : _next)
        {
            using var file = InputFile.Open(path);
            total += file.UnpackedLength();
        }
        return total;
    }

    public ReadResult Read(Chunk chunk, CancellationToken stop)
    {
        if (_announces)
        {
            _announces = false;
            return ReadResult.EndOfFile;
        }
        if (_current is null && _path is null)
        {
            if (_next.Count == 0)
            {
                if (!_isFollowed) return AtEnd();
                Look();
                return ReadResult.Idle;
            }
            var isFirst = _begun.Count == 0;
            Begin();
            if (!isFirst) return ReadResult.EndOfFile;
        }
        _current ??= _known.Opened(InputFile.Open(_path!));
        var before = _current.Head;
        var count = _current.Read(chunk);
        Position += count;
        if (_current.Head != before) Note(_current.Head);
        if (count > 0) return ReadResult.More;
        if (_next.Count > 0)
        {
            _known.Close(_current);
            _current = null;
            Begin();
            return ReadResult.EndOfFile;
        }
        if (!_isFollowed) return AtEnd();
        Look();
        return ReadResult.Idle;
    }

    void Note(FileHead head)
    {
        lock (_begun)
        {
            _begun[^1] = _begun[^1] with { Head = head };
            _mark = null;
        }
    }

    ReadResult AtEnd()
    {
        lock (_begun) (_isAtEnd, _mark) = (true, null);
        return ReadResult.End;
    }

    public string? FileAt(long offset)
    {
        if (_isSingle) return null;
        lock (_begun)
        {
            var at = _begun.FindLastIndex(f => f.Start <= offset);
            return at < 0 ? null : _pattern.PathOf(_begun[at].Name);
        }
    }

    /// <summary>Further files, or another file in the place of the current one: the current one ends then, after one more read (it may have grown before it was replaced).</summary>
    void Look()
    {
        if (Arriving is var (files, place))
            while (files.TryTake(place, out var path)) _next.Enqueue(path);
        if (_lastLook != 0 && _clock.GetElapsedTime(_lastLook) < LookEvery) return;
        _lastLook = _clock.GetTimestamp();
        if (_current is not null && _current.WasReplaced()) _next.Enqueue(_current.Path);
        if (!_looksForMore) return;
        foreach (var path in _pattern.Find())
            if (_known.TakeIfNew(path)) _next.Enqueue(path);
    }

    public void Dispose()
    {
        if (_current is not null) _known.Close(_current);
    }
}
