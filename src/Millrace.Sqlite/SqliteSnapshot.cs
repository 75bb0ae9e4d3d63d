using Millrace.Connectors;
using Millrace.Data;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Sqlite;

/// <summary>A read transaction.</summary>
sealed class SqliteSnapshot : IStoreSnapshot
{
    readonly SqliteStore _store;
    readonly Database _database;
    readonly Dictionary<string, (StoredTable Table, Frontier Frontier)> _tables;
    bool _isDisposed;

    public SqliteSnapshot(SqliteStore store, Database database)
    {
        (_store, _database) = (store, database);
        Version = database.Number(Ledger.ReadVersion); // the first read settles what the transaction sees
        if (database.Number("SELECT value FROM millrace WHERE name = 'format'") is var format and not Ledger.Format)
            throw new ConnectorException(Fault.User, $"'{database.Path}' has format {format}; this Millrace knows {Ledger.Format}.");
        _tables = Ledger.Read(database);
    }

    public long Version { get; }
    public IReadOnlyList<TableDefinition> Tables => [.. _tables.Values.Select(t => t.Table.Definition)];
    public Frontier FrontierOf(string table) => _tables[table].Frontier;
    public long Count(string table) => _database.Number(_tables[table].Table.CountRows);

    public IEnumerable<Batch> Scan(string table, MemoryAccountant memory, bool descending)
    {
        var stored = _tables[table].Table;
        var schema = stored.Definition.Schema;
        using var rows = _database.Prepare(stored.Select(descending));
        var isMore = rows.Step();
        while (isMore)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var batch = memory.RentBatch(schema);
            foreach (var field in schema.Fields) batch.Add(memory.Rent(field.Type));
            while (isMore && batch.RowCount < memory.BatchRows)
            {
                StoredTable.Read(rows, batch);
                isMore = rows.Step();
            }
            yield return batch;
        }
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _store.Return(_database);
    }
}
