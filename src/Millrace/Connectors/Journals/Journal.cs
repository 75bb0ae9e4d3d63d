using System.Text;
using Microsoft.Win32.SafeHandles;
using Millrace.Runtime;
using Millrace.Stores;

namespace Millrace.Connectors.Journals;

/// <summary>A durable, append-only file of records that somebody pushes: what was answered is on the disk. Thread-safe.</summary>
/// <remarks>
/// Appends that arrive while the disk is busy are written and synced together (group commit), so many small ones cost little more than one. Files are begun anew after some size and may be
/// dropped once results up to them are committed.
/// </remarks>
sealed class Journal : IDisposable
{
    readonly JournalSettings _settings;
    readonly Lock _lock = new();
    readonly List<Segment> _segments;
    readonly Dictionary<string, Entry> _keys = new(StringComparer.Ordinal);
    readonly Queue<string> _keyOrder = new();
    List<Entry> _waiting = [];
    List<Entry> _writing = [];
    SafeFileHandle? _handle;
    Task _writer = Task.CompletedTask;
    TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    ConnectorException? _failure;
    bool _isWriting, _isDisposed;
    long _committed;
    long _waitingBytes;

    Journal(JournalSettings settings)
    {
        _settings = settings;
        Durability.CreateFolder(settings.Folder);
        JournalKeys.Load(settings.Folder, (key, count, position) => Remember(Entry.Known(key, count, position)));
        _segments = JournalScan.Run(settings.Folder, (key, count, position) => Remember(Entry.Known(key, count, position)), out var isFinished);
        IsFinished = isFinished;
    }

    /// <summary>Opens the journal of a folder and repairs its torn tail.</summary>
    /// <exception cref="ConnectorException">It is damaged, or the disk refuses.</exception>
    public static Journal Open(JournalSettings settings)
    {
        try
        {
            var journal = new Journal(settings);
            journal._committed = journal.Start;
            // Columns were renamed, say: records of another header begin a segment of their own.
            if (!settings.IsContinuous && journal._segments.Count > 0 && !journal._segments[^1].Preamble.AsSpan().SequenceEqual(settings.Preamble.Span)) journal.Roll(goesOn: false);
            return journal;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(Fault.External, $"the journal in '{settings.Folder}' cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Position of the first byte that is still there; past 0 once segments were dropped.</summary>
    public long Start => Locked(() => _segments.Count == 0 ? 0 : _segments[0].Start);

    /// <summary>Position behind the last durable byte.</summary>
    public long End => Locked(() => _segments.Count == 0 ? 0 : _segments[^1].End);

    /// <summary>Whether the stream has ended (its end is durable).</summary>
    public bool IsFinished { get; private set; }

    /// <summary>The segment after another (which may have been dropped by now), or the first; null where there is none.</summary>
    public Segment? SegmentAfter(Segment? segment) => Locked(() => segment is null ? _segments.FirstOrDefault() : _segments.Find(s => s != segment && s.Start >= segment.End));

    /// <summary>The first segment that a position lies in or at the end of; null where there are none.</summary>
    public Segment? SegmentAt(long position) => Locked(() => _segments.Find(s => s.End >= position));

    /// <summary>Where it is.</summary>
    public string Folder => _settings.Folder;

    /// <summary>How far the file of a segment is durable.</summary>
    public long DurableLength(Segment segment) => Locked(() => segment.FileLength);

    T Locked<T>(Func<T> read)
    {
        lock (_lock) return read();
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            foreach (var segment in _segments) File.Delete(segment.Path);
            JournalKeys.Delete(_settings.Folder);
            _segments.Clear();
            _keys.Clear();
            _keyOrder.Clear();
            IsFinished = false;
            _committed = 0;
        }
    }

    /// <summary>The next append begins a new segment, whose records do not go on from what is there.</summary>
    public void BeginStream()
    {
        lock (_lock)
        {
            if (_segments.Count > 0) Roll(goesOn: false);
            IsFinished = false;
        }
    }

    /// <summary>Appends records; ends when they are durable.</summary>
    public async ValueTask<IngestReceipt> AppendAsync(ReadOnlyMemory<byte> records, int count, string? key, bool isEnd, CancellationToken stop)
    {
        Entry entry;
        var isRepeated = false;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_failure is not null) throw _failure;
            if (key is not null && _keys.TryGetValue(key, out var known)) (entry, isRepeated) = (known, true);
            else
            {
                var end = _segments.Count == 0 ? 0 : _segments[^1].End;
                var behind = end + _waitingBytes - _committed;
                if (behind > 0 && behind + records.Length > _settings.MaxBytes)
                {
                    throw new JournalFullException(
                        $"{behind:N0} bytes wait for their results to be committed, and {records.Length:N0} more would pass journal.max_bytes = {_settings.MaxBytes:N0}. Send them again later.",
                        TimeSpan.FromSeconds(1));
                }
                entry = new Entry(key, count) { IsEnd = isEnd };
                entry.Copy(records.Span);
                _waiting.Add(entry);
                _waitingBytes += records.Length;
                if (key is not null) Remember(entry);
                if (!_isWriting)
                {
                    _isWriting = true;
                    _writer = Task.Run(WriteAll, CancellationToken.None);
                }
            }
        }
        await entry.Durable.WaitAsync(stop).ConfigureAwait(false);
        return new(entry.Count, entry.Position, isRepeated);
    }

    void Remember(Entry entry)
    {
        if (_settings.Keys == 0) return;
        if (!_keys.TryAdd(entry.Key!, entry)) return;
        _keyOrder.Enqueue(entry.Key!);
        if (_keyOrder.Count > _settings.Keys) _keys.Remove(_keyOrder.Dequeue());
    }

    void WriteAll()
    {
        while (true)
        {
            lock (_lock)
            {
                (_waiting, _writing) = (_writing, _waiting);
                if (_writing.Count == 0)
                {
                    _isWriting = false;
                    return;
                }
            }
            Exception? failure = null;
            try
            {
                Write();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failure = Fail(e);
            }
            lock (_lock)
            {
                foreach (var entry in _writing)
                {
                    _waitingBytes -= entry.RecordBytes;
                    if (failure is not null && entry.Key is not null) _keys.Remove(entry.Key);
                    if (failure is null && entry.IsEnd) IsFinished = true;
                }
            }
            foreach (var entry in _writing) entry.Complete(failure);
            _writing.Clear();
        }
    }

    void Write()
    {
        Segment segment;
        lock (_lock)
        {
            if (_segments.Count == 0 || _segments[^1].FileLength >= _settings.SegmentBytes) Roll(_settings.IsContinuous && _segments.Count > 0);
            segment = _segments[^1];
            _handle ??= File.OpenHandle(segment.Path, FileMode.Open, FileAccess.Write, FileShare.Read);
        }
        var (length, position) = (segment.FileLength, segment.End);
        var frames = new ReadOnlyMemory<byte>[_writing.Count];
        for (var i = 0; i < frames.Length; i++)
        {
            var entry = _writing[i];
            frames[i] = entry.Seal(position);
            position = entry.Position;
            length += frames[i].Length;
        }
        RandomAccess.Write(_handle, frames, segment.FileLength);
        RandomAccess.FlushToDisk(_handle);
        lock (_lock) (segment.FileLength, segment.End) = (length, position);
    }

    // Called under the lock.
    void Roll(bool goesOn)
    {
        _handle?.Dispose();
        _handle = null;
        // One without a byte stands where the new one will, though it may mark an end.
        var isInPlace = _segments.Count > 0 && _segments[^1].End == _segments[^1].Start;
        if (isInPlace) goesOn &= _segments[^1].GoesOn;
        if (isInPlace || _segments.Count > 0 && _segments[^1].FileLength <= Segment.HeadBytes + _segments[^1].Preamble.Length && _segments[^1].GoesOn == goesOn)
        {
            // A segment without a record is made anew.
            File.Delete(_segments[^1].Path);
            _segments.RemoveAt(_segments.Count - 1);
        }
        var start = _segments.Count == 0 ? 0 : _segments[^1].End;
        var segment = new Segment { Path = Path.Combine(_settings.Folder, Segment.NameOf(start)), Start = start, GoesOn = goesOn, Preamble = _settings.Preamble.ToArray() };
        var head = segment.Head();
        using (var handle = File.OpenHandle(segment.Path, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, head, 0);
            RandomAccess.FlushToDisk(handle);
        }
        Durability.SyncFolder(_settings.Folder);
        (segment.FileLength, segment.End) = (head.Length, start + segment.Preamble.Length);
        _segments.Add(segment);
    }

    /// <summary>Cuts off what was written in part, so that the journal can go on once there is room; a journal that cannot be cut takes nothing more.</summary>
    ConnectorException Fail(Exception e)
    {
        var failure = new ConnectorException(Fault.External, $"the journal in '{_settings.Folder}' cannot be written: {e.Message.TrimEnd('.')}. The rows were not taken; free some space and send them again.", e);
        try
        {
            if (_handle is not null) RandomAccess.SetLength(_handle, _segments[^1].FileLength);
        }
        catch (IOException)
        {
            lock (_lock) _failure = failure;
        }
        return failure;
    }

    /// <summary>Results up to a position are committed: makes room, and drops old segments where the retention says so.</summary>
    public void Commit(long position)
    {
        TaskCompletionSource room;
        lock (_lock)
        {
            if (position <= _committed) return;
            _committed = position;
            (room, _room) = (_room, new(TaskCreationOptions.RunContinuationsAsynchronously));
            if (_settings.RetentionBytes is { } most) Drop(most);
        }
        room.SetResult();
    }

    /// <summary>Drops all files whose results are committed; what comes next goes on behind them.</summary>
    public void DropCommitted()
    {
        lock (_lock) Drop(0);
    }

    // Called under the lock.
    void Drop(long most)
    {
        var total = _segments.Sum(static s => s.FileLength);
        var count = 0;
        while (count < _segments.Count - 1 && _segments[count].End <= _committed && total > most) total -= _segments[count++].FileLength;
        if (count == 0) return;
        // A client may send rows again whose file is gone: their keys must stay known.
        var start = _segments[count].Start;
        JournalKeys.Save(_settings.Folder, _keyOrder.Where(k => _keys.TryGetValue(k, out var e) && e.Position > 0 && e.Position <= start).Select(k => (k, _keys[k].Count, _keys[k].Position)));
        for (var i = 0; i < count; i++) File.Delete(_segments[i].Path);
        _segments.RemoveRange(0, count);
    }

    /// <summary>Ends at the next commit.</summary>
    public Task NextRoom()
    {
        lock (_lock) return _room.Task;
    }

    /// <summary>Waits for the appends under way.</summary>
    public void Dispose()
    {
        lock (_lock) _isDisposed = true;
        _writer.GetAwaiter().GetResult();
        _handle?.Dispose();
    }

    /// <summary>One append, and what is remembered of it by its key.</summary>
    sealed class Entry(string? key, int count)
    {
        readonly TaskCompletionSource _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);
        byte[]? _frame;
        int _keyBytes;

        public string? Key { get; } = key;
        public int Count { get; } = count;
        public bool IsEnd { get; init; }

        /// <summary>Behind its last byte.</summary>
        public long Position { get; set; }
        public int RecordBytes { get; private set; }
        public Task Durable => _durable.Task;

        /// <summary>One that an earlier start made durable.</summary>
        public static Entry Known(string key, int count, long position)
        {
            var entry = new Entry(key, count) { Position = position };
            entry._durable.SetResult();
            return entry;
        }

        public void Copy(ReadOnlySpan<byte> records)
        {
            _keyBytes = Key is null ? 0 : Encoding.UTF8.GetByteCount(Key);
            RecordBytes = records.Length;
            _frame = GC.AllocateUninitializedArray<byte>(Segment.FrameBytes + _keyBytes + records.Length);
            if (Key is not null) Encoding.UTF8.GetBytes(Key, _frame.AsSpan(Segment.FrameBytes));
            records.CopyTo(_frame.AsSpan(Segment.FrameBytes + _keyBytes));
        }

        public ReadOnlyMemory<byte> Seal(long position)
        {
            Position = position + RecordBytes;
            Frame.Seal(_frame, RecordBytes, _keyBytes, IsEnd, Count, position);
            return _frame;
        }

        public void Complete(Exception? failure)
        {
            if (failure is null) _durable.SetResult();
            else _durable.SetException(failure);
            _frame = null;
        }
    }
}
