using System.Globalization;
using Millrace.Cassandra.Cql;
using Millrace.Connectors;

namespace Millrace.Cassandra;

/// <summary>A table that is there: its columns, as the server's own tables tell them.</summary>
sealed class ExistingTable
{
    readonly Dictionary<string, CqlType> _types = new(StringComparer.Ordinal);
    readonly List<(string Name, KeyRole Role, int Position)> _key = [];

    /// <summary>What tells it from another table that has its name at another time.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Looks for a table.</summary>
    /// <returns>null where there is none.</returns>
    public static async Task<ExistingTable?> FindAsync(CqlCluster cluster, string keyspace, string name)
    {
        var table = new ExistingTable();
        var columns = cluster.HasOldSchema
            ? $"SELECT column_name, type, component_index FROM system.schema_columns WHERE keyspace_name = '{keyspace}' AND columnfamily_name = '{name}'"
            : $"SELECT column_name, kind, position FROM system_schema.columns WHERE keyspace_name = '{keyspace}' AND table_name = '{name}'";
        var rows = await cluster.QueryAsync(columns, new(Consistency.One)).ConfigureAwait(false);
        if (rows.Count == 0) return null;
        var id = await cluster.QueryAsync(cluster.HasOldSchema
            ? $"SELECT cf_id FROM system.schema_columnfamilies WHERE keyspace_name = '{keyspace}' AND columnfamily_name = '{name}'"
            : $"SELECT id FROM system_schema.tables WHERE keyspace_name = '{keyspace}' AND table_name = '{name}'", new(Consistency.One)).ConfigureAwait(false);
        if (id.Count == 0) return null; // dropped meanwhile
        table.Id = id.Text(0, 0) ?? "";
        for (var i = 0; i < rows.Count; i++)
        {
            var role = rows.Text(i, 1) switch { "partition_key" => KeyRole.Partition, "clustering_key" or "clustering" => KeyRole.Clustering, _ => KeyRole.None };
            if (role != KeyRole.None) table._key.Add((rows.Text(i, 0)!, role, int.Parse(rows.Text(i, 2) ?? "0", CultureInfo.InvariantCulture)));
        }
        var statement = await cluster.PrepareAsync($"SELECT * FROM {TableLayout.Quote(keyspace)}.{TableLayout.Quote(name)}").ConfigureAwait(false);
        foreach (var column in statement.Result.Columns) table._types[column.Name] = column.Type;
        return table;
    }

    /// <summary>The layout with this table's own types.</summary>
    /// <exception cref="ConnectorException">It does not fit: what is wrong, and what can be done.</exception>
    public TableLayout Fit(TableLayout layout)
    {
        var table = $"the table '{layout.Keyspace}.{layout.Table}'";
        foreach (var role in (KeyRole[])[KeyRole.Partition, KeyRole.Clustering])
        {
            var (found, expected) = (Names(role), string.Join(", ", layout.Columns.Where(c => c.Role == role).Select(c => c.Name)));
            if (found == expected) continue;
            var what = role == KeyRole.Partition ? "partition key" : "clustering key";
            throw new ConnectorException(Fault.User, $"{table} has the {what} ({found}), but the sink writes ({expected}). Set {what.Replace(' ', '_')} to fit, or name another table: table = '...'.");
        }
        return layout.With([.. layout.Columns.Select(column =>
        {
            if (!_types.TryGetValue(column.Name, out var type))
            {
                throw new ConnectorException(Fault.User,
                    $"{table} has no column '{column.Name}'. Add it (ALTER TABLE {layout.FullName} ADD {TableLayout.Quote(column.Name)} {CqlType.Of(column.Kind)}), take it out of the view, or name another table: table = '...'.");
            }
            if (!Cells.CanStore(column.Type, type.Kind)) throw new ConnectorException(Fault.User, $"the column '{column.Name}' of {table} is {type}, which cannot hold {column.Type}; {CqlType.Of(column.Kind)} can.");
            return column with { Kind = type.Kind };
        })]);
    }

    string Names(KeyRole role) => string.Join(", ", _key.Where(k => k.Role == role).OrderBy(k => k.Position).Select(k => k.Name));
}
