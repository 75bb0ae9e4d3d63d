using System.Collections.Immutable;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Sqlite;

/// <summary>What the database knows of itself: its format, the version, the tables with columns, keys and frontiers, and how far sources are in the results.</summary>
static class Ledger
{
    /// <summary>The format of the database; one that is newer is refused.</summary>
    public const int Format = 3;

    public static readonly string[] Names = ["millrace", "millrace_tables", "millrace_columns", "millrace_checkpoints", "millrace_undo"];

    public static void Create(Database database)
    {
        var format = database.Number("SELECT count(*) FROM sqlite_master WHERE name = 'millrace'") == 0 ? 0
            : database.Number("SELECT value FROM millrace WHERE name = 'format'");
        if (format == Format) return;
        if (format > Format)
            throw new ConnectorException(Fault.User, $"'{database.Path}' was written by a newer Millrace (format {format}; this one knows {Format}). Use that one, or another folder with --data.");
        if (format <= 1) database.Run("CREATE TABLE millrace_checkpoints (version INTEGER PRIMARY KEY, record TEXT NOT NULL)");
        if (format <= 2) database.Run("CREATE TABLE millrace_undo (version INTEGER, table_name TEXT, rows INTEGER NOT NULL, PRIMARY KEY (version, table_name)) WITHOUT ROWID");
        if (format > 0)
        {
            database.Run("DROP TABLE IF EXISTS millrace_positions"); // checkpoints hold them
            database.Run($"UPDATE millrace SET value = {Format} WHERE name = 'format'");
            return;
        }
        database.Run("CREATE TABLE millrace (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID");
        database.Run("CREATE TABLE millrace_tables (name TEXT PRIMARY KEY, stored_as TEXT NOT NULL, kind INTEGER NOT NULL, time_column INTEGER NOT NULL, retention INTEGER, closed INTEGER NOT NULL, final INTEGER NOT NULL) WITHOUT ROWID");
        database.Run("CREATE TABLE millrace_columns (table_name TEXT, position INTEGER, name TEXT NOT NULL, kind INTEGER NOT NULL, precision INTEGER NOT NULL, scale INTEGER NOT NULL, key_position INTEGER, PRIMARY KEY (table_name, position)) WITHOUT ROWID");
        database.Run($"INSERT INTO millrace VALUES ('format', {Format}), ('version', 0)");
    }

    public const string ReadVersion = "SELECT value FROM millrace WHERE name = 'version'";
    public const string WriteVersion = "UPDATE millrace SET value = ? WHERE name = 'version'";
    public const string WriteFrontier = "UPDATE millrace_tables SET closed = ?, final = ? WHERE name = ?";

    public const string WriteCheckpoint = "INSERT OR REPLACE INTO millrace_checkpoints VALUES (?, ?)";
    public const string DropCheckpoints = "DELETE FROM millrace_checkpoints WHERE version <= ?";

    public const string WriteUndo = "INSERT INTO millrace_undo VALUES (?, ?, ?)";
    public const string DropUndo = "DELETE FROM millrace_undo WHERE version < ?";

    /// <summary>The checkpoints that are kept, newest first.</summary>
    public static List<CheckpointRecord> ReadCheckpoints(Database database)
    {
        var records = new List<CheckpointRecord>();
        if (database.Number("SELECT count(*) FROM sqlite_master WHERE name = 'millrace_checkpoints'") == 0) return records;
        using var read = database.Prepare("SELECT record FROM millrace_checkpoints ORDER BY version DESC");
        while (read.Step()) records.Add(CheckpointJson.Read(read.Bytes(0)));
        return records;
    }

    public static void Add(Database database, StoredTable table, Frontier frontier)
    {
        var definition = table.Definition;
        using (var insert = database.Prepare("INSERT INTO millrace_tables VALUES (?, ?, ?, ?, ?, ?, ?)"))
        {
            insert.BindText(1, definition.Name);
            insert.BindText(2, table.Name);
            insert.Bind(3, (long)definition.Kind);
            insert.Bind(4, (long)definition.TimeColumn);
            if (definition.Retention is { } retention) insert.Bind(5, retention.Ticks);
            insert.Bind(6, frontier.Closed.Microseconds);
            insert.Bind(7, frontier.Final.Microseconds);
            insert.Run();
        }
        using var column = database.Prepare("INSERT INTO millrace_columns VALUES (?, ?, ?, ?, ?, ?, ?)");
        for (var i = 0; i < definition.Schema.Count; i++)
        {
            var field = definition.Schema[i];
            column.BindText(1, definition.Name);
            column.Bind(2, (long)i);
            column.BindText(3, field.Name);
            column.Bind(4, (long)field.Type.Kind);
            column.Bind(5, (long)field.Type.Precision);
            column.Bind(6, (long)field.Type.Scale);
            if (definition.Key.IndexOf(i) is >= 0 and var position) column.Bind(7, (long)position);
            else column.BindNull(7);
            column.Run();
        }
    }

    public static void Remove(Database database, string table)
    {
        foreach (var sql in new[] { "DELETE FROM millrace_tables WHERE name = ?", "DELETE FROM millrace_columns WHERE table_name = ?" })
        {
            using var delete = database.Prepare(sql);
            delete.BindText(1, table);
            delete.Run();
        }
    }

    /// <summary>The tables that are there, and their frontiers.</summary>
    public static Dictionary<string, (StoredTable Table, Frontier Frontier)> Read(Database database)
    {
        var columns = new Dictionary<string, List<(Field Field, int? KeyPosition)>>(StringComparer.Ordinal);
        using (var read = database.Prepare("SELECT table_name, name, kind, precision, scale, key_position FROM millrace_columns ORDER BY table_name, position"))
            while (read.Step())
            {
                if (!columns.TryGetValue(read.Text(0), out var list)) columns[read.Text(0)] = list = [];
                var type = new DataType((TypeKind)read.Long(2), (byte)read.Long(3), (byte)read.Long(4));
                list.Add((new Field(read.Text(1), type), read.IsNull(5) ? null : (int)read.Long(5)));
            }
        var tables = new Dictionary<string, (StoredTable, Frontier)>(StringComparer.Ordinal);
        using var rows = database.Prepare("SELECT name, stored_as, kind, time_column, retention, closed, final FROM millrace_tables");
        while (rows.Step())
        {
            var name = rows.Text(0);
            var list = columns.GetValueOrDefault(name) ?? [];
            ImmutableArray<int> key = [.. list.Select((c, i) => (c.KeyPosition, Index: i)).Where(c => c.KeyPosition is not null).OrderBy(c => c.KeyPosition).Select(c => c.Index)];
            var definition = new TableDefinition(name, new Schema(list.Select(c => c.Field)), key, (TableKind)rows.Long(2), (int)rows.Long(3),
                rows.IsNull(4) ? null : TimeSpan.FromTicks(rows.Long(4)));
            tables[name] = (new StoredTable(definition, rows.Text(1)), new Frontier(new Timestamp(rows.Long(5)), new Timestamp(rows.Long(6))));
        }
        return tables;
    }
}
