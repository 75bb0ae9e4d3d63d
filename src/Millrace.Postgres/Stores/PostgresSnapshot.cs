using System.Data;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Postgres.Copies;
using Millrace.Stores;
using Millrace.Time;
using Npgsql;

namespace Millrace.Postgres.Stores;

/// <summary>A transaction that sees one version. Tables are read a page at a time, so several may be read in turn and none has to be read to its end.</summary>
sealed class PostgresSnapshot : IStoreSnapshot
{
    readonly PostgresServer _server;
    readonly NpgsqlConnection _connection;
    readonly Dictionary<string, (StoredTable Table, Frontier Frontier)> _tables;
    bool _isDisposed;

    public PostgresSnapshot(PostgresServer server, StoreLedger ledger, string place)
    {
        (_server, _connection) = (server, server.Open());
        try
        {
            _connection.BeginTransaction(IsolationLevel.RepeatableRead);
            if (!ledger.Exists(_connection)) throw new ConnectorException(Fault.User, $"There are no results in {place} yet. Run the pipeline first, or name its schema in the URL: ?schema=NAME.");
            ledger.RequireFormat(_connection, server.Name);
            Version = ledger.Number(_connection, "version");
            _tables = ledger.ReadTables(_connection);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    public long Version { get; }
    public IReadOnlyList<TableDefinition> Tables => [.. _tables.Values.Select(static t => t.Table.Definition)];
    public Frontier FrontierOf(string table) => _tables[table].Frontier;

    public long Count(string table)
    {
        try
        {
            return _connection.Value(_tables[table].Table.Count, 0L);
        }
        catch (Exception e) when (PostgresServer.IsOfServer(e))
        {
            throw _server.Explain(e);
        }
    }

    public IEnumerable<Batch> Scan(string table, MemoryAccountant memory, bool descending)
    {
        var stored = _tables[table].Table;
        byte[] last = [];
        while (true)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var batch = memory.RentBatch(stored.Definition.Schema);
            foreach (var field in stored.Definition.Schema.Fields) batch.Add(memory.Rent(field.Type));
            try
            {
                last = Read(stored.Page(last, memory.BatchRows, descending), batch);
            }
            catch (Exception e)
            {
                batch.Release();
                if (PostgresServer.IsOfServer(e)) throw _server.Explain(e);
                throw;
            }
            var isLast = batch.RowCount < memory.BatchRows;
            if (batch.RowCount > 0) yield return batch;
            else batch.Release();
            if (isLast) yield break;
        }
    }

    /// <summary>Reads a page.</summary>
    /// <returns>The first column of its last row.</returns>
    byte[] Read(string copy, Batch batch)
    {
        using var reader = new CopyReader(_connection.BeginRawBinaryCopy(copy));
        byte[] last = [];
        var fields = new (byte[] Bytes, bool IsNull)[batch.Columns.Count];
        while (reader.NextRow())
        {
            last = reader.Field(out _).ToArray();
            // What is exact stands behind the columns, and only some rows have it.
            for (var i = 0; i < fields.Length; i++)
            {
                var field = reader.Field(out var isNull);
                if (fields[i].Bytes is not { } room || room.Length != field.Length) fields[i].Bytes = field.ToArray();
                else field.CopyTo(room);
                fields[i].IsNull = isNull;
            }
            var exact = reader.Field(out var isPlain);
            for (var i = 0; i < fields.Length; i++)
                if (isPlain || !ExactValues.TryAppend(exact, i, batch[i])) CopyReader.Append(batch[i], fields[i].Bytes, fields[i].IsNull);
            batch.RowCount++;
        }
        return last;
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _connection.Dispose(); // rolls back
    }
}
