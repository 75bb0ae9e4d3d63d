using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Stores;
using Millrace.Time;
using SQLitePCL;

namespace Millrace.Sqlite;

/// <summary>How a table of ours lies in SQLite: its names there, and its values in and out.</summary>
/// <remarks>
/// <para>
/// A keyed table has a first column <c>$key</c>, the encoded key, and is ordered by it; one without a key has <c>$row</c>, its number of arrival. BOOLEAN, INTEGER, BIGINT
/// and TIMESTAMP (microseconds) are integers; DOUBLE is a real, NaN the text <c>NaN</c> and -0 the text <c>-0.0x</c> (SQLite knows neither); DECIMAL is its scaled
/// integer, as a big-endian blob with the sign bit turned where it exceeds 64 bits; TEXT is text; INTERVAL (months, days, microseconds) and BYTES are blobs.
/// </para>
/// <para>Names differ from ours only where SQLite, which ignores their case, would take two for one.</para>
/// </remarks>
sealed class StoredTable
{
    const string NegativeZero = "-0.0x"; // not a number to SQLite, so the column's affinity leaves it alone

    readonly string[] _columns;
    readonly string _readableName; // the SQL view for people and programs that open the file

    /// <summary>A table of the store, or of a sink: what a sink writes is read by its own name, so that name is the readable view's.</summary>
    public StoredTable(TableDefinition definition, string name, bool isSink = false)
    {
        Definition = definition;
        Name = isSink ? NameBehind(name) : name;
        _readableName = isSink ? name : name + " (readable)";
        IsSink = isSink;
        _columns = new string[definition.Schema.Count];
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { KeyColumn };
        for (var i = 0; i < _columns.Length; i++) _columns[i] = Unique(definition.Schema[i].Name, taken);
    }

    public TableDefinition Definition { get; }

    /// <summary>Name in SQLite.</summary>
    public string Name { get; }

    /// <summary>Whether it is a sink's, not the store's.</summary>
    public bool IsSink { get; }

    public bool IsKeyed => !Definition.Key.IsEmpty;

    string KeyColumn => IsKeyed ? "$key" : "$row";

    /// <summary>A name that is not taken, and takes it.</summary>
    public static string Unique(string name, ISet<string> taken)
    {
        var unique = name;
        for (var i = 2; !taken.Add(unique); i++) unique = name + "_" + i.ToString(CultureInfo.InvariantCulture);
        return unique;
    }

    public IEnumerable<string> Create()
    {
        var columns = string.Concat(_columns.Select((c, i) => $", {Database.Quote(c)} {Definition.Schema[i].Type}"));
        yield return IsKeyed
            ? $"CREATE TABLE {Database.Quote(Name)} (\"$key\" BLOB NOT NULL PRIMARY KEY{columns}) WITHOUT ROWID"
            : $"CREATE TABLE {Database.Quote(Name)} (\"$row\" INTEGER PRIMARY KEY{columns})";
        foreach (var sql in CreateReadable()) yield return sql;
    }

    /// <summary>What is made from the columns: the index that retention needs, and the readable view.</summary>
    IEnumerable<string> CreateReadable()
    {
        if (Definition.Retention is not null && Definition.TimeColumn >= 0)
            yield return $"CREATE INDEX IF NOT EXISTS {Database.Quote(Name + " by time")} ON {Database.Quote(Name)} ({Database.Quote(_columns[Definition.TimeColumn])})";
        yield return $"CREATE VIEW {Database.Quote(_readableName)} AS SELECT {string.Join(", ", _columns.Select(Readable).Where((_, i) => !PlanBuilder.IsHidden(Definition.Schema[i].Name)))} FROM {Database.Quote(Name)} ORDER BY \"{KeyColumn}\"";
    }

    /// <summary>The table behind a sink's readable view.</summary>
    public static string NameBehind(string sink) => sink + " (stored)";

    string Readable(string column, int index)
    {
        var type = Definition.Schema[index].Type;
        var c = Database.Quote(column);
        return type.Kind switch
        {
            TypeKind.Timestamp =>
                $"CASE WHEN {c} % 1000000 = 0 THEN strftime('%Y-%m-%dT%H:%M:%SZ', {c} / 1000000, 'unixepoch') ELSE strftime('%Y-%m-%dT%H:%M:', {c} / 1000000, 'unixepoch') || printf('%09.6fZ', {c} / 1000000 % 60 + {c} % 1000000 / 1e6) END AS {c}",
            // Fifteen digits fit a real to the last one, and a program that reads a sink wants to compare and add.
            TypeKind.Decimal when IsSink && type.Scale is > 0 and <= 18 =>
                $"CASE WHEN typeof({c}) = 'integer' AND abs({c}) < 1000000000000000 THEN {c} / {Power(type.Scale)}.0 ELSE {DecimalText(c, type.Scale)} END AS {c}",
            TypeKind.Decimal when type.Scale is > 0 and <= 18 => $"{DecimalText(c, type.Scale)} AS {c}",
            _ => c,
        };
    }

    static string DecimalText(string c, int scale) =>
        $"CASE typeof({c}) WHEN 'integer' THEN printf('%s%d.%0{scale}d', CASE WHEN {c} < 0 THEN '-' ELSE '' END, abs({c} / {Power(scale)}), abs({c} % {Power(scale)})) ELSE {c} END";

    static string Power(int exponent) => "1" + new string('0', exponent);

    public IEnumerable<string> Drop() =>
        [$"DROP VIEW IF EXISTS {Database.Quote(_readableName)}", $"DROP TABLE IF EXISTS {Database.Quote(Name)}", $"DROP TABLE IF EXISTS {Before}"];

    /// <summary>Whether columns of another table of this name are called the same here, those that were added left out.</summary>
    public bool Has(StoredTable other, ImmutableArray<int> added) => other._columns.SequenceEqual(_columns.Where((_, i) => !added.Contains(i)));

    /// <summary>Makes this table of one that has fewer columns: they come behind the others, NULL in the rows that are there.</summary>
    /// <param name="added">The places of the columns that it does not have.</param>
    public IEnumerable<string> Widen(ImmutableArray<int> added)
    {
        foreach (var column in added)
        {
            yield return $"ALTER TABLE {Database.Quote(Name)} ADD COLUMN {Database.Quote(_columns[column])} {Definition.Schema[column].Type}";
            if (IsKeyed) yield return $"ALTER TABLE {Before} ADD COLUMN {Database.Quote(_columns[column])}";
        }
        yield return $"DROP VIEW IF EXISTS {Database.Quote(_readableName)}";
        foreach (var sql in CreateReadable()) yield return sql;
    }

    /// <summary>Deletes the rows whose time is not before a moment; all where rows have no time.</summary>
    public string DropFrom(Timestamp time) => Definition.TimeColumn < 0 ? $"DELETE FROM {Database.Quote(Name)}"
        : string.Create(CultureInfo.InvariantCulture, $"DELETE FROM {Database.Quote(Name)} WHERE {Database.Quote(_columns[Definition.TimeColumn])} IS NULL OR {Database.Quote(_columns[Definition.TimeColumn])} >= {time.Microseconds}");

    string Before => Database.Quote(Name + " (before)");

    // Columns that were added later stand behind others in the file.
    string Names => string.Join(", ", _columns.Prepend(KeyColumn).Select(Database.Quote));

    /// <summary>For a keyed table: the rows that later versions changed, as they were; <c>$undo</c> begins with the version.</summary>
    public string CreateBefore =>
        $"CREATE TABLE IF NOT EXISTS {Before} (\"$undo\" INTEGER PRIMARY KEY, \"$changed\" BLOB NOT NULL, \"$key\" BLOB{string.Concat(_columns.Select(c => $", {Database.Quote(c)}"))})";

    /// <summary>Keeps the row of a key, or that there is none, before it changes.</summary>
    public string Remember => $"INSERT INTO {Before} (\"$undo\", \"$changed\", {Names}) SELECT ?1, ?2, {string.Join(", ", _columns.Prepend("$key").Select(c => "now." + Database.Quote(c)))} FROM (SELECT 1) LEFT JOIN {Database.Quote(Name)} AS now ON now.\"$key\" = ?2";

    /// <summary>Makes the table as it was before all that is remembered from a number on.</summary>
    public IEnumerable<string> Restore(string from)
    {
        var first = $"FROM {Before} WHERE \"$undo\" IN (SELECT min(\"$undo\") FROM {Before} WHERE \"$undo\" >= {from} GROUP BY \"$changed\")";
        yield return $"DELETE FROM {Database.Quote(Name)} WHERE \"$key\" IN (SELECT \"$changed\" {first} AND \"$key\" IS NULL)";
        yield return $"INSERT OR REPLACE INTO {Database.Quote(Name)} ({Names}) SELECT {Names} {first} AND \"$key\" IS NOT NULL";
        yield return $"DELETE FROM {Before} WHERE \"$undo\" >= {from}";
    }

    /// <summary>Forgets what is remembered below a number.</summary>
    public string Forget => $"DELETE FROM {Before} WHERE \"$undo\" < ?";

    /// <summary>For a table without a key: how many rows have come.</summary>
    public string LastRow => $"SELECT COALESCE(max(\"$row\"), 0) FROM {Database.Quote(Name)}";

    /// <summary>Deletes the rows that came after some.</summary>
    public string DropAfter => $"DELETE FROM {Database.Quote(Name)} WHERE \"$row\" > ";

    public string Upsert =>
        $"INSERT OR REPLACE INTO {Database.Quote(Name)} ({Names}) VALUES ({(IsKeyed ? "?" : "NULL")}{string.Concat(Enumerable.Repeat(", ?", _columns.Length))})";

    public string Delete => $"DELETE FROM {Database.Quote(Name)} WHERE \"$key\" = ?";

    public string DropOld => $"DELETE FROM {Database.Quote(Name)} WHERE {Database.Quote(_columns[Definition.TimeColumn])} < ?";

    public string CountRows => $"SELECT count(*) FROM {Database.Quote(Name)}";

    public string Select(bool descending) =>
        $"SELECT {string.Join(", ", _columns.Select(Database.Quote))} FROM {Database.Quote(Name)} ORDER BY \"{KeyColumn}\"{(descending ? " DESC" : "")}";

    /// <summary>Binds the values of a row from a parameter on.</summary>
    public static void Bind(Statement statement, int first, Batch batch, int row)
    {
        Span<byte> buffer = stackalloc byte[16];
        var columns = batch.Columns;
        for (var i = 0; i < columns.Count; i++)
        {
            var at = first + i;
            var column = columns[i];
            if (column.IsNull(row))
            {
                statement.BindNull(at);
                continue;
            }
            switch (column)
            {
                case Column<long> c: statement.Bind(at, c[row]); break;
                case Column<int> c: statement.Bind(at, (long)c[row]); break;
                case Column<byte> c: statement.Bind(at, (long)c[row]); break;
                case Column<double> c when double.IsNaN(c[row]): statement.BindText(at, "NaN"u8); break;
                case Column<double> c when c[row] == 0 && double.IsNegative(c[row]): statement.BindText(at, NegativeZero); break;
                case Column<double> c: statement.Bind(at, c[row]); break;
                case Column<Int128> c when c[row] == (long)c[row]: statement.Bind(at, (long)c[row]); break;
                case Column<Int128> c:
                    BinaryPrimitives.WriteUInt128BigEndian(buffer, (UInt128)c[row] ^ UInt128.One << 127);
                    statement.BindBlob(at, buffer);
                    break;
                case Column<Interval> c:
                    BinaryPrimitives.WriteInt32BigEndian(buffer, c[row].Months);
                    BinaryPrimitives.WriteInt32BigEndian(buffer[4..], c[row].Days);
                    BinaryPrimitives.WriteInt64BigEndian(buffer[8..], c[row].Microseconds);
                    statement.BindBlob(at, buffer);
                    break;
                case TextColumn c when c.Type.Kind == TypeKind.Text: statement.BindText(at, c[row]); break;
                case TextColumn c: statement.BindBlob(at, c[row]); break;
            }
        }
    }

    /// <summary>Appends the statement's row to the columns of a batch.</summary>
    public static void Read(Statement statement, Batch batch)
    {
        var columns = batch.Columns;
        for (var i = 0; i < columns.Count; i++)
        {
            var column = columns[i];
            var kind = statement.KindOf(i);
            if (kind == raw.SQLITE_NULL)
            {
                column.AppendNull();
                continue;
            }
            switch (column)
            {
                case Column<long> c: c.Append(statement.Long(i)); break;
                case Column<int> c: c.Append((int)statement.Long(i)); break;
                case Column<byte> c: c.Append((byte)statement.Long(i)); break;
                case Column<double> c when kind == raw.SQLITE_TEXT: c.Append(statement.Bytes(i)[0] == 'N' ? double.NaN : -0.0); break;
                case Column<double> c: c.Append(statement.Double(i)); break;
                case Column<Int128> c when kind == raw.SQLITE_BLOB: c.Append((Int128)(BinaryPrimitives.ReadUInt128BigEndian(statement.Bytes(i)) ^ UInt128.One << 127)); break;
                case Column<Int128> c: c.Append(statement.Long(i)); break;
                case Column<Interval> c:
                    var bytes = statement.Bytes(i);
                    c.Append(new(BinaryPrimitives.ReadInt32BigEndian(bytes), BinaryPrimitives.ReadInt32BigEndian(bytes[4..]), BinaryPrimitives.ReadInt64BigEndian(bytes[8..])));
                    break;
                case TextColumn c: c.Append(statement.Bytes(i)); break;
            }
        }
        batch.RowCount++;
    }
}
