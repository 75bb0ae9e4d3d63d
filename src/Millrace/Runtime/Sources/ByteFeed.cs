using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Planning;
using Millrace.Stores;

namespace Millrace.Runtime;

/// <summary>A partition of bytes: its chunks are decoded on the lane. Bytes come from a thread that reads ahead, or inline from the partition itself.</summary>
sealed class ByteFeed : Feed
{
    readonly IBytePartition _partition;
    readonly IDecoder _decoder;
    readonly DecodeErrors _errors = new();
    readonly ChunkPool _pool;
    readonly ChunkReader _reader;
    readonly ReadAhead? _ahead;
    Chunk? _chunk;
    int _position;
    long _offset;
    ReadResult _end = ReadResult.More;
    Exception? _error;
    bool _needsBytes = true;
    bool _isAtEnd, _isHeldUp;
    bool _isAtBegin = true; // of a file
    long _nulled;
    ResumePoint _resume;

    public ByteFeed(SourceRun source, IBytePartition partition, int slot, ILaneSignal? lane) : base(source, partition, slot)
    {
        _partition = partition;
        _decoder = source.Format!.CreateDecoder(source.DecoderContext(partition.Id));
        _pool = new(source.Memory.Owner("source " + source.Definition.Name));
        _reader = new(partition, _pool);
        _offset = partition.Position;
        if (source.From(partition.Id)?.Decoder is { } saved) Load(saved);
        if (lane is not null) _ahead = new($"{source.Definition.Name}/{partition.Id}", _reader, lane, source.Memory);
    }

    /// <summary>Goes on as a feed at the same position would that was saved.</summary>
    internal void Load(string saved)
    {
        _resume = ResumePoint.Parse(saved);
        _isAtBegin = _resume.Decoder.Length == 0;
        _decoder.Load(_resume.Decoder);
    }

    public override long? TotalBytes => _partition.Length;

    /// <summary>The file of a partition of several that an offset lies in, or null.</summary>
    public string? FileAt(long offset) => _partition.FileAt(offset);

    public override bool IsAsked => _ahead is null;

    protected override (long, int, string?) ReadAt => (_offset, _resume.Skip, _decoder.Save());

    protected override SourcePosition Save(long position, int skip, string? decoder)
    {
        // Bad records behind the position have been told up to where it has read.
        var told = Math.Max(_resume.Told, _offset);
        return new(Source.Definition.Name, Partition.Id, position, Partition.Mark, new ResumePoint(skip, told > position ? told : 0, decoder!).ToString());
    }

    protected override bool IsExhausted => _isAtEnd;

    public override void Start() => _ahead?.Start();

    protected override FeedState PollRows()
    {
        if (_isHeldUp) return FeedState.Held;
        if (!_needsBytes) return FeedState.Ready;
        var hasSome = _ahead is not null ? _ahead.TryTake(out var filled) : _reader.TryFill(out filled, static () => false, CancellationToken.None);
        if (!hasSome) return _ahead is { IsWaiting: false } ? FeedState.Reading : FeedState.Waiting;
        Accept(filled);
        return FeedState.Ready;
    }

    /// <summary>Makes a chunk the current one, the rest of the one before in front of it.</summary>
    void Accept(Filled filled)
    {
        CountBytes(filled.Chunk.Length - filled.Start);
        var rest = _chunk is null ? 0 : _chunk.Length - _position;
        if (rest == 0)
        {
            _chunk?.Release();
            (_chunk, _position, _offset) = (filled.Chunk, filled.Start, filled.Offset);
        }
        else if (rest <= filled.Start)
        {
            _chunk!.Bytes.AsSpan(_position, rest).CopyTo(filled.Chunk.Bytes.AsSpan(filled.Start - rest));
            _chunk.Release();
            (_chunk, _position) = (filled.Chunk, filled.Start - rest);
        }
        else
        {
            // A record longer than the head: both parts go into a larger room.
            var fresh = filled.Chunk.Bytes.AsSpan(filled.Start, filled.Chunk.Length - filled.Start);
            var larger = _pool.Rent(rest + fresh.Length);
            _chunk!.Bytes.AsSpan(_position, rest).CopyTo(larger.Bytes);
            fresh.CopyTo(larger.Bytes.AsSpan(rest));
            larger.Length = rest + fresh.Length;
            _chunk.Release();
            filled.Chunk.Release();
            (_chunk, _position) = (larger, 0);
        }
        _end = filled.End;
        _error = filled.Error;
        _needsBytes = false;
    }

    protected override Batch? Take()
    {
        var chunk = _chunk!;
        var isLast = _end != ReadResult.More;
        _errors.Clear();
        Batch? batch = null;
        var consumed = 0;
        if (_position < chunk.Length || isLast) batch = _decoder.Decode(chunk, _position, _offset, isLast, _errors, out consumed);
        if (_errors.Items.Count > 0 && Source.Definition.BadData == BadData.Fail) batch = UpToFirstBad(chunk, batch, ref consumed);
        _isAtBegin &= consumed == 0;
        if (_resume.IsActive) batch = SkipTold(batch);
        try
        {
            if (_errors.Items.Count > 0)
            {
                CountRows(_errors.Items.Count);
                Source.Undecodable(this, chunk, _errors, batch?.RowCount ?? 0);
            }
            else if (batch is not null) Counters.AddSeen(batch.RowCount);
            NulledInBatch = _decoder.Nulled - _nulled;
            if (NulledInBatch > 0) Counters.AddNulled(NulledInBatch);
            _nulled = _decoder.Nulled;
        }
        catch
        {
            batch?.Release();
            throw;
        }
        _position += consumed;
        _offset = chunk.Messages is { Count: > 0 } messages ? messages.OffsetAt(_position) : _offset + consumed;
        if (!_isHeldUp && (_position == chunk.Length || batch is null && consumed == 0)) Finish(chunk);
        return batch;
    }

    /// <summary>bad_data = 'fail': the pipeline ends with the first bad record, and what came before it is in the results.</summary>
    Batch? UpToFirstBad(Chunk chunk, Batch? batch, ref int consumed)
    {
        batch?.Release();
        var first = _errors.Items[0];
        Source.FailAfterCommit(Source.BadRecord(this, chunk, first));
        _isHeldUp = true;
        _errors.Clear();
        consumed = 0;
        CountRows(1);
        if (first.Start == _position) return null;
        // The rows of the batch before it are decoded once more, by themselves.
        if (_isAtBegin) _decoder.BeginFile();
        var length = chunk.Length;
        chunk.Length = first.Start;
        var good = _decoder.Decode(chunk, _position, _offset, isLast: true, _errors, out consumed);
        chunk.Length = length;
        _errors.Clear();
        return good;
    }

    /// <summary>Leaves out what was pushed and told before the checkpoint that it goes on from.</summary>
    Batch? SkipTold(Batch? batch)
    {
        _errors.RemoveBefore(_resume.Told);
        if (batch is null || _resume.Skip == 0) return batch;
        var skipped = Math.Min(_resume.Skip, batch.RowCount);
        _resume = _resume with { Skip = _resume.Skip - skipped };
        var rest = skipped == batch.RowCount ? null : batch.Gather([.. Enumerable.Range(skipped, batch.RowCount - skipped)]);
        batch.Release();
        return rest;
    }

    /// <summary>The chunk has given all that it can.</summary>
    void Finish(Chunk chunk)
    {
        _needsBytes = true;
        if (_error is not null)
        {
            // The error is told when what came before it is in the results.
            Source.FailAfterCommit(_error);
            _isHeldUp = true;
            return;
        }
        if (_end == ReadResult.More) return;
        if (_position < chunk.Length)
            throw new InvalidOperationException($"The decoder of source '{Source.Definition.Name}' left {chunk.Length - _position:N0} bytes at the end of {Partition.Name}.");
        chunk.Release();
        _chunk = null;
        if (_end == ReadResult.EndOfFile)
        {
            _decoder.BeginFile();
            _isAtBegin = true;
        }
        else _isAtEnd = true;
    }

    public override void Dispose()
    {
        base.Dispose();
        _ahead?.Dispose();
        _chunk?.Release();
        _chunk = null;
        _decoder.Dispose();
    }
}
