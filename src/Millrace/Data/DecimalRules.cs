namespace Millrace.Data;

/// <summary>The one table that fixes precision and scale of arithmetic on DECIMAL.</summary>
/// <remarks>
/// <para>
/// INTEGER counts as DECIMAL(10,0), BIGINT as DECIMAL(19,0); anything with DOUBLE is DOUBLE. With p and s of the operands:
/// a + b, a - b: scale max(s1, s2), precision max(p1 - s1, p2 - s2) + scale + 1; a * b: scale s1 + s2, precision p1 + p2;
/// a / b: scale max(6, s1), precision p1 - s1 + s2 + scale; a % b: scale max(s1, s2), precision min(p1 - s1, p2 - s2) + scale.
/// SUM: DECIMAL(38, s); AVG: DECIMAL(38, max(6, s)), rounded half away from zero; MIN and MAX: unchanged.
/// Precision is cut at 38; a scale that then leaves fewer than the integer digits needed is cut too, but not below min(scale, 6).
/// A result that does not fit is an error of the row, never a wrapped number.
/// </para>
/// </remarks>
public static class DecimalRules
{
    /// <summary>The DECIMAL that an exact number counts as.</summary>
    public static DataType AsDecimal(DataType type) => type.Kind switch
    {
        TypeKind.Integer => DataType.Decimal(10, 0),
        TypeKind.BigInt => DataType.Decimal(19, 0),
        TypeKind.Decimal => type,
        TypeKind.Null => DataType.Decimal(1, 0),
        _ => throw new ArgumentException($"{type} is not an exact number.", nameof(type)),
    };

    /// <summary>a + b and a - b.</summary>
    public static DataType Add(DataType a, DataType b)
    {
        var scale = Math.Max(a.Scale, b.Scale);
        return Fit(Math.Max(a.Precision - a.Scale, b.Precision - b.Scale) + scale + 1, scale);
    }

    /// <summary>a * b.</summary>
    public static DataType Multiply(DataType a, DataType b) => Fit(a.Precision + b.Precision, a.Scale + b.Scale);

    /// <summary>a / b.</summary>
    public static DataType Divide(DataType a, DataType b)
    {
        var scale = Math.Max((byte)6, a.Scale);
        return Fit(a.Precision - a.Scale + b.Scale + scale, scale);
    }

    /// <summary>a % b.</summary>
    public static DataType Remainder(DataType a, DataType b)
    {
        var scale = Math.Max(a.Scale, b.Scale);
        return Fit(Math.Max(1, Math.Min(a.Precision - a.Scale, b.Precision - b.Scale) + scale), scale);
    }

    /// <summary>The type that holds every value of both: for CASE, COALESCE, UNION ALL and comparison.</summary>
    public static DataType Common(DataType a, DataType b)
    {
        var scale = Math.Max(a.Scale, b.Scale);
        return Fit(Math.Max(a.Precision - a.Scale, b.Precision - b.Scale) + scale, scale);
    }

    /// <summary>SUM.</summary>
    public static DataType Sum(DataType a) => DataType.Decimal(DataType.MaxPrecision, a.Scale);

    /// <summary>AVG.</summary>
    public static DataType Average(DataType a) => DataType.Decimal(DataType.MaxPrecision, Math.Max((byte)6, a.Scale));

    static DataType Fit(int precision, int scale)
    {
        if (precision <= DataType.MaxPrecision) return DataType.Decimal(Math.Max(precision, Math.Max(1, scale)), scale);
        var integers = precision - scale;
        scale = Math.Max(DataType.MaxPrecision - integers, Math.Min(scale, 6));
        return DataType.Decimal(DataType.MaxPrecision, scale);
    }
}
