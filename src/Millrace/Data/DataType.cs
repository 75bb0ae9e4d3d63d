namespace Millrace.Data;

/// <summary>The kinds of value a column can hold.</summary>
public enum TypeKind : byte
{
    /// <summary>The type of a bare NULL; fits every other type.</summary>
    Null,
    /// <summary>true or false; stored as a byte, 0 or 1.</summary>
    Boolean,
    /// <summary>32-bit signed integer.</summary>
    Integer,
    /// <summary>64-bit signed integer.</summary>
    BigInt,
    /// <summary>IEEE 754 binary64.</summary>
    Double,
    /// <summary>Exact decimal as a scaled integer: 64 bits up to 18 digits, 128 bits up to 38.</summary>
    Decimal,
    /// <summary>UTF-8 text.</summary>
    Text,
    /// <summary>Microseconds since 1970-01-01T00:00:00Z, as a 64-bit integer.</summary>
    Timestamp,
    /// <summary>Months, days and microseconds.</summary>
    Interval,
    /// <summary>Raw bytes.</summary>
    Bytes,
}

/// <summary>The type of a column or expression: a kind and, for DECIMAL, precision and scale.</summary>
/// <remarks>The default value is the type of NULL.</remarks>
public readonly record struct DataType(TypeKind Kind, byte Precision = 0, byte Scale = 0)
{
    /// <summary>Digits that a DECIMAL can hold at most.</summary>
    public const int MaxPrecision = 38;

    /// <summary>Digits up to which a DECIMAL is stored in 64 bits.</summary>
    public const int MaxLongPrecision = 18;

    /// <summary>The type of a bare NULL.</summary>
    public static DataType Null => default;
    /// <summary>BOOLEAN.</summary>
    public static DataType Boolean => new(TypeKind.Boolean);
    /// <summary>INTEGER, 32 bits.</summary>
    public static DataType Integer => new(TypeKind.Integer);
    /// <summary>BIGINT, 64 bits.</summary>
    public static DataType BigInt => new(TypeKind.BigInt);
    /// <summary>DOUBLE PRECISION.</summary>
    public static DataType Double => new(TypeKind.Double);
    /// <summary>TEXT, UTF-8.</summary>
    public static DataType Text => new(TypeKind.Text);
    /// <summary>TIMESTAMP, UTC microseconds.</summary>
    public static DataType Timestamp => new(TypeKind.Timestamp);
    /// <summary>INTERVAL.</summary>
    public static DataType Interval => new(TypeKind.Interval);
    /// <summary>BYTES.</summary>
    public static DataType Bytes => new(TypeKind.Bytes);

    /// <summary>DECIMAL(precision, scale).</summary>
    /// <param name="precision">All digits, 1 to 38.</param>
    /// <param name="scale">Digits after the point, 0 to precision.</param>
    public static DataType Decimal(int precision, int scale)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(precision, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(precision, MaxPrecision);
        ArgumentOutOfRangeException.ThrowIfNegative(scale);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(scale, precision);
        return new(TypeKind.Decimal, (byte)precision, (byte)scale);
    }

    /// <summary>Whether values are numbers.</summary>
    public bool IsNumeric => Kind is TypeKind.Integer or TypeKind.BigInt or TypeKind.Double or TypeKind.Decimal;

    /// <summary>Whether a DECIMAL needs 128 bits.</summary>
    public bool IsWideDecimal => Kind == TypeKind.Decimal && Precision > MaxLongPrecision;

    /// <summary>How values are laid out in a column.</summary>
    public Storage Storage => Kind switch
    {
        TypeKind.Boolean or TypeKind.Null => Storage.Byte,
        TypeKind.Integer => Storage.Int,
        TypeKind.BigInt or TypeKind.Timestamp => Storage.Long,
        TypeKind.Double => Storage.Double,
        TypeKind.Decimal => IsWideDecimal ? Storage.Int128 : Storage.Long,
        TypeKind.Interval => Storage.Interval,
        _ => Storage.Text,
    };

    /// <summary>The type as SQL writes it.</summary>
    public override string ToString() => Kind switch
    {
        TypeKind.Null => "NULL",
        TypeKind.Boolean => "BOOLEAN",
        TypeKind.Integer => "INTEGER",
        TypeKind.BigInt => "BIGINT",
        TypeKind.Double => "DOUBLE",
        TypeKind.Decimal => $"DECIMAL({Precision},{Scale})",
        TypeKind.Text => "TEXT",
        TypeKind.Timestamp => "TIMESTAMP",
        TypeKind.Interval => "INTERVAL",
        _ => "BYTES",
    };
}

/// <summary>The physical layouts of columns.</summary>
public enum Storage : byte
{
    /// <summary><see cref="Column{T}"/> of byte.</summary>
    Byte,
    /// <summary><see cref="Column{T}"/> of int.</summary>
    Int,
    /// <summary><see cref="Column{T}"/> of long.</summary>
    Long,
    /// <summary><see cref="Column{T}"/> of double.</summary>
    Double,
    /// <summary><see cref="Column{T}"/> of <see cref="System.Int128"/>.</summary>
    Int128,
    /// <summary><see cref="Column{T}"/> of <see cref="Data.Interval"/>.</summary>
    Interval,
    /// <summary><see cref="TextColumn"/>.</summary>
    Text,
}
