using System.Collections.Immutable;
using System.Text.Json;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Stores;
using Millrace.Time;
using Npgsql;

namespace Millrace.Postgres.Stores;

/// <summary>What the schema of a store knows of itself: its format, version and owner, the tables with their frontiers, how far sources are in the results, and the checkpoints.</summary>
sealed class StoreLedger(string schema)
{
    public const int Format = 1;

    public static readonly string[] Names = ["millrace", "millrace_tables", "millrace_positions", "millrace_checkpoints", "millrace_undo", "millrace_blobs"];

    string Of(string name) => Statements.Quote(schema, name);

    public string Main => Of("millrace");
    public string Tables => Of("millrace_tables");
    public string Positions => Of("millrace_positions");
    public string Checkpoints => Of("millrace_checkpoints");
    public string Undo => Of("millrace_undo");
    public string Blobs => Of("millrace_blobs");

    public bool Exists(NpgsqlConnection connection) => connection.Value("SELECT to_regclass($1) IS NOT NULL", false, Main);

    /// <summary>Makes what is not there.</summary>
    /// <exception cref="ConnectorException">A newer Millrace has written it.</exception>
    public void Create(NpgsqlConnection connection, string server)
    {
        if (Exists(connection))
        {
            RequireFormat(connection, server);
            return;
        }
        connection.Run($"CREATE SCHEMA IF NOT EXISTS {Statements.Quote(schema)}");
        connection.Run($"CREATE TABLE {Main} (name text PRIMARY KEY, value bigint NOT NULL)");
        connection.Run($"CREATE TABLE {Tables} (name text PRIMARY KEY, stored_as text NOT NULL, definition text NOT NULL, closed bigint NOT NULL, final bigint NOT NULL)");
        connection.Run($"CREATE TABLE {Positions} (source text, partition integer, position bigint NOT NULL, PRIMARY KEY (source, partition))");
        connection.Run($"CREATE TABLE {Checkpoints} (version bigint PRIMARY KEY, record bytea NOT NULL)");
        connection.Run($"CREATE TABLE {Undo} (version bigint, table_name text, rows bigint NOT NULL, PRIMARY KEY (version, table_name))");
        connection.Run($"CREATE TABLE {Blobs} (name text, piece integer, bytes bytea NOT NULL, PRIMARY KEY (name, piece))");
        // State is packed tightly already; packing it again would only take time.
        connection.Run($"ALTER TABLE {Blobs} ALTER COLUMN bytes SET STORAGE EXTERNAL");
        connection.Run($"INSERT INTO {Main} VALUES ('format', {Format}), ('version', 0), ('owner', 0)");
    }

    public void RequireFormat(NpgsqlConnection connection, string server)
    {
        if (Number(connection, "format") is var format and not Format)
            throw new ConnectorException(Fault.User, $"The schema '{schema}' of {server} has format {format}; this Millrace knows {Format}. Use the Millrace that wrote it, or another schema.");
    }

    public long Number(NpgsqlConnection connection, string name) => connection.Value($"SELECT value FROM {Main} WHERE name = $1", 0L, name);

    public List<CheckpointRecord> ReadCheckpoints(NpgsqlConnection connection) =>
        connection.Rows($"SELECT record FROM {Checkpoints} ORDER BY version DESC", static r => CheckpointJson.Read(r.GetFieldValue<byte[]>(0)));

    public void Add(NpgsqlConnection connection, StoredTable table) =>
        connection.Run($"INSERT INTO {Tables} VALUES ($1, $2, $3, $4, $5)", table.Definition.Name, table.Name, Write(table.Definition), Frontier.Start.Closed.Microseconds, Frontier.Start.Final.Microseconds);

    /// <summary>The tables that are there, and their frontiers.</summary>
    public Dictionary<string, (StoredTable Table, Frontier Frontier)> ReadTables(NpgsqlConnection connection) =>
        connection.Rows($"SELECT name, stored_as, definition, closed, final FROM {Tables}",
            r => (Name: r.GetString(0), Table: new StoredTable(Read(r.GetString(0), r.GetString(2)), schema, r.GetString(1)), Frontier: new Frontier(new(r.GetInt64(3)), new(r.GetInt64(4)))))
        .ToDictionary(static t => t.Name, static t => (t.Table, t.Frontier), StringComparer.Ordinal);

    sealed record StoredColumn(string Name, TypeKind Kind, byte Precision, byte Scale);

    sealed record StoredDefinition(TableKind Kind, int TimeColumn, long? RetentionTicks, int[] Key, StoredColumn[] Columns);

    static string Write(TableDefinition table) => JsonSerializer.Serialize(new StoredDefinition(table.Kind, table.TimeColumn, table.Retention?.Ticks, [.. table.Key],
        [.. table.Schema.Fields.Select(f => new StoredColumn(f.Name, f.Type.Kind, f.Type.Precision, f.Type.Scale))]));

    static TableDefinition Read(string name, string text)
    {
        var stored = JsonSerializer.Deserialize<StoredDefinition>(text)!;
        return new(name, new Schema(stored.Columns.Select(c => new Field(c.Name, new DataType(c.Kind, c.Precision, c.Scale)))), [.. stored.Key], stored.Kind, stored.TimeColumn,
            stored.RetentionTicks is { } ticks ? TimeSpan.FromTicks(ticks) : null);
    }
}
