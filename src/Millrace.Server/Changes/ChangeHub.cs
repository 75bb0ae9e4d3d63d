using System.Threading.Channels;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Server.Changes;

/// <summary>What all readers of changes share: recent commits in a bounded ring, and the events made of them.</summary>
/// <remarks>
/// <para>
/// A commit is encoded once for each view that somebody reads (or read a minute ago). At most ten times a second a beat moves the version that readers are brought
/// to; readers who keep up then all need the same event, which is made once. A reader holds no more than its version: when it is slow its next event
/// merges more commits, and when the ring has forgotten where it stands it gets a new snapshot. So memory does not depend on the number of readers.
/// </para>
/// <para>Thread-safe.</para>
/// </remarks>
sealed class ChangeHub : ICommitListener, IAsyncDisposable
{
    const int Delta = -1; // in place of a snapshot's limit

    readonly IRunningPipeline _pipeline;
    readonly ChangeLimits _limits;
    readonly TimeProvider _clock;
    readonly MemoryAccountant _memory = new();
    readonly Lock _lock = new();
    readonly Dictionary<string, ViewFeed> _feeds = new(StringComparer.Ordinal);
    readonly Queue<ViewDelta> _ring = new();
    readonly LinkedList<EventPayload> _payloads = new();
    readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    readonly CancellationTokenSource _stop = new();
    readonly IDisposable _subscription;
    readonly Task _beats;

    TaskCompletionSource _beat = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _latest, _ringBytes, _eventBytes;
    int _readers;
    PipelineState? _ended;
    bool _isEndTold, _isDisposed;

    public ChangeHub(IRunningPipeline pipeline, ChangeLimits limits, TimeProvider clock)
    {
        (_pipeline, _limits, _clock) = (pipeline, limits, clock);
        var views = pipeline.Pipeline.Views.Where(v => v.IsMaterialized).ToDictionary(v => v.Name, StringComparer.Ordinal);
        foreach (var table in pipeline.Tables) _feeds.Add(table.Name, new(table, table.Key.IsEmpty && IsAppend(views.GetValueOrDefault(table.Name))));
        _subscription = pipeline.Subscribe(this);
        lock (_lock)
        {
            // Commits before the subscription are known to nobody.
            var version = pipeline.Store.Version;
            _latest = Math.Max(_latest, version);
            foreach (var feed in _feeds.Values) feed.Floor = feed.LastChange = feed.Target = _latest;
        }
        if (pipeline.Status().State is var state and (PipelineState.Finished or PipelineState.Failed)) OnEnded(state);
        _beats = Task.Run(BeatAsync);
    }

    /// <summary>Whether rows of a table without key are only added; else it is a view of one row.</summary>
    static bool IsAppend(ViewDefinition? view) => view is null || view.Plan.Mode == ChangeMode.Append || view.Emit.Mode == EmitMode.Final;

    /// <summary>Ends every reader's connection.</summary>
    public CancellationToken Stop => _stop.Token;

    public ChangeLimits Limits => _limits;

    /// <summary>Connections.</summary>
    public int Readers { get { lock (_lock) return _readers; } }

    /// <summary>Commits in the ring, counted for each view.</summary>
    public int BufferedCommits { get { lock (_lock) return _ring.Count; } }

    /// <summary>Bytes of the ring and of events.</summary>
    public long BufferedBytes { get { lock (_lock) return _ringBytes + _eventBytes; } }

    /// <summary>Events made and not yet forgotten.</summary>
    public int BufferedEvents { get { lock (_lock) return _payloads.Count; } }

    /// <summary>The feed of a table, or null.</summary>
    public ViewFeed? Find(string view) => _feeds.GetValueOrDefault(view);

    /// <summary>Says apart the versions of this run from those of others.</summary>
    public string Run => field ??= (_pipeline.Status().Started.Microseconds & 0xFF_FFFF_FFFF).ToString("x", System.Globalization.CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void OnCommitted(StoreCommit commit)
    {
        var deltas = new List<ViewDelta>();
        var forgotten = new List<ViewFeed>();
        foreach (var change in commit.Changes)
        {
            if (!_feeds.TryGetValue(change.Table.Name, out var feed) || change.Batches.Count == 0) continue;
            if (IsWarm(feed) && change.Batches.Sum(b => b.RowCount) <= _limits.CommitRows) deltas.Add(ViewDelta.Encode(feed, commit.Version, change.Batches));
            else forgotten.Add(feed);
        }
        lock (_lock)
        {
            _latest = Math.Max(_latest, commit.Version);
            foreach (var feed in forgotten) Forget(feed, commit.Version);
            foreach (var delta in deltas) Keep(delta);
            foreach (var (table, frontier) in commit.Frontiers)
                if (_feeds.TryGetValue(table, out var feed)) feed.Frontier = frontier;
        }
        _news.Writer.TryWrite(true);
    }

    /// <inheritdoc/>
    public void OnEnded(PipelineState state)
    {
        lock (_lock) _ended = state;
        _news.Writer.TryWrite(true);
    }

    bool IsWarm(ViewFeed feed)
    {
        lock (_lock) return feed.Readers > 0 || feed.WasRead && _clock.GetElapsedTime(feed.LastLeftAt) < _limits.Warm;
    }

    /// <summary>Nobody will be told of a commit: who stands before it needs a snapshot.</summary>
    void Forget(ViewFeed feed, long version)
    {
        feed.Floor = feed.LastChange = version;
        feed.Recent.Clear(); // they leave the ring at their turn
    }

    void Keep(ViewDelta delta)
    {
        delta.Feed.Recent.Enqueue(delta);
        delta.Feed.LastChange = delta.Version;
        _ring.Enqueue(delta);
        _ringBytes += delta.Size;
        while (_ring.Count > 0 && (_ringBytes > _limits.RingBytes || _ring.Count > _limits.RingCommits))
        {
            var oldest = _ring.Dequeue();
            _ringBytes -= oldest.Size;
            if (!oldest.Feed.Recent.TryPeek(out var first) || first != oldest) continue; // forgotten before
            oldest.Feed.Recent.Dequeue();
            oldest.Feed.Floor = oldest.Version;
        }
    }

    async Task BeatAsync()
    {
        try
        {
            while (true)
            {
                await _news.Reader.ReadAsync(_stop.Token);
                while (Beat()) await Task.Delay(_limits.Beat, _clock, _stop.Token);
                await Task.Delay(_limits.Beat, _clock, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    /// <summary>Moves the version that readers are brought to; says whether a watermark waits for its turn.</summary>
    bool Beat()
    {
        var waits = false;
        TaskCompletionSource beat;
        lock (_lock)
        {
            var now = _clock.GetTimestamp();
            foreach (var feed in _feeds.Values)
            {
                if (feed.LastChange <= feed.Target)
                {
                    if (feed.Frontier == feed.ToldFrontier) continue;
                    if (_ended is null && feed.ToldAt != 0 && _clock.GetElapsedTime(feed.ToldAt, now) < _limits.FrontierEvery)
                    {
                        waits = true;
                        continue;
                    }
                }
                (feed.Target, feed.ToldFrontier, feed.ToldAt) = (_latest, feed.Frontier, now);
                foreach (var payload in feed.Events.Values) Release(payload);
                feed.Events.Clear();
            }
            if (_ended is not null) _isEndTold = true;
            (beat, _beat) = (_beat, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        beat.SetResult();
        return waits;
    }

    /// <summary>The next beat, and how the pipeline ended if readers may be told.</summary>
    public (Task Beat, PipelineState? Ended, long Version) Now()
    {
        lock (_lock) return (_beat.Task, _isEndTold ? _ended : null, _latest);
    }

    /// <summary>Counts a reader of some views in; false where there are too many.</summary>
    public bool TryEnter(IReadOnlyList<ViewFeed> feeds)
    {
        lock (_lock)
        {
            if (_readers >= _limits.ReadersMax) return false;
            _readers++;
            foreach (var feed in feeds) (feed.Readers, feed.WasRead) = (feed.Readers + 1, true);
            return true;
        }
    }

    /// <summary>Counts a reader out.</summary>
    public void Leave(IReadOnlyList<ViewFeed> feeds)
    {
        lock (_lock)
        {
            _readers--;
            foreach (var feed in feeds) (feed.Readers, feed.LastLeftAt) = (feed.Readers - 1, _clock.GetTimestamp());
        }
    }

    /// <summary>The event that brings a reader on, or null where it is where it should be. The caller gives it back with <see cref="GiveBack"/>.</summary>
    /// <param name="feed">The view.</param>
    /// <param name="position">The version that the reader has; negative = none.</param>
    /// <param name="limit">Rows of a snapshot at most.</param>
    public EventPayload? Next(ViewFeed feed, long position, int limit)
    {
        EventPayload payload;
        lock (_lock)
        {
            if (position >= 0 && position >= feed.Target) return null;
            if (!feed.Events.TryGetValue((position, Delta), out payload!))
            {
                var deltas = position < feed.Floor ? null : feed.Recent.Where(d => d.Version > position && d.Version <= feed.Target).ToArray();
                if (deltas is null || deltas.Sum(d => d.Size) > _limits.DeltaBytes) payload = Snapshot(feed, limit);
                else
                {
                    var (version, frontier) = (feed.Target, feed.ToldFrontier);
                    payload = Cache(feed, (position, Delta), new("delta", () => (version, DeltaMerge.Write(feed, deltas, version, frontier))));
                }
            }
            payload.Holders++;
        }
        Count(payload);
        return payload;
    }

    EventPayload Snapshot(ViewFeed feed, int limit) => feed.Events.TryGetValue((-1, limit), out var known) ? known : Cache(feed, (-1, limit), new("snapshot", () =>
    {
        using var snapshot = _pipeline.Store.Snapshot();
        return (snapshot.Version, SnapshotEvent.Write(snapshot, feed, limit, _memory));
    }));

    EventPayload Cache(ViewFeed feed, (long, int) key, EventPayload payload)
    {
        feed.Events.Add(key, payload);
        payload.Holders = 1;
        _payloads.AddLast(payload);
        return payload;
    }

    /// <summary>Makes the bytes of an event if they are not there, and lets the readers of the oldest ones go where there are too many bytes.</summary>
    void Count(EventPayload payload)
    {
        long size;
        try
        {
            size = payload.Data.Length;
        }
        catch
        {
            GiveBack(payload);
            throw;
        }
        lock (_lock)
        {
            _eventBytes += size - payload.Counted;
            payload.Counted = size;
            var excess = _eventBytes - _limits.EventBytes;
            for (var oldest = _payloads.First; excess > 0 && oldest is not null && oldest.Value != payload; oldest = oldest.Next)
            {
                oldest.Value.Drop();
                excess -= oldest.Value.Counted;
            }
        }
    }

    /// <summary>Gives an event back that was written.</summary>
    public void GiveBack(EventPayload payload)
    {
        lock (_lock) Release(payload);
    }

    void Release(EventPayload payload)
    {
        if (--payload.Holders > 0) return;
        _eventBytes -= payload.Counted;
        _payloads.Remove(payload);
        payload.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _subscription.Dispose();
        await _stop.CancelAsync();
        await _beats;
    }
}
