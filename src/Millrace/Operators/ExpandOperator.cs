using Millrace.Data;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Gives each batch once for every grouping set. Columns are shared, not copied: a set costs the column of its number, and one of NULLs for each key that it leaves out.</summary>
sealed class ExpandOperator(Expand node, OperatorContext context) : IOperator
{
    Batch? _batch; // while not all its sets are told
    int _set;

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        Finish(output);
        if (batch.RowCount == 0) return;
        (_batch, _set) = (batch.Retain(), 0);
        Resume(output);
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        Finish(output);
        output.Advance(frontier);
    }

    public void OnBarrier(long epoch, IOutput output) => Finish(output);

    public bool Resume(IOutput output)
    {
        while (_batch is { } batch)
        {
            output.Push(Of(batch, node.Sets[_set]));
            if (++_set == node.Sets.Length) Drop();
            if (output.IsFull) return _batch is not null;
        }
        return false;
    }

    Batch Of(Batch batch, long set)
    {
        var expanded = context.Memory.RentBatch(node.Schema);
        expanded.RowCount = batch.RowCount;
        foreach (var column in batch.Columns) expanded.Add(column.Retain());
        for (var k = 0; k < node.Keys.Length; k++)
        {
            var key = batch[node.Keys[k]];
            expanded.Add(Expand.IsLeftOut(set, k) ? context.Memory.RentNulls(key.Type, batch.RowCount) : key.Retain());
        }
        var number = context.Memory.Rent<long>(DataType.BigInt);
        number.Length = batch.RowCount;
        number.Values.Fill(set);
        expanded.Add(number);
        expanded.ShareBesides(batch);
        return expanded;
    }

    void Finish(IOutput output)
    {
        while (_batch is not null) Resume(output);
    }

    void Drop()
    {
        _batch?.Release();
        _batch = null;
    }

    public void Dispose() => Drop();
}
