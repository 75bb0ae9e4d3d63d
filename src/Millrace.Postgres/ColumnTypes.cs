using Millrace.Data;

namespace Millrace.Postgres;

/// <summary>How our types lie in PostgreSQL: each has one that holds all of its values (but for those that <see cref="Copies.CopyWriter.Unfit"/> names), and some others that a user's table may have.</summary>
static class ColumnTypes
{
    /// <summary>The type that a column is made with.</summary>
    public static string Of(DataType type) => type.Kind switch
    {
        TypeKind.Boolean or TypeKind.Null => "boolean",
        TypeKind.Integer => "integer",
        TypeKind.BigInt => "bigint",
        TypeKind.Double => "double precision",
        TypeKind.Decimal => $"numeric({type.Precision},{type.Scale})",
        TypeKind.Timestamp => "timestamp with time zone",
        TypeKind.Interval => "interval",
        TypeKind.Bytes => "bytea",
        _ => "text",
    };

    /// <summary>Whether a table's column takes every value of a type as it is; a text that its column's type refuses is the row's fault.</summary>
    /// <param name="type">Ours.</param>
    /// <param name="column">As <c>format_type</c> tells it.</param>
    public static bool Fits(DataType type, string column) => type.Kind switch
    {
        TypeKind.Boolean => column == "boolean",
        TypeKind.Integer => column is "integer" or "bigint" or "numeric" or "double precision" || HoldsDigits(column, 10, 0),
        TypeKind.BigInt => column is "bigint" or "numeric" || HoldsDigits(column, 19, 0),
        TypeKind.Double => column == "double precision",
        TypeKind.Decimal => column == "numeric" || HoldsDigits(column, type.Precision, type.Scale),
        TypeKind.Timestamp => column is "timestamp with time zone" or "timestamp without time zone",
        TypeKind.Interval => column == "interval",
        TypeKind.Bytes => column == "bytea",
        TypeKind.Text => column == "text" || IsReadText(column) || column.StartsWith("character varying", StringComparison.Ordinal),
        _ => true,
    };

    /// <summary>Whether a text column of ours has to be read into a type of another kind.</summary>
    public static bool IsReadText(string column) => column is "uuid" or "json" or "jsonb" or "inet" or "xml";

    /// <summary>Whether COPY may write values straight into a column: it is laid out as ours.</summary>
    public static bool IsSame(DataType type, string column) => type.Kind switch
    {
        TypeKind.Decimal => column.StartsWith("numeric", StringComparison.Ordinal),
        TypeKind.Text => column == "text" || column.StartsWith("character varying", StringComparison.Ordinal),
        _ => column == Of(type),
    };

    static bool HoldsDigits(string column, int precision, int scale)
    {
        if (!column.StartsWith("numeric(", StringComparison.Ordinal)) return false;
        var parts = column["numeric(".Length..^1].Split(',');
        var (p, s) = (int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), parts.Length > 1 ? int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : 0);
        return s >= scale && p - s >= precision - scale;
    }
}
