using Millrace.Connectors;
using Millrace.Data;
using Millrace.Stores;

namespace Millrace.Sqlite;

/// <summary>CREATE SINK ... WITH (connector = 'sqlite', path = 'results.db', table = 'revenue'): rows into a table of a SQLite file, by key where there is one.</summary>
public sealed class SqliteConnector : Connector
{
    /// <inheritdoc/>
    public override string Name => "sqlite";

    /// <inheritdoc/>
    public override string Summary => "Writes rows into a table of a SQLite file, one transaction a commit; rows with a key replace the row of that key.";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SinkOptions { get; } =
    [
        new("path", "path", null, "The file; created if it is not there.", Required: true),
        new("table", "text", null, "The table; the name of the sink unless given. A table that Millrace made before is made anew, any other is left alone."),
    ];

    /// <inheritdoc/>
    public override ISink CreateSink(SinkContext context) =>
        new SqliteSink(Path.Combine(context.BaseDirectory, context.Options.Text("path", "")), context.Options.Text("table", context.Name));
}

/// <summary>A table of a SQLite file that somebody else reads: its name is a view with times as texts and decimals as numbers (as exact texts past 15 digits); behind it lies a table as the store's are.</summary>
sealed class SqliteSink(string path, string table) : ISink
{
    Database? _database;
    TableWriter? _writer;

    public void Open(Schema schema, IReadOnlyList<int> key)
    {
        var database = _database = Database.Open(path, isReader: false);
        database.Run("PRAGMA journal_mode = WAL");
        if (database.Number($"SELECT count(*) FROM sqlite_master WHERE lower(name) = lower({Text(table)}) AND (type <> 'view' OR NOT EXISTS (SELECT * FROM sqlite_master WHERE name = {Text(StoredTable.NameBehind(table))}))") > 0)
            throw new ConnectorException(Fault.User, $"'{path}' already has a table '{table}' that Millrace did not make. Name another one: table = '...'.");
        var stored = new StoredTable(new TableDefinition(table, schema, [.. key], TableKind.View), table, isSink: true);
        foreach (var sql in stored.Drop().Concat(stored.Create())) database.Run(sql);
        _writer = new(database, stored);
    }

    static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    public void Write(IReadOnlyList<Batch> changes, long version)
    {
        _database!.Run("BEGIN IMMEDIATE");
        try
        {
            foreach (var batch in changes) _writer!.Write(batch);
            _database.Run("COMMIT");
        }
        catch
        {
            if (_database.IsInTransaction) _database.Run("ROLLBACK");
            throw;
        }
    }

    public void Flush()
    {
        // Each write ended with a durable commit.
    }

    public void Dispose()
    {
        _writer?.Dispose();
        _database?.Dispose();
    }
}
