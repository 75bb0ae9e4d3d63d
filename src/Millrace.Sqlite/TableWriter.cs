using Millrace.Data;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Sqlite;

/// <summary>Writes changes into one table with statements that are prepared once.</summary>
sealed class TableWriter(Database database, StoredTable table) : IDisposable
{
    readonly Statement _upsert = database.Prepare(table.Upsert);
    readonly Statement? _delete = table.IsKeyed ? database.Prepare(table.Delete) : null;
    readonly KeyEncoding _key = new(table.Definition.Key);
    Statement? _dropOld;

    public StoredTable Table => table;

    /// <summary>Applies the rows of a batch in their order: upserts by key, or appends where there is none; a negative weight deletes the key.</summary>
    public void Write(Batch batch)
    {
        var weights = batch.Weights;
        for (var row = 0; row < batch.RowCount; row++)
        {
            var isDelete = weights is not null && weights[row] < 0;
            if (_delete is null)
            {
                if (isDelete) continue; // rows without a key are only appended
                StoredTable.Bind(_upsert, 1, batch, row);
                _upsert.Run();
            }
            else if (isDelete)
            {
                _delete.BindBlob(1, _key.Encode(batch, row));
                _delete.Run();
            }
            else
            {
                _upsert.BindBlob(1, _key.Encode(batch, row));
                StoredTable.Bind(_upsert, 2, batch, row);
                _upsert.Run();
            }
        }
    }

    /// <summary>Deletes rows whose time is before a moment.</summary>
    public void DropBefore(Timestamp cutOff)
    {
        _dropOld ??= database.Prepare(table.DropOld);
        _dropOld.Bind(1, cutOff.Microseconds);
        _dropOld.Run();
    }

    public void Dispose()
    {
        _upsert.Dispose();
        _delete?.Dispose();
        _dropOld?.Dispose();
    }
}
