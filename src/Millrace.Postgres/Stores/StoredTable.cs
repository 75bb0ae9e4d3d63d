using System.Text;
using Millrace.Data;
using Millrace.Stores;

namespace Millrace.Postgres.Stores;

/// <summary>A table of the store as it lies in PostgreSQL, where anybody may read it: its columns have PostgreSQL's types.</summary>
/// <remarks>
/// Before them stands <c>$key</c>, the encoded key by which the table is ordered, or <c>$row</c>, the number of arrival where there is no key; behind them <c>$exact</c>, which is NULL but for rows with a value
/// that PostgreSQL does not hold (a text with U+0000, a time before 4714 BC): there it holds that value. A keyed table has a second one beside it, with the rows that later versions changed as they were.
/// </remarks>
sealed class StoredTable
{
    const int NameBytesMax = 63;

    readonly string _schema;
    readonly string[] _columns;

    public StoredTable(TableDefinition definition, string schema, string name)
    {
        (Definition, _schema, Name) = (definition, schema, name);
        var taken = new HashSet<string>(StringComparer.Ordinal) { "$key", "$row", "$exact", "$version", "$changed", "$n", "$w" };
        _columns = [.. definition.Schema.Fields.Select((f, i) => Unique(f.Name, taken))];
    }

    public TableDefinition Definition { get; }

    /// <summary>Its name in PostgreSQL, without the schema.</summary>
    public string Name { get; }

    /// <summary>The name of the table beside it that keeps rows as they were.</summary>
    public string BeforeName => Name + " (before)";

    public bool IsKeyed => !Definition.Key.IsEmpty;

    /// <summary>A name that is not taken and not too long, and takes it.</summary>
    public static string Unique(string name, ISet<string> taken)
    {
        var most = NameBytesMax - " (before)".Length;
        while (Encoding.UTF8.GetByteCount(name) > most) name = name[..^1];
        var unique = name;
        for (var i = 2; !taken.Add(unique); i++) unique = (name.Length > most - 6 ? name[..(most - 6)] : name) + "_" + i;
        return unique;
    }

    string Table => Statements.Quote(_schema, Name);
    string Before => Statements.Quote(_schema, BeforeName);
    string First => IsKeyed ? "\"$key\"" : "\"$row\"";
    string Staging => "pg_temp." + Statements.Quote(Name);

    /// <summary>All columns, for every statement in the same order.</summary>
    string Columns(string of = "") => string.Join(", ", new[] { First }.Concat(_columns.Select(Statements.Quote)).Append("\"$exact\"").Select(c => of + c));

    string Declared => string.Concat(_columns.Select((c, i) => $", {Statements.Quote(c)} {ColumnTypes.Of(Definition.Schema[i].Type)}")) + ", \"$exact\" bytea";

    public IEnumerable<string> Create()
    {
        yield return $"CREATE TABLE {Table} ({First} {(IsKeyed ? "bytea" : "bigint")} PRIMARY KEY{Declared})";
        if (IsKeyed) yield return $"CREATE TABLE {Before} (\"$version\" bigint, \"$changed\" bytea, \"$key\" bytea{Declared}, PRIMARY KEY (\"$version\", \"$changed\"))";
        if (Definition.Retention is not null && Definition.TimeColumn >= 0) yield return $"CREATE INDEX ON {Table} ({Time})";
    }

    public IEnumerable<string> Drop() => [$"DROP TABLE IF EXISTS {Table}", $"DROP TABLE IF EXISTS {Before}"];

    public string CreateStaging => $"CREATE TEMPORARY TABLE IF NOT EXISTS {Statements.Quote(Name)} (\"$n\" bigint, \"$w\" integer, \"$key\" bytea{Declared}) ON COMMIT DELETE ROWS";

    /// <summary>Rows come so into the staging table of a keyed one, with number and weight before them, or straight into one without a key.</summary>
    public string Copy => IsKeyed ? $"COPY {Staging} FROM STDIN (FORMAT binary)" : $"COPY {Table} FROM STDIN (FORMAT binary)";

    /// <summary>Keeps the rows of the staged keys, or that there is none, before they change.</summary>
    public string Remember(long version) =>
        $"INSERT INTO {Before} SELECT {version}, changed.key, {Columns("now.")} FROM (SELECT DISTINCT \"$key\" AS key FROM {Staging}) AS changed LEFT JOIN {Table} AS now ON now.\"$key\" = changed.key";

    /// <summary>Applies the staged rows.</summary>
    /// <param name="isUnique">Whether no key stands twice among them; otherwise its last row counts.</param>
    public IEnumerable<string> Apply(bool isUnique)
    {
        var rows = isUnique ? Staging : $"(SELECT DISTINCT ON (\"$key\") * FROM {Staging} ORDER BY \"$key\", \"$n\" DESC)";
        yield return $"DELETE FROM {Table} AS t USING {rows} AS s WHERE s.\"$w\" < 0 AND t.\"$key\" = s.\"$key\"";
        yield return $"INSERT INTO {Table} SELECT {Columns("s.")} FROM {rows} AS s WHERE s.\"$w\" > 0 ON CONFLICT (\"$key\") DO UPDATE SET "
            + string.Join(", ", _columns.Select(Statements.Quote).Append("\"$exact\"").Select(c => $"{c} = excluded.{c}"));
    }

    /// <summary>Makes a keyed table as it was at a version.</summary>
    public IEnumerable<string> Restore(long version)
    {
        var first = $"(SELECT DISTINCT ON (\"$changed\") * FROM {Before} WHERE \"$version\" > {version} ORDER BY \"$changed\", \"$version\") AS b";
        yield return $"DELETE FROM {Table} WHERE \"$key\" IN (SELECT \"$changed\" FROM {Before} WHERE \"$version\" > {version})";
        yield return $"INSERT INTO {Table} SELECT {Columns("b.")} FROM {first} WHERE b.\"$key\" IS NOT NULL";
        yield return $"DELETE FROM {Before} WHERE \"$version\" > {version}";
    }

    /// <summary>Forgets what took a keyed table back to versions before one.</summary>
    public string Forget(long version) => $"DELETE FROM {Before} WHERE \"$version\" <= {version}";

    public string LastRow => $"SELECT coalesce(max(\"$row\"), 0) FROM {Table}";

    public string DropAfter(string row) => $"DELETE FROM {Table} WHERE \"$row\" > {row}";

    string Time => Statements.Quote(_columns[Definition.TimeColumn]);

    /// <summary>Deletes rows whose time is before some microseconds.</summary>
    public string DropOld(long microseconds) => $"DELETE FROM {Table} WHERE {Time} < timestamptz 'epoch' + {microseconds / 1_000_000} * interval '1 second' + {microseconds % 1_000_000} * interval '1 microsecond'";

    public string Count => $"SELECT count(*) FROM {Table}";

    /// <summary>The next rows in order.</summary>
    /// <param name="after">The first column of the row before them, as it lies there; empty: from the beginning.</param>
    /// <param name="rows">How many at most.</param>
    /// <param name="descending">From the largest key down.</param>
    public string Page(ReadOnlySpan<byte> after, int rows, bool descending)
    {
        var from = after.IsEmpty ? "" : $" WHERE {First} {(descending ? '<' : '>')} "
            + (IsKeyed ? $"decode('{Convert.ToHexString(after)}', 'hex')" : System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(after).ToString(System.Globalization.CultureInfo.InvariantCulture));
        return $"COPY (SELECT {Columns()} FROM {Table}{from} ORDER BY {First}{(descending ? " DESC" : "")} LIMIT {rows}) TO STDOUT (FORMAT binary)";
    }
}
