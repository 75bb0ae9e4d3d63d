using Millrace.Data;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>The names of types, PostgreSQL's spellings among them.</summary>
internal static class TypeNames
{
    static readonly Dictionary<string, DataType> s_types = new(StringComparer.Ordinal)
    {
        ["boolean"] = DataType.Boolean,
        ["bool"] = DataType.Boolean,
        ["integer"] = DataType.Integer,
        ["int"] = DataType.Integer,
        ["int4"] = DataType.Integer,
        ["smallint"] = DataType.Integer,
        ["int2"] = DataType.Integer,
        ["bigint"] = DataType.BigInt,
        ["int8"] = DataType.BigInt,
        ["double"] = DataType.Double,
        ["float"] = DataType.Double,
        ["float8"] = DataType.Double,
        ["real"] = DataType.Double,
        ["decimal"] = DataType.Decimal(DataType.MaxPrecision, 9),
        ["numeric"] = DataType.Decimal(DataType.MaxPrecision, 9),
        ["text"] = DataType.Text,
        ["varchar"] = DataType.Text,
        ["string"] = DataType.Text,
        ["character"] = DataType.Text,
        ["timestamp"] = DataType.Timestamp,
        ["timestamptz"] = DataType.Timestamp,
        ["timestamp_ltz"] = DataType.Timestamp,
        ["datetime"] = DataType.Timestamp,
        ["interval"] = DataType.Interval,
        ["bytes"] = DataType.Bytes,
        ["bytea"] = DataType.Bytes,
    };

    public static DataType Resolve(TypeSyntax type)
    {
        var name = type.Name;
        if (name is "date" or "time" or "image" or "json" or "jsonb" or "uuid")
        {
            var instead = name switch { "date" => "Use TIMESTAMP.", "time" => "Use INTERVAL.", "image" => "", _ => "Use TEXT." };
            throw new SqlError(Codes.NotYet, type.Span, $"the type {name.ToUpperInvariant()} does not exist yet. {instead}".TrimEnd());
        }
        if (!s_types.TryGetValue(name, out var found))
            throw new SqlError(Codes.UnknownType, type.Span, $"no type '{name}'.{Suggestions.For(name, s_types.Keys)} Types are BOOLEAN, INTEGER, BIGINT, DOUBLE, DECIMAL(p,s), TEXT, TIMESTAMP, INTERVAL and BYTES.");
        if (type.Arguments.IsEmpty) return found;
        if (found.Kind != TypeKind.Decimal)
        {
            if (found.Kind == TypeKind.Timestamp && type.Arguments is [>= 0 and <= 6]) return found; // values keep their microseconds
            throw new SqlError(Codes.UnknownType, type.Span, $"{found} takes no length or precision. Write {found}; check lengths with a CONSTRAINT.");
        }
        var (precision, scale) = (type.Arguments[0], type.Arguments.Length > 1 ? type.Arguments[1] : 0);
        if (type.Arguments.Length > 2 || precision is < 1 or > DataType.MaxPrecision || scale > precision)
            throw new SqlError(Codes.UnknownType, type.Span, $"DECIMAL({string.Join(",", type.Arguments)}) does not exist: DECIMAL(p,s) has 1 to {DataType.MaxPrecision} digits, of which 0 to p stand after the point.");
        return DataType.Decimal(precision, scale);
    }
}
