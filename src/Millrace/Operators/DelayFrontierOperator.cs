using Millrace.Data;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Holds the frontier back by a lag: both frontiers and the watermarks that rows carry.</summary>
sealed class DelayFrontierOperator(DelayFrontier node, OperatorContext context) : IOperator
{
    readonly long _lag = node.LagMicroseconds;

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        if (batch.Watermarks is not { } watermarks)
        {
            output.Push(batch.Retain());
            return;
        }
        var delayed = context.Memory.RentBatch(batch.Schema);
        delayed.RowCount = batch.RowCount;
        foreach (var column in batch.Columns) delayed.Add(column.Retain());
        delayed.ShareBesides(batch);
        watermarks.Release(); // the reference that the new batch shared
        delayed.Watermarks = context.Memory.Rent<long>(DataType.Timestamp);
        delayed.Watermarks.Length = batch.RowCount;
        for (var row = 0; row < batch.RowCount; row++) delayed.Watermarks.Values[row] = Less(watermarks[row]);
        output.Push(delayed);
    }

    public void OnFrontier(Frontier frontier, IOutput output) =>
        output.Advance(new(new(Less(frontier.Closed.Microseconds)), new(Less(frontier.Final.Microseconds))));

    /// <summary>The ends of time stay where they are: a stream that has ended has ended.</summary>
    long Less(long time) => time == long.MaxValue ? time : time < long.MinValue + _lag ? long.MinValue : time - _lag;
}
