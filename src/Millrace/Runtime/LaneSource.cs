using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>The partitions of one source that one lane owns.</summary>
sealed class LaneSource(SourceRun source, Station join, Feed[] feeds)
{
    /// <summary>
    /// How far a partition may be ahead of the slowest one in event time: what lies between the two is state that cannot be closed yet. An hour is far more than
    /// live partitions ever differ by, and small against a history that is read at full speed.
    /// </summary>
    const long LeadMicroseconds = 3_600_000_000;

    /// <summary>
    /// Where a source ends nobody waits for its rows one by one, and its partitions can be read at any pace: then one may be ahead by no more than its last batches cover, so that lanes
    /// that read side by side have the same windows and sessions open.
    /// </summary>
    internal const int LeadBatches = 8;

    public SourceRun Source { get; } = source;
    public Station Join { get; } = join;
    public Feed[] Feeds { get; } = feeds;

    public bool HasEnded { get; private set; } = feeds.Length == 0;

    /// <summary>Whether the lane should come back soon without being woken: rows that are not due yet, partitions that are asked rather than tell.</summary>
    public bool NeedsPoll { get; private set; }

    /// <summary>Whether a partition ended in the last look.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>The partition with the lowest watermark among those that have rows in hand, or null.</summary>
    public Feed? Choose()
    {
        Feed? best = null;
        var hasEnded = true;
        NeedsPoll = HasMoved = false;
        foreach (var feed in Feeds)
        {
            if (feed.HasEnded) continue;
            var state = feed.State = feed.Poll();
            if (state == FeedState.Ended)
            {
                HasMoved = true;
                Source.EndPartition();
                Source.Time.Publish(feed.Slot, Timestamp.MaxValue);
                continue;
            }
            hasEnded = false;
            if (state == FeedState.Held || state == FeedState.Waiting && feed.IsAsked) NeedsPoll = true;
            if (state != FeedState.Ready) continue;
            if (best is null || feed.Frontier.Closed < best.Frontier.Closed) best = feed;
        }
        HasEnded = hasEnded;
        if (best is null || Source.Feeds.Count == 1 || !IsTooFarAhead(best)) return best;
        best.State = FeedState.Held;
        NeedsPoll = true;
        return null;
    }

    bool IsTooFarAhead(Feed feed)
    {
        var least = Source.Time.Least;
        if (least == long.MinValue) return false;
        if (Source.Source.IsBounded && feed.ClosedBefore > least) return true;
        return feed.Frontier.Closed.Microseconds > least && (Int128)feed.Frontier.Closed.Microseconds - LeadMicroseconds > least;
    }

    public void Deliver(Feed feed)
    {
        feed.Deliver();
        feed.Remember();
        if (Source.Feeds.Count > 1) Source.Time.Publish(feed.Slot, feed.Frontier.Closed);
    }

    /// <summary>A tick of the clock: who has been silent for long is idle; where all are, time moves on.</summary>
    /// <param name="wasHeldBack">Whether the lane did not ask for rows.</param>
    /// <returns>Whether time moved.</returns>
    public bool Tick(bool wasHeldBack)
    {
        var now = Source.Clock.GetTimestamp();
        foreach (var feed in Feeds)
        {
            if (feed.HasEnded)
            {
                Source.Time.Report(feed.Slot, Frontier.End, false, true);
                continue;
            }
            if (Source.Source.IsBounded || wasHeldBack || feed.State != FeedState.Waiting || feed.RowsRead != feed.RowsAtTick) feed.LastSeen = now;
            else if (!feed.IsIdle && Source.Clock.GetElapsedTime(feed.LastSeen, now) >= Source.Definition.IdleTimeout)
            {
                feed.SetIdle(true);
                Source.Time.Publish(feed.Slot, Timestamp.MaxValue);
            }
            feed.RowsAtTick = feed.RowsRead;
            Source.Time.Report(feed.Slot, feed.Frontier, feed.IsIdle, false);
        }
        var moved = Source.Time.Moved;
        if (HasEnded || moved.Closed <= Join.Frontier.Closed) return false;
        Join.Raise(moved);
        return true;
    }
}
