using Millrace.Data;
using Millrace.Functions;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Passes rows on, and ticks as time.</summary>
sealed class FollowProcessingTimeOperator : IOperator, IStateful
{
    Timestamp _now = Timestamp.MinValue;
    bool _hasEnded;

    // What the row was behind in event time says nothing of the machine's.
    public void OnBatch(int input, Batch batch, IOutput output)
    {
        if (batch.Watermarks is null)
        {
            output.Push(batch.Retain());
            return;
        }
        var timely = batch.Home.RentBatch(batch.Schema);
        timely.RowCount = batch.RowCount;
        for (var i = 0; i < batch.Columns.Count; i++) timely.Add(batch[i].Retain());
        timely.ShareBesides(batch);
        timely.Watermarks!.Release();
        timely.Watermarks = null;
        output.Push(timely);
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        if (frontier.Final != Timestamp.MaxValue) return;
        _hasEnded = true;
        output.Advance(Frontier.End);
    }

    public void OnTick(Timestamp now, IOutput output)
    {
        if (now <= _now || _hasEnded) return;
        _now = now;
        output.Advance(new(now, now));
    }

    public long StateRows => 0;
    public void SaveCommon(StateWriter writer)
    {
        writer.Write(_now);
        writer.Write(_hasEnded);
    }

    public void LoadCommon(ref StateReader reader)
    {
        _now = reader.Read<Timestamp>();
        _hasEnded = reader.Read<bool>();
    }

    public void Save(StateSaver saver)
    {
    }

    public void Load(long part, ref StateReader reader)
    {
    }
}
