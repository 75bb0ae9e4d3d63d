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
    readonly Statement? _remember = table.IsKeyed && !table.IsSink ? database.Prepare(table.Remember) : null;
    readonly Statement? _forget = table.IsKeyed && !table.IsSink ? database.Prepare(table.Forget) : null;
    Statement? _dropOld;
    long _undo = -1;

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
            else
            {
                var key = _key.Encode(batch, row);
                if (_undo >= 0) Remember(key);
                if (isDelete)
                {
                    _delete.BindBlob(1, key);
                    _delete.Run();
                    continue;
                }
                _upsert.BindBlob(1, key);
                StoredTable.Bind(_upsert, 2, batch, row);
                _upsert.Run();
            }
        }
    }

    void Remember(ReadOnlySpan<byte> key)
    {
        _remember!.Bind(1, _undo++);
        _remember.BindBlob(2, key);
        _remember.Run();
    }

    /// <summary>From here on rows are remembered as they were, under a number that begins with the version; or no longer.</summary>
    /// <param name="version">The version, or null.</param>
    public void RememberFor(long? version) => _undo = version is { } v ? UndoOf(v) : -1;

    /// <summary>The first number of what is remembered for a version: four billion rows of a table may change in one.</summary>
    public static long UndoOf(long version) => version << 32;

    /// <summary>Forgets what is remembered for versions before one.</summary>
    public void ForgetBefore(long version)
    {
        if (_forget is null) return;
        _forget.Bind(1, UndoOf(version));
        _forget.Run();
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
        _remember?.Dispose();
        _forget?.Dispose();
    }
}
