using Millrace.Cassandra.Cql;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Cassandra;

/// <summary>What a column of the table in Cassandra has to do with the primary key.</summary>
enum KeyRole
{
    Partition,
    Clustering,
    None,
}

/// <summary>A column of the table in Cassandra, and where its values come from.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">The column of the view; -1 = the number of the row (tables of rows without a key).</param>
/// <param name="Unit">Where it holds the beginning of an hour, day or month: which; "" otherwise.</param>
/// <param name="Type">The view's type.</param>
/// <param name="Role">Its part in the primary key.</param>
/// <param name="IsDescending">Its order, if it is a clustering column.</param>
/// <param name="Kind">The type that it has in Cassandra.</param>
sealed record TableColumn(string Name, int Source, string Unit, DataType Type, KeyRole Role, bool IsDescending, CqlKind Kind);

/// <summary>The table that results lie in: the columns of the view, those of the primary key first, and the statements that write it.</summary>
sealed class TableLayout
{
    /// <summary>Numbers rows that have no key: unique, and the same when a commit is sent again.</summary>
    public const string RowColumn = "millrace_row";

    TableLayout(string keyspace, string table, IReadOnlyList<TableColumn> columns) => (Keyspace, Table, Columns) = (keyspace, table, columns);

    public string Keyspace { get; }

    public string Table { get; }

    /// <summary>Partition key, clustering key, the others.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    public IEnumerable<TableColumn> Partition => Columns.Where(c => c.Role == KeyRole.Partition);

    public IEnumerable<TableColumn> Clustering => Columns.Where(c => c.Role == KeyRole.Clustering);

    /// <summary>Keyspace and table, quoted.</summary>
    public string FullName => $"{Quote(Keyspace)}.{Quote(Table)}";

    /// <summary>Lays out the table for the rows of a view.</summary>
    /// <param name="settings">Which columns make up the keys.</param>
    /// <param name="schema">The view's columns.</param>
    /// <param name="key">Those that tell rows apart; empty: rows are only added.</param>
    /// <exception cref="ConnectorException">The keys that are asked for do not fit the view.</exception>
    public static TableLayout Of(SinkSettings settings, Schema schema, IReadOnlyList<int> key)
    {
        var keyNames = settings.Key is { } own && key.Count > 0 ? own : [.. key.Select(k => schema[k].Name)];
        var partition = settings.PartitionKey;
        if (partition.Count == 0)
        {
            if (keyNames.Count == 0) throw new ConnectorException(Fault.User, $"rows of '{settings.Table}' have no key, so Cassandra must be told how to divide them. Add partition_key = 'column, ...'.");
            // All rows of one moment in one partition would be one hot node.
            var free = keyNames.Where(n => settings.ClusteringKey?.Any(c => c.Column == n) != true).ToList();
            var timeless = free.FindAll(n => schema[schema.IndexOf(n)].Type.Kind != TypeKind.Timestamp);
            partition = [.. (timeless.Count > 0 ? timeless : free).Select(n => new KeyPart(n, "", false))];
            if (partition.Count == 0) throw new ConnectorException(Fault.User, $"clustering_key takes all columns of the key of '{settings.Table}'. Add partition_key = 'column, ...'.");
        }
        var inPartition = partition.Where(p => p.Unit.Length == 0).Select(p => p.Column).ToHashSet(StringComparer.Ordinal);
        var clustering = settings.ClusteringKey ?? [.. keyNames.Where(n => !inPartition.Contains(n)).Select(n => new KeyPart(n, "", false))];
        var columns = new List<TableColumn>();
        foreach (var part in partition) columns.Add(Part(part, KeyRole.Partition));
        foreach (var part in clustering) columns.Add(Part(part, KeyRole.Clustering));
        if (keyNames.Count == 0) columns.Add(new(RowColumn, -1, "", DataType.BigInt, KeyRole.Clustering, false, CqlKind.BigInt));
        if (columns.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new ConnectorException(Fault.User, $"the column '{twice.Key}' stands twice in partition_key and clustering_key.");
        CheckKey(settings, keyNames, columns);
        for (var i = 0; i < schema.Count; i++)
        {
            var name = schema[i].Name;
            if (PlanBuilder.IsHidden(name) || columns.Any(c => c.Source == i && c.Unit.Length == 0)) continue;
            if (columns.Any(c => c.Name == name)) throw new ConnectorException(Fault.User, $"the view's column '{name}' has the name of a column that the key needs. Rename it in the view.");
            columns.Add(new(name, i, "", schema[i].Type, KeyRole.None, false, Cells.KindOf(schema[i].Type)));
        }
        return new(settings.Keyspace, settings.Table, columns);

        TableColumn Part(KeyPart part, KeyRole role)
        {
            var source = schema.IndexOf(part.Column);
            if (source < 0) throw new ConnectorException(Fault.User, $"{(role == KeyRole.Partition ? "partition_key" : "clustering_key")} names '{part.Column}', which is no column of the view. Its columns are {string.Join(", ", schema.Fields.Select(f => f.Name).Where(n => !PlanBuilder.IsHidden(n)))}.");
            var type = schema[source].Type;
            if (part.Unit.Length > 0 && type.Kind != TypeKind.Timestamp) throw new ConnectorException(Fault.User, $"{part.Unit}({part.Column}) needs a TIMESTAMP; '{part.Column}' is {type}.");
            return new(part.Name, source, part.Unit, type, role, part.IsDescending, Cells.KindOf(type));
        }
    }

    /// <summary>All of the view's key must be in the primary key, or rows would overwrite each other; and nothing else, or rows that change would stay behind under their old key.</summary>
    static void CheckKey(SinkSettings settings, IReadOnlyList<string> key, List<TableColumn> columns)
    {
        if (key.Count == 0) return;
        var primary = columns.Select(c => (c.Unit, Column: c.Unit.Length == 0 ? c.Name : c.Name[..^(c.Unit.Length + 1)])).ToList();
        if (key.FirstOrDefault(n => !primary.Contains(("", n))) is { } missing)
            throw new ConnectorException(Fault.User, $"'{settings.Table}' has the key ({string.Join(", ", key)}), but '{missing}' is in neither partition_key nor clustering_key: rows would overwrite each other.");
        if (primary.Find(p => !key.Contains(p.Column)) is { Column: { } foreign })
            throw new ConnectorException(Fault.User, $"'{foreign}' is in the primary key of '{settings.Table}', but not in the key of its rows ({string.Join(", ", key)}): where it changes, the old row would stay. Group by it, or leave it out.");
    }

    public string Create()
    {
        var columns = string.Concat(Columns.Select(c => $"{Quote(c.Name)} {CqlType.Of(c.Kind)}, "));
        var clustering = Clustering.ToList();
        var order = clustering.Any(c => c.IsDescending) ? $"CLUSTERING ORDER BY ({string.Join(", ", clustering.Select(c => $"{Quote(c.Name)} {(c.IsDescending ? "DESC" : "ASC")}"))}) AND " : "";
        return $"CREATE TABLE IF NOT EXISTS {FullName} ({columns}PRIMARY KEY (({Names(Partition)}){string.Concat(clustering.Select(c => ", " + Quote(c.Name)))})) WITH {order}comment = 'Written by Millrace'";
    }

    public string Insert(int timeToLive) =>
        $"INSERT INTO {FullName} ({Names(Columns)}) VALUES ({string.Join(", ", Columns.Select(_ => "?"))}){(timeToLive > 0 ? $" USING TTL {timeToLive}" : "")}";

    public string Delete => $"DELETE FROM {FullName} WHERE {string.Join(" AND ", Partition.Concat(Clustering).Select(c => $"{Quote(c.Name)} = ?"))}";

    static string Names(IEnumerable<TableColumn> columns) => string.Join(", ", columns.Select(c => Quote(c.Name)));

    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The same with the types that a table has which is there.</summary>
    public TableLayout With(IReadOnlyList<TableColumn> columns) => new(Keyspace, Table, columns);
}
