using Millrace.Connectors;
using Millrace.Data;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>A partition that makes rows itself: asked by the lane whenever it has nothing in hand.</summary>
sealed class RowFeed(SourceRun source, IRowPartition partition, int slot) : Feed(source, partition, slot)
{
    Batch? _next;
    long _position = partition.Position;

    public override long? TotalBytes => null;

    public override bool IsAsked => true;

    protected override (long, int, string?) ReadAt => (_position, 0, null);

    protected override SourcePosition Save(long position, int skip, string? decoder) => new(Source.Definition.Name, partition.Id, position + skip, partition.Mark);

    protected override bool IsExhausted => _next is null && partition.IsAtEnd;

    protected override FeedState PollRows()
    {
        _next ??= partition.Next(Source.Memory, Timestamp.From(Source.Clock.GetUtcNow()));
        return _next is null ? FeedState.Waiting : FeedState.Ready;
    }

    protected override Batch? Take()
    {
        var batch = _next;
        _next = null;
        if (batch is null) return null;
        var rows = batch.RowCount;
        if (Source.Scan.KeepsOrigin && batch.Origin is null) batch = WithOrigin(batch);
        _position = partition.Position;
        Counters.AddSeen(rows);
        return batch;
    }

    /// <summary>Rows without raw bytes are known by their number. The batch may be others' too, so a new one carries the origin.</summary>
    Batch WithOrigin(Batch batch)
    {
        var numbered = Source.Memory.RentBatch(batch.Schema);
        for (var i = 0; i < batch.Columns.Count; i++) numbered.Add(batch[i].Retain());
        numbered.RowCount = batch.RowCount;
        var origin = Source.Memory.RentOrigin();
        (origin.Source, origin.Partition, origin.Count) = (Source.Definition.Name, Partition.Id, batch.RowCount);
        for (var i = 0; i < batch.RowCount; i++) origin.Offsets[i] = _position + i;
        numbered.Origin = origin;
        batch.Release();
        return numbered;
    }

    public override void Dispose()
    {
        base.Dispose();
        _next?.Release();
        _next = null;
    }
}
