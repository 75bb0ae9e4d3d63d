using Millrace.Connectors;
using Millrace.Data;
using Millrace.Quality;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>How one partition stands with its lane.</summary>
enum FeedState
{
    /// <summary>Has rows in hand.</summary>
    Ready,
    /// <summary>More is on its way.</summary>
    Reading,
    /// <summary>Has rows that are not due yet.</summary>
    Held,
    /// <summary>The source has nothing for now.</summary>
    Waiting,
    /// <summary>Has ended.</summary>
    Ended,
}

/// <summary>One partition of a source in the lane that owns it: gets batches, keeps the pace, and pushes them into the partition's chain.</summary>
abstract class Feed(SourceRun source, IPartition partition, int slot) : IDisposable
{
    Batch? _held;       // rows that were read and are not due yet, from _heldFrom on
    int _heldFrom;
    (long Position, int Skip, string? Decoder) _heldAt; // where the held batch began
    (long Position, int Skip, string? Decoder)? _stoppedAt; // at a row that ends the pipeline
    long _rows, _bytes;
    readonly long[] _closed = NewMarks();
    int _batches;

    public SourceRun Source { get; } = source;
    public IPartition Partition { get; } = partition;

    /// <summary>Its place among all partitions of the source.</summary>
    public int Slot { get; } = slot;

    /// <summary>The first station of its chain.</summary>
    public required Station Head { get; init; }

    /// <summary>Where the partitions of the source meet in this lane, and which input of it this one is.</summary>
    public required Station Join { get; init; }
    /// <inheritdoc cref="Join"/>
    public required int JoinInput { get; init; }

    /// <summary>Where the lane keeps what is set aside.</summary>
    public required SetAsideRows Aside { get; init; }

    /// <summary>Where the lane counts what it reads of the source.</summary>
    public QualityCounters Counters => field ??= Source.Counters.OfLane(Aside.Lane);

    /// <summary>Takes off from the figures of the source what belongs to rows that are in hand: they are read again by whoever goes on from here.</summary>
    public void TakeOffHeld(long[] figures)
    {
        if (_held is null) return;
        figures[QualityCounters.SeenAt] -= _held.RowCount - _heldFrom;
        figures[QualityCounters.NulledAt] -= NulledInBatch;
    }

    /// <summary>Fields of the last batch that became NULL because they did not fit.</summary>
    protected long NulledInBatch { get; set; }

    public bool HasEnded { get; private set; }

    public bool IsIdle { get; private set; }

    /// <summary>What it said last.</summary>
    public FeedState State { get; set; } = FeedState.Reading;

    /// <summary>When it last had anything, in ticks of the clock.</summary>
    public long LastSeen { get; set; }

    /// <summary>Rows read when the clock last ticked.</summary>
    public long RowsAtTick { get; set; }

    /// <summary>Whether it must be asked whether there is something: it wakes nobody.</summary>
    public abstract bool IsAsked { get; }

    public Frontier Frontier => HasEnded ? Frontier.End : Join.FrontierOf(0, JoinInput);

    /// <summary>How far time was <see cref="LaneSource.LeadBatches"/> batches ago, in microseconds; the least of times before that.</summary>
    public long ClosedBefore => _closed[_batches % LaneSource.LeadBatches];

    /// <summary>Keeps in mind how far time is now.</summary>
    public void Remember() => _closed[_batches++ % LaneSource.LeadBatches] = Frontier.Closed.Microseconds;

    static long[] NewMarks()
    {
        var marks = new long[LaneSource.LeadBatches];
        marks.AsSpan().Fill(long.MinValue);
        return marks;
    }

    public long RowsRead => Volatile.Read(ref _rows);
    public long BytesRead => Volatile.Read(ref _bytes);
    public abstract long? TotalBytes { get; }

    /// <summary>The position up to which its records have been pushed, and what must be known to go on from there.</summary>
    public SourcePosition Save()
    {
        var (position, skip, decoder) = _stoppedAt ?? (_held is null ? ReadAt : (_heldAt.Position, _heldAt.Skip + _heldFrom, _heldAt.Decoder));
        return Save(position, skip, decoder);
    }

    /// <summary>Whether there has been anything to read; until then nobody waits for it.</summary>
    public bool HasBegun { get; private set; } = partition.HasBegun;

    /// <summary>Whether nobody waited for it until now, and there is something to read.</summary>
    bool BeginsNow()
    {
        if (!Partition.HasBegun) return false;
        HasBegun = true;
        LastSeen = Source.Clock.GetTimestamp();
        SetIdle(false);
        Start();
        return true;
    }

    /// <summary>Where it reads on: a position, rows behind it that have been pushed already, and how the decoder stands.</summary>
    protected abstract (long Position, int Skip, string? Decoder) ReadAt { get; }

    protected abstract SourcePosition Save(long position, int skip, string? decoder);

    /// <summary>Looks what there is; takes over what a reader has ready.</summary>
    public FeedState Poll()
    {
        if (HasEnded) return FeedState.Ended;
        if (!HasBegun && !BeginsNow()) return FeedState.Reading;
        if (_stoppedAt is not null) return FeedState.Held;
        if (_held is not null) return Due() > 0 ? FeedState.Ready : FeedState.Held;
        if (!IsExhausted) return PollRows();
        HasEnded = true;
        if (IsIdle) SetIdle(false);
        Join.OnFrontier(0, Frontier.End, JoinInput);
        return FeedState.Ended;
    }

    /// <summary>Pushes a batch; only where <see cref="Poll"/> said Ready.</summary>
    public void Deliver()
    {
        if (IsIdle) SetIdle(false);
        if (_held is null)
        {
            var at = Source.Pacer is not null || Source.EndsByRows ? ReadAt : default;
            var batch = Take();
            if (batch is null) return;
            CountRows(batch.RowCount);
            if (Source.Pacer is null)
            {
                Push(batch, at);
                return;
            }
            (_held, _heldFrom, _heldAt) = (batch, 0, at);
        }
        var due = Due();
        if (due == 0) return;
        var held = _held;
        var from = (_heldAt.Position, _heldAt.Skip + _heldFrom, _heldAt.Decoder);
        if (due == held.RowCount)
        {
            _held = null;
            Push(held, from);
            return;
        }
        var rows = Enumerable.Range(_heldFrom, due).ToArray();
        var part = held.Gather(rows);
        _heldFrom += due;
        if (_heldFrom == held.RowCount)
        {
            _held = null;
            held.Release();
        }
        Push(part, from);
    }

    int Due() => Source.Pacer!.Due((Column<long>)_held![Source.Scan.TimeColumn], _heldFrom);

    /// <summary>Says that it holds time back no longer, or again.</summary>
    public void SetIdle(bool isIdle)
    {
        IsIdle = isIdle;
        Join.OnIdle(0, isIdle, JoinInput);
    }

    protected void CountRows(long rows) => _rows += rows;
    protected void CountBytes(long bytes) => _bytes += bytes;

    /// <summary>Gives the rows of a batch to the cleaning.</summary>
    /// <param name="batch">Its reference is taken over.</param>
    /// <param name="at">Where it began.</param>
    void Push(Batch batch, (long Position, int Skip, string? Decoder) at)
    {
        try
        {
            Head.OnBatch(0, batch);
        }
        catch (BadDataException error) when (error.Row is { } row)
        {
            StopBefore(batch, row, error, at);
        }
        finally
        {
            batch.Release();
        }
    }

    /// <summary>A row that ends the pipeline: those before it go on by themselves, and where it stands is where a later run goes on. An operator that they reach now may find one among them.</summary>
    void StopBefore(Batch batch, BadRow row, BadDataException error, (long Position, int Skip, string? Decoder) at)
    {
        for (var passed = false; !passed;)
        {
            if (row.Number == 0) break;
            var good = batch.Gather([.. Enumerable.Range(0, row.Number)]);
            try
            {
                Head.OnBatch(0, good);
                passed = true;
            }
            catch (BadDataException earlier) when (earlier.Row is { } other)
            {
                (row, error) = (other, earlier);
            }
            finally
            {
                good.Release();
            }
        }
        row.Count();
        Counters.AddSeen(row.Number + 1 - batch.RowCount);
        _stoppedAt = (at.Position, at.Skip + row.Number, at.Decoder);
        Source.FailAfterCommit(error);
    }

    /// <summary>Whether nothing comes any more.</summary>
    protected abstract bool IsExhausted { get; }

    protected abstract FeedState PollRows();

    /// <summary>The next batch, or null where there was none after all (only bad records, an end).</summary>
    protected abstract Batch? Take();

    public virtual void Start()
    {
    }

    public virtual void Dispose()
    {
        _held?.Release();
        _held = null;
    }
}
