using System.Globalization;
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
        new("table", "text", null, "The table; the name of the sink unless given. A start without checkpoint makes a table of Millrace anew; any other is left alone."),
    ];

    /// <inheritdoc/>
    public override ISink CreateSink(SinkContext context) =>
        new SqliteSink(Path.Combine(context.BaseDirectory, context.Options.Text("path", "")), context.Options.Text("table", context.Name));
}

/// <summary>A table of a SQLite file that somebody else reads: its name is a view with times as texts and decimals as numbers (as exact texts past 15 digits); behind it lies a table as the store's are.</summary>
/// <remarks>The version that was applied last stands in the same file and changes in the same transaction, so that results which are sent again after a crash are known.</remarks>
sealed class SqliteSink(string path, string table) : ISink
{
    const string Versions = "\"millrace_sinks\"";

    Database? _database;
    TableWriter? _writer;
    Statement? _setVersion;

    public bool IsStaged => false;

    public long AppliedVersion { get; private set; }

    public void Open(Schema schema, IReadOnlyList<int> key, string? position)
    {
        var database = _database = Database.Open(path, isReader: false);
        database.Run("PRAGMA journal_mode = WAL");
        database.Run("PRAGMA synchronous = FULL");
        if (database.Number($"SELECT count(*) FROM sqlite_master WHERE lower(name) = lower({Text(table)}) AND (type <> 'view' OR NOT EXISTS (SELECT * FROM sqlite_master WHERE name = {Text(StoredTable.NameBehind(table))}))") > 0)
            throw new ConnectorException(Fault.User, $"'{path}' already has a table '{table}' that Millrace did not make. Name another one: table = '...'.");
        var stored = new StoredTable(new TableDefinition(table, schema, [.. key], TableKind.View), table, isSink: true);
        Transact(() =>
        {
            database.Run($"CREATE TABLE IF NOT EXISTS {Versions} (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID");
            if (position is null) MakeAnew(stored);
            else GoOn(stored, long.Parse(position, CultureInfo.InvariantCulture));
        });
        _setVersion = database.Prepare($"UPDATE {Versions} SET version = ? WHERE name = {Text(table)}");
        _writer = new(database, stored);
    }

    void MakeAnew(StoredTable stored)
    {
        foreach (var sql in stored.Drop().Concat(stored.Create())) _database!.Run(sql);
        _database!.Run($"INSERT OR REPLACE INTO {Versions} VALUES ({Text(table)}, 0)");
        AppliedVersion = 0;
    }

    void GoOn(StoredTable stored, long flushed)
    {
        AppliedVersion = _database!.Number($"SELECT version FROM {Versions} WHERE name = {Text(table)}", -1);
        if (AppliedVersion < flushed || _database.Number($"SELECT count(*) FROM sqlite_master WHERE name = {Text(stored.Name)}") == 0)
        {
            throw new ConnectorException(Fault.User, $"the table '{table}' of '{path}' " + (AppliedVersion < 0 ? "is gone" : $"holds version {AppliedVersion:N0}") +
                $", but the checkpoint has written version {flushed:N0} into it. Put back the file as it was, or start anew with --from fresh.");
        }
        var made = _database.Words($"SELECT sql FROM sqlite_master WHERE name = {Text(stored.Name)}");
        if (made != stored.Create().First())
        {
            throw new ConnectorException(Fault.User,
                $"the table '{table}' of '{path}' has other columns or another key than the SQL declares now. Name another table (table = '...'), or start anew with --from fresh.");
        }
    }

    static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    public void Write(IReadOnlyList<Batch> changes, long version)
    {
        if (version <= AppliedVersion) return;
        Transact(() =>
        {
            foreach (var batch in changes) _writer!.Write(batch);
            _setVersion!.Bind(1, version);
            _setVersion.Run();
        });
        AppliedVersion = version;
    }

    void Transact(Action action)
    {
        _database!.Run("BEGIN IMMEDIATE");
        try
        {
            action();
            _database.Run("COMMIT");
        }
        catch
        {
            if (_database.IsInTransaction) _database.Run("ROLLBACK");
            throw;
        }
    }

    /// <summary>Each write ended with a durable commit.</summary>
    public string Flush() => AppliedVersion.ToString(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _setVersion?.Dispose();
        _writer?.Dispose();
        _database?.Dispose();
    }
}
