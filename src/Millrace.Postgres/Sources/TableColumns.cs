using Millrace.Connectors;
using Millrace.Data;
using Npgsql;

namespace Millrace.Postgres.Sources;

/// <summary>How the declared columns of a source are read from a table: each from the column of its path, cast to the type that holds it.</summary>
/// <param name="source">Name of the source.</param>
/// <param name="schema">The table's schema.</param>
/// <param name="table">The table.</param>
sealed class TableColumns(string source, string schema, string table)
{
    public string Name => Statements.Quote(schema, table);

    /// <summary>The name for people.</summary>
    public string Shown => $"{schema}.{table}";

    /// <summary>Looks whether the table has the columns, and gives the key that its rows can be put in order by; empty where it has none.</summary>
    /// <exception cref="ConnectorException">The table or a column is not there.</exception>
    public IReadOnlyList<string> Check(NpgsqlConnection connection, IEnumerable<string> columns)
    {
        if (!connection.Value("SELECT to_regclass($1) IS NOT NULL", false, Name))
            throw new ConnectorException(Fault.User, $"source '{source}': there is no table '{Shown}', or it may not be seen. Name another: table = '...', schema = '...'.");
        var there = connection.Rows("SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum", static r => r.GetString(0), Name);
        foreach (var column in columns)
            if (!there.Contains(column)) throw new ConnectorException(Fault.User, $"source '{source}': the table '{Shown}' has no column '{column}'; it has {string.Join(", ", there)}. Where it has another name write FROM '...' behind the column.");
        return connection.Rows("""
            SELECT a.attname::text FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place), pg_attribute a
            WHERE i.indrelid = to_regclass($1) AND i.indisprimary AND a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY k.place
            """, static r => r.GetString(0), Name);
    }

    /// <summary>A column as COPY reads it for a declared type. Digits are never rounded: what does not fit is an error.</summary>
    public static string Cast(string column, DataType type) => $"{Statements.Quote(column)}::{(type.Kind == TypeKind.Decimal ? "numeric" : ColumnTypes.Of(type))}";
}
