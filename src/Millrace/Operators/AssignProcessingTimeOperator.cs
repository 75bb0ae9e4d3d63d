using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Appends the time of the last tick.</summary>
sealed class AssignProcessingTimeOperator(AssignProcessingTime node, OperatorContext context) : IOperator, IStateful
{
    Timestamp _now = Timestamp.MinValue;

    public void OnTick(Timestamp now, IOutput output) => _now = Timestamp.Max(_now, now);

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        var timed = context.Memory.RentBatch(node.Schema);
        timed.RowCount = batch.RowCount;
        for (var i = 0; i < batch.Columns.Count; i++) timed.Add(batch[i].Retain());
        var times = context.Memory.Rent<long>(DataType.Timestamp);
        times.Length = batch.RowCount;
        times.Values.Fill(_now.Microseconds);
        timed.Add(times);
        timed.ShareBesides(batch);
        output.Push(timed);
    }

    public long StateRows => 0;
    public void SaveCommon(StateWriter writer) => writer.Write(_now);
    public void LoadCommon(ref StateReader reader) => _now = reader.Read<Timestamp>();

    public void Save(StateSaver saver)
    {
    }

    public void Load(long part, ref StateReader reader)
    {
    }
}
