using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators;

/// <summary>Appends a number to each row, which no other row has in any lane.</summary>
/// <remarks>Numbers of lanes interleave; whoever goes on from several saved states goes on from the highest, so that a number is never given twice.</remarks>
sealed class NumberRowsOperator(NumberRows node, OperatorContext context) : IOperator, IStateful
{
    const int MaxLanes = 64;

    long _next;

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        var numbered = context.Memory.RentBatch(node.Schema);
        numbered.RowCount = batch.RowCount;
        foreach (var column in batch.Columns) numbered.Add(column.Retain());
        var numbers = context.Memory.Rent<long>(DataType.BigInt);
        numbers.Length = batch.RowCount;
        foreach (ref var number in numbers.Values) number = _next++ * MaxLanes + context.Lane;
        numbered.Add(numbers);
        numbered.ShareBesides(batch);
        output.Push(numbered);
    }

    public long StateRows => 0;
    public void SaveCommon(StateWriter writer) => writer.Write(_next);
    public void LoadCommon(ref StateReader reader) => _next = Math.Max(_next, reader.Read<long>());
    public void Save(StateSaver saver) { }
    public void Load(long part, ref StateReader reader) { }
}
