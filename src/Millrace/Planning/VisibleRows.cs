using Millrace.Data;

namespace Millrace.Planning;

/// <summary>Rows without the columns that only the plan needs (<see cref="PlanBuilder.IsHidden"/>): what leaves the engine.</summary>
sealed class VisibleRows
{
    readonly int[] _columns;
    readonly bool _isAll;

    public VisibleRows(Schema schema)
    {
        _columns = [.. Enumerable.Range(0, schema.Count).Where(i => !PlanBuilder.IsHidden(schema[i].Name))];
        _isAll = _columns.Length == schema.Count;
        Schema = _isAll ? schema : new Schema([.. _columns.Select(i => schema[i])]);
    }

    /// <summary>The columns that are left.</summary>
    public Schema Schema { get; }

    /// <summary>A batch of the columns that are left, with a reference of the caller's.</summary>
    public Batch Of(Batch batch)
    {
        if (_isAll) return batch.Retain();
        var target = batch.Home.RentBatch(Schema);
        target.RowCount = batch.RowCount;
        foreach (var column in _columns) target.Add(batch[column].Retain());
        target.Weights = (Column<int>?)batch.Weights?.Retain();
        return target;
    }
}
