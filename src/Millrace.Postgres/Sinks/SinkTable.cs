using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Npgsql;

namespace Millrace.Postgres.Sinks;

/// <summary>The table that a sink writes: its columns, which of them are the key, and the statements over it.</summary>
/// <remarks>
/// Rows come into a staging table of the connection (columns n, the row's number in its commit, and w, its weight, before those of the table) and from there, by number, into this one. A key whose columns may be
/// NULL needs a unique index with NULLS NOT DISTINCT (PostgreSQL 15), which a table that is made here has.
/// </remarks>
sealed class SinkTable
{
    public const string Staging = "pg_temp.millrace_staging";

    readonly string _schema, _table;
    string[] _types = []; // as the table has them

    public SinkTable(string schema, string table, Schema rows, IReadOnlyList<int> key)
    {
        (_schema, _table, Rows) = (schema, table, rows);
        // Hidden columns are there for the engine; only a key needs them.
        Columns = [.. Enumerable.Range(0, rows.Count).Where(i => !PlanBuilder.IsHidden(rows[i].Name) || key.Contains(i))];
        Key = [.. key.Select(k => Array.IndexOf(Columns, k))];
    }

    /// <summary>What comes.</summary>
    public Schema Rows { get; }

    /// <summary>Which of the columns that come are written.</summary>
    public int[] Columns { get; }

    /// <summary>The key, by places in <see cref="Columns"/>; empty: rows are only added.</summary>
    public int[] Key { get; }

    public string Name => Statements.Quote(_schema, _table);

    /// <summary>The name for people.</summary>
    public string Shown => $"{_schema}.{_table}";

    /// <summary>Whether COPY may write straight into it.</summary>
    public bool IsSame { get; private set; }

    Field FieldOf(int place) => Rows[Columns[place]];

    string Names(IEnumerable<int> places) => string.Join(", ", places.Select(p => Statements.Quote(FieldOf(p).Name)));

    IEnumerable<int> All => Enumerable.Range(0, Columns.Length);

    string Create => $"CREATE TABLE {Name} ({string.Join(", ", All.Select(p => $"{Statements.Quote(FieldOf(p).Name)} {ColumnTypes.Of(FieldOf(p).Type)}"))}{(Key.Length == 0 ? "" : $", UNIQUE NULLS NOT DISTINCT ({Names(Key)})")})";

    public string CreateStaging =>
        $"CREATE TEMPORARY TABLE IF NOT EXISTS millrace_staging (n bigint, w integer, {string.Join(", ", All.Select(p => $"c{p} {ColumnTypes.Of(FieldOf(p).Type)}"))}) ON COMMIT DELETE ROWS";

    public string CopyToStaging => $"COPY {Staging} FROM STDIN (FORMAT binary)";

    public string CopyToTable => $"COPY {Name} ({Names(All)}) FROM STDIN (FORMAT binary)";

    /// <summary>Puts the rows of positive weight between two numbers ($1, $2) into the table.</summary>
    /// <param name="isUnique">Whether no key stands twice among them; otherwise the last one counts.</param>
    public string Insert(bool isUnique)
    {
        var values = string.Join(", ", All.Select(p => ColumnTypes.IsReadText(_types[p]) && FieldOf(p).Type.Kind == TypeKind.Text ? $"c{p}::{_types[p]}" : $"c{p}"));
        var rows = $"{Staging} WHERE w > 0 AND n BETWEEN $1 AND $2";
        if (!isUnique) rows = $"(SELECT DISTINCT ON ({Staged(Key)}) * FROM {rows} ORDER BY {Staged(Key)}, n DESC) AS newest";
        var insert = $"INSERT INTO {Name} ({Names(All)}) SELECT {values} FROM {rows}";
        if (Key.Length == 0) return insert;
        var others = All.Except(Key).Select(p => Statements.Quote(FieldOf(p).Name)).ToList();
        return $"{insert} ON CONFLICT ({Names(Key)}) DO {(others.Count == 0 ? "NOTHING" : "UPDATE SET " + string.Join(", ", others.Select(c => $"{c} = excluded.{c}")))}";
    }

    static string Staged(IEnumerable<int> places) => string.Join(", ", places.Select(p => $"c{p}"));

    /// <summary>Deletes the keys of the rows of negative weight between two numbers.</summary>
    /// <param name="isNull">Of the keys with a NULL, which no index finds by equality; otherwise of the others.</param>
    public string Delete(bool isNull)
    {
        var anyNull = string.Join(" OR ", Key.Select(p => $"s.c{p} IS NULL"));
        return $"DELETE FROM {Name} AS t USING {Staging} AS s WHERE s.w < 0 AND s.n BETWEEN $1 AND $2 AND {(isNull ? $"({anyNull})" : $"NOT ({anyNull})")}"
            + string.Concat(Key.Select(p => $" AND t.{Statements.Quote(FieldOf(p).Name)} {(isNull ? "IS NOT DISTINCT FROM" : "=")} s.c{p}"));
    }

    /// <summary>Whether it is there.</summary>
    public bool Exists(NpgsqlConnection connection) => connection.Value("SELECT to_regclass($1) IS NOT NULL", false, Name);

    /// <summary>Makes it.</summary>
    public void Make(NpgsqlConnection connection)
    {
        connection.Run($"CREATE SCHEMA IF NOT EXISTS {Statements.Quote(_schema)}");
        connection.Run(Create);
    }

    /// <summary>Looks whether the table takes the rows.</summary>
    /// <exception cref="ConnectorException">It does not; the message says which column and what to do.</exception>
    public void Check(NpgsqlConnection connection)
    {
        var columns = connection.Rows("""
            SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull AND NOT a.atthasdef AND a.attidentity = '', a.attgenerated <> '' OR a.attidentity = 'a'
            FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
            """, static r => (Name: r.GetString(0), Type: r.GetString(1), IsNeeded: r.GetBoolean(2), IsComputed: r.GetBoolean(3)), Name);
        var faults = new List<string>();
        _types = new string[Columns.Length];
        foreach (var place in All)
        {
            var field = FieldOf(place);
            var column = columns.FirstOrDefault(c => c.Name == field.Name);
            _types[place] = column.Type ?? "";
            if (column.Name is null) faults.Add($"it has no column '{field.Name}' (add it: {Statements.Quote(field.Name)} {ColumnTypes.Of(field.Type)})");
            else if (column.IsComputed) faults.Add($"its column '{field.Name}' is computed by the database");
            else if (!ColumnTypes.Fits(field.Type, _types[place])) faults.Add($"its column '{field.Name}' is {column.Type}, which does not hold every {field.Type} (expected {ColumnTypes.Of(field.Type)})");
        }
        foreach (var column in columns.Where(c => c.IsNeeded && !All.Any(p => FieldOf(p).Name == c.Name))) faults.Add($"its column '{column.Name}' is NOT NULL without a default, and the view has none of that name");
        if (faults.Count == 0 && Key.Length > 0 && !HasKey(connection)) faults.Add($"it has no unique index on ({Names(Key)}), by which rows replace each other (add it: UNIQUE NULLS NOT DISTINCT, or PRIMARY KEY)");
        if (faults.Count > 0) throw new ConnectorException(Fault.User, $"The table '{Shown}' does not fit the sink: {string.Join("; ", faults)}. Change the table or the view, or name another table.");
        IsSame = All.All(p => ColumnTypes.IsSame(FieldOf(p).Type, _types[p]));
    }

    bool HasKey(NpgsqlConnection connection)
    {
        var wanted = Key.Select(p => FieldOf(p).Name).ToHashSet(StringComparer.Ordinal);
        return connection.Rows("""
            SELECT (SELECT array_to_string(array_agg(a.attname::text), E'\u0001') FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
                    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum WHERE k.place <= i.indnkeyatts)
            FROM pg_index i WHERE i.indrelid = to_regclass($1) AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
            """, static r => r.IsDBNull(0) ? "" : r.GetString(0), Name).Any(index => wanted.SetEquals(index.Split('\u0001')));
    }
}
