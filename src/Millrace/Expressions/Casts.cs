using System.Numerics;
using System.Text;
using Millrace.Data;
using Millrace.Expressions.Kernels;
using Millrace.Functions;

namespace Millrace.Expressions;

/// <summary>Which types convert into which, and which type two types have in common. Static and thread-safe.</summary>
public static class Casts
{
    /// <summary>Whether the binder may convert without being asked to: towards the wider number, and TEXT to TIMESTAMP or INTERVAL ('2024-01-31', '5 minutes').</summary>
    public static bool IsImplicit(DataType from, DataType to) => from == to || Cost(from, to) < int.MaxValue;

    /// <summary>Whether CAST can convert at all.</summary>
    public static bool IsPossible(DataType from, DataType to) =>
        from.Kind == to.Kind || from.Kind == TypeKind.Null || from.Kind == TypeKind.Text || to.Kind == TypeKind.Text || from.IsNumeric && to.IsNumeric
        || (from.Kind, to.Kind) is (TypeKind.Boolean, TypeKind.Integer or TypeKind.BigInt) or (TypeKind.Integer or TypeKind.BigInt, TypeKind.Boolean);

    /// <summary>The type that values of both have without loss of magnitude: for CASE, COALESCE, IN, UNION ALL and comparisons; null if there is none.</summary>
    public static DataType? Common(DataType a, DataType b)
    {
        if (a == b || b.Kind == TypeKind.Null) return a;
        if (a.Kind == TypeKind.Null) return b;
        if (a.IsNumeric && b.IsNumeric)
        {
            if (a.Kind == TypeKind.Double || b.Kind == TypeKind.Double) return DataType.Double;
            if (a.Kind == TypeKind.Decimal || b.Kind == TypeKind.Decimal) return DecimalRules.Common(DecimalRules.AsDecimal(a), DecimalRules.AsDecimal(b));
            return DataType.BigInt;
        }
        if (a.Kind == TypeKind.Text && b.Kind is TypeKind.Timestamp or TypeKind.Interval) return b;
        if (b.Kind == TypeKind.Text && a.Kind is TypeKind.Timestamp or TypeKind.Interval) return a;
        return null;
    }

    /// <summary>The type that all have in common, or null.</summary>
    public static DataType? Common(ReadOnlySpan<DataType> types)
    {
        DataType? common = DataType.Null;
        foreach (var type in types)
            if (common is { } c) common = Common(c, type);
        return common;
    }

    /// <summary>How far an implicit conversion goes; 0 for none, <see cref="int.MaxValue"/> where there is none.</summary>
    internal static int Cost(DataType from, DataType to) => (from.Kind, to.Kind) switch
    {
        _ when from == to => 0,
        (TypeKind.Null, _) => 0,
        (TypeKind.Integer, TypeKind.BigInt) => 1,
        (TypeKind.Integer or TypeKind.BigInt, TypeKind.Decimal) => 2,
        (TypeKind.Decimal, TypeKind.Decimal) => 1,
        (TypeKind.Integer or TypeKind.BigInt or TypeKind.Decimal, TypeKind.Double) => 3,
        (TypeKind.Text, TypeKind.Timestamp or TypeKind.Interval) => 4,
        _ => int.MaxValue,
    };

    /// <summary>The code of a conversion that <see cref="IsPossible"/>.</summary>
    internal static IScalarKernel Compile(DataType from, DataType to, bool isSoft)
    {
        if (from.Kind == TypeKind.Null) return new NullCast(to);
        if (from == to || from.Kind == to.Kind && from.Kind != TypeKind.Decimal) return new SameCast();
        if (to.Kind == TypeKind.Text) return new TextRowKernel(to, [null], (in Row row, Outcome outcome) => ValueText.Append(row.Column(0), row.Index, outcome.Text));
        if (from.Kind == TypeKind.Text) return FromText(to, isSoft);
        return (from.Storage, to.Storage) switch
        {
            (Storage.Byte, Storage.Int) => new ValueCast<byte, int, ByteToInt>(to, default, isSoft),
            (Storage.Byte, Storage.Long) => new ValueCast<byte, long, ByteToLong>(to, default, isSoft),
            (Storage.Int, Storage.Byte) => new ValueCast<int, byte, IntToByte>(to, default, isSoft),
            (Storage.Long, Storage.Byte) => new ValueCast<long, byte, LongToByte>(to, default, isSoft),
            (Storage.Int, Storage.Long) when to.Kind == TypeKind.BigInt => new IntToLongCast(),
            (Storage.Int, Storage.Double) => new IntToDoubleCast(),
            (Storage.Long, Storage.Double) when from.Kind == TypeKind.BigInt => new LongToDoubleCast(),
            (Storage.Long, Storage.Int) when from.Kind == TypeKind.BigInt => new ValueCast<long, int, LongToInt>(to, default, isSoft),
            (Storage.Double, Storage.Int) => new ValueCast<double, int, DoubleToInt>(to, default, isSoft),
            (Storage.Double, Storage.Long) when to.Kind == TypeKind.BigInt => new ValueCast<double, long, DoubleToLong>(to, default, isSoft),
            (Storage.Double, Storage.Long) => new ValueCast<double, long, DoubleToNarrow>(to, new(to), isSoft),
            (Storage.Double, _) => new ValueCast<double, Int128, DoubleToWide>(to, new(to), isSoft),
            (Storage.Long, Storage.Double) => new ValueCast<long, double, NarrowToDouble>(to, new(from.Scale), isSoft),
            (Storage.Int128, Storage.Double) => new ValueCast<Int128, double, WideToDouble>(to, new(from.Scale), isSoft),
            (Storage.Int, Storage.Long) => new ValueCast<int, long, IntToNarrow>(to, new(from, to), isSoft),
            (Storage.Int, _) => new ValueCast<int, Int128, IntToWide>(to, new(from, to), isSoft),
            // Same scale and no fewer digits: nothing to do.
            (Storage.Long, Storage.Long) when from.Kind == TypeKind.Decimal && to.Kind == TypeKind.Decimal && from.Scale == to.Scale && from.Precision <= to.Precision => new SameCast(),
            (Storage.Int128, Storage.Int128) when from.Scale == to.Scale && from.Precision <= to.Precision => new SameCast(),
            (Storage.Long, Storage.Int) => new ValueCast<long, int, NarrowToInt>(to, new(from, to), isSoft),
            (Storage.Long, Storage.Long) => new ValueCast<long, long, NarrowToNarrow>(to, new(from, to), isSoft),
            (Storage.Long, _) => new ValueCast<long, Int128, NarrowToWide>(to, new(from, to), isSoft),
            (_, Storage.Int) => new ValueCast<Int128, int, WideToInt>(to, new(from, to), isSoft),
            (_, Storage.Long) => new ValueCast<Int128, long, WideToNarrow>(to, new(from, to), isSoft),
            _ => new ValueCast<Int128, Int128, WideToWide>(to, new(from, to), isSoft),
        };
    }

    static IScalarKernel FromText(DataType to, bool isSoft)
    {
        return to.Kind switch
        {
            TypeKind.Boolean => new RowKernel<byte>(to, [null], (in Row row, Outcome outcome) =>
                ValueText.TryParseBoolean(row.Text(0), out var value) ? value ? (byte)1 : (byte)0 : Refuse<byte>(row.Text(0), outcome, "true or false")),
            TypeKind.Integer => new RowKernel<int>(to, [null], (in Row row, Outcome outcome) =>
                !ValueText.TryParseLong(row.Text(0), out var value) ? Refuse<int>(row.Text(0), outcome, "a whole number")
                : value == (int)value ? (int)value : Refuse<int>(row.Text(0), outcome, $"in the range of INTEGER ({Overflow.Range(to)})")),
            TypeKind.BigInt => new RowKernel<long>(to, [null], (in Row row, Outcome outcome) =>
                ValueText.TryParseLong(row.Text(0), out var value) ? value : Refuse<long>(row.Text(0), outcome, $"a whole number in the range of BIGINT ({Overflow.Range(to)})")),
            TypeKind.Double => new RowKernel<double>(to, [null], (in Row row, Outcome outcome) =>
                ValueText.TryParseDouble(row.Text(0), out var value) ? value : Refuse<double>(row.Text(0), outcome, "a number")),
            TypeKind.Decimal when to.IsWideDecimal => new RowKernel<Int128>(to, [null], (in Row row, Outcome outcome) =>
                ValueText.TryParseDecimal(row.Text(0), to.Precision, to.Scale, out var value) ? value : Refuse<Int128>(row.Text(0), outcome, $"a number that fits {to}")),
            TypeKind.Decimal => new RowKernel<long>(to, [null], (in Row row, Outcome outcome) =>
                ValueText.TryParseDecimal(row.Text(0), to.Precision, to.Scale, out var value) ? (long)value : Refuse<long>(row.Text(0), outcome, $"a number that fits {to}")),
            TypeKind.Timestamp => new RowKernel<long>(to, [null], (in Row row, Outcome outcome) =>
                ValueText.TryParseTimestamp(row.Text(0), out var value) ? value : Refuse<long>(row.Text(0), outcome, "a time such as 2024-01-31 12:00:00")),
            TypeKind.Interval => new RowKernel<Interval>(to, [null], (in Row row, Outcome outcome) =>
                ValueText.TryParseInterval(row.Text(0), out var value) ? value : Refuse<Interval>(row.Text(0), outcome, "an interval such as 5 minutes")),
            _ => new TextRowKernel(to, [null], (in Row row, Outcome outcome) => ToBytes(row.Text(0), outcome, isSoft)),
        };

        T Refuse<T>(ReadOnlySpan<byte> text, Outcome outcome, string expected) where T : unmanaged
        {
            if (isSoft) outcome.Null();
            else outcome.Fail($"{Quote(text)} is not {expected}");
            return default;
        }
    }

    /// <summary>The bytes of a text: \x and hex digits, or the text's own UTF-8.</summary>
    static void ToBytes(ReadOnlySpan<byte> text, Outcome outcome, bool isSoft)
    {
        if (!text.StartsWith("\\x"u8))
        {
            outcome.Append(text);
            return;
        }
        if (Hex.TryDecode(text[2..], outcome.Text)) return;
        if (isSoft) outcome.Null();
        else outcome.Fail($"{Quote(text)} is not \\x and pairs of hex digits");
    }

    /// <summary>A text as a message shows it: quoted and cut.</summary>
    internal static string Quote(ReadOnlySpan<byte> text) => text.Length <= 60 ? $"'{Encoding.UTF8.GetString(text)}'" : $"'{Encoding.UTF8.GetString(text[..57])}...'";

    /// <summary>A decimal as a message shows it.</summary>
    internal static string Show(Int128 value, int scale)
    {
        Span<byte> text = stackalloc byte[ValueText.MaxLength];
        return Encoding.UTF8.GetString(text[..ValueText.FormatDecimal(value, scale, text)]);
    }
}

/// <summary>NULL of some type.</summary>
internal sealed class NullCast(DataType to) : IScalarKernel
{
    public Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors) => Nulls(arguments[0].Home, to, rows);

    public static Column Nulls(MemoryAccountant memory, DataType type, int rows)
    {
        var result = memory.Rent(type);
        result.Length = rows;
        result.BecomeNull();
        return result;
    }
}

/// <summary>A conversion that changes no value.</summary>
internal sealed class SameCast : IScalarKernel
{
    public Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors) => arguments[0].Retain();
}

internal sealed class IntToLongCast : IScalarKernel
{
    public Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors)
    {
        var result = arguments[0].Home.Rent<long>(DataType.BigInt);
        result.Length = rows;
        result.CopyValidity(arguments[0]);
        Conversions.Widen(((Column<int>)arguments[0]).Values, result.Values);
        return result;
    }
}

internal sealed class IntToDoubleCast : IScalarKernel
{
    public Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors)
    {
        var result = arguments[0].Home.Rent<double>(DataType.Double);
        result.Length = rows;
        result.CopyValidity(arguments[0]);
        Conversions.ToDouble(((Column<int>)arguments[0]).Values, result.Values);
        return result;
    }
}

internal sealed class LongToDoubleCast : IScalarKernel
{
    public Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors)
    {
        var result = arguments[0].Home.Rent<double>(DataType.Double);
        result.Length = rows;
        result.CopyValidity(arguments[0]);
        Conversions.ToDouble(((Column<long>)arguments[0]).Values, result.Values);
        return result;
    }
}

/// <summary>The loops of conversions that cannot fail.</summary>
internal static class Conversions
{
    public static void Widen(ReadOnlySpan<int> from, Span<long> to)
    {
        var i = 0;
        for (; i <= from.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            Vector.Widen(new Vector<int>(from[i..]), out var low, out var high);
            low.CopyTo(to[i..]);
            high.CopyTo(to[(i + Vector<long>.Count)..]);
        }
        for (; i < from.Length; i++) to[i] = from[i];
    }

    public static void ToDouble(ReadOnlySpan<int> from, Span<double> to)
    {
        var i = 0;
        for (; i <= from.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            Vector.Widen(new Vector<int>(from[i..]), out var low, out var high);
            Vector.ConvertToDouble(low).CopyTo(to[i..]);
            Vector.ConvertToDouble(high).CopyTo(to[(i + Vector<long>.Count)..]);
        }
        for (; i < from.Length; i++) to[i] = from[i];
    }

    public static void ToDouble(ReadOnlySpan<long> from, Span<double> to)
    {
        var i = 0;
        for (; i <= from.Length - Vector<long>.Count; i += Vector<long>.Count) Vector.ConvertToDouble(new Vector<long>(from[i..])).CopyTo(to[i..]);
        for (; i < from.Length; i++) to[i] = from[i];
    }
}

/// <summary>A conversion of one value that may fail. A struct with what it needs to know, so that the loop is compiled for it.</summary>
internal interface IConversion<TFrom, TTo>
{
    bool TryConvert(TFrom from, out TTo to);
    string Message(TFrom from);
}

/// <summary>The loop of such conversions.</summary>
internal sealed class ValueCast<TFrom, TTo, TConversion>(DataType to, TConversion conversion, bool isSoft) : IScalarKernel
    where TFrom : unmanaged
    where TTo : unmanaged
    where TConversion : struct, IConversion<TFrom, TTo>
{
    public Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors)
    {
        var from = ((Column<TFrom>)arguments[0]).Values;
        var result = arguments[0].Home.Rent<TTo>(to);
        result.Length = rows;
        result.CopyValidity(arguments[0]);
        var values = result.Values;
        var convert = conversion;
        for (var i = 0; i < values.Length; i++)
            if (!convert.TryConvert(from[i], out values[i])) Refuse(result, i, from[i], errors);
        return result;
    }

    void Refuse(Column<TTo> result, int row, TFrom value, RowErrors errors)
    {
        if (result.IsNull(row)) return;
        if (isSoft) result.SetNull(row);
        else Validity.Fail(result, row, errors, conversion.Message(value));
    }
}

internal readonly struct ByteToInt : IConversion<byte, int>
{
    public bool TryConvert(byte from, out int to) { to = from; return true; }
    public string Message(byte from) => "";
}

internal readonly struct ByteToLong : IConversion<byte, long>
{
    public bool TryConvert(byte from, out long to) { to = from; return true; }
    public string Message(byte from) => "";
}

internal readonly struct IntToByte : IConversion<int, byte>
{
    public bool TryConvert(int from, out byte to) { to = from != 0 ? (byte)1 : (byte)0; return true; }
    public string Message(int from) => "";
}

internal readonly struct LongToByte : IConversion<long, byte>
{
    public bool TryConvert(long from, out byte to) { to = from != 0 ? (byte)1 : (byte)0; return true; }
    public string Message(long from) => "";
}

internal readonly struct LongToInt : IConversion<long, int>
{
    public bool TryConvert(long from, out int to) { to = (int)from; return to == from; }
    public string Message(long from) => $"{from} is out of range for INTEGER ({Overflow.Range(DataType.Integer)})";
}

internal readonly struct DoubleToInt : IConversion<double, int>
{
    public bool TryConvert(double from, out int to)
    {
        var rounded = Math.Round(from, MidpointRounding.ToEven);
        var fits = rounded is >= int.MinValue and <= int.MaxValue;
        to = fits ? (int)rounded : 0;
        return fits;
    }
    public string Message(double from) => $"{from.ToString(System.Globalization.CultureInfo.InvariantCulture)} is out of range for INTEGER ({Overflow.Range(DataType.Integer)})";
}

internal readonly struct DoubleToLong : IConversion<double, long>
{
    public bool TryConvert(double from, out long to)
    {
        var rounded = Math.Round(from, MidpointRounding.ToEven);
        var fits = rounded is >= long.MinValue and < 9223372036854775808.0;
        to = fits ? (long)rounded : 0;
        return fits;
    }
    public string Message(double from) => $"{from.ToString(System.Globalization.CultureInfo.InvariantCulture)} is out of range for BIGINT ({Overflow.Range(DataType.BigInt)})";
}

/// <summary>DOUBLE to DECIMAL through its shortest digits, as a reader of the number would round it: 1.005 to two digits is 1.01.</summary>
internal readonly struct DoubleToWide(DataType to) : IConversion<double, Int128>
{
    public bool TryConvert(double from, out Int128 result)
    {
        result = 0;
        if (!double.IsFinite(from)) return false;
        // Away from a half the product rounds like the digits do.
        var scaled = from * Powers.Double(to.Scale);
        var magnitude = Math.Abs(scaled);
        if (magnitude < 1e14)
        {
            var floor = Math.Floor(magnitude);
            if (Math.Abs(magnitude - floor - 0.5) > 0.01)
            {
                var rounded = (long)(magnitude - floor > 0.5 ? floor + 1 : floor);
                result = scaled < 0 ? -rounded : rounded;
                return Powers.Fits(result, to.Precision);
            }
        }
        Span<byte> text = stackalloc byte[ValueText.MaxLength];
        return ValueText.TryParseDecimal(text[..ValueText.FormatDouble(from, text)], to.Precision, to.Scale, out result);
    }
    public string Message(double from) => $"{from.ToString(System.Globalization.CultureInfo.InvariantCulture)} does not fit {to} ({Overflow.Range(to)})";
}

internal readonly struct DoubleToNarrow(DataType to) : IConversion<double, long>
{
    readonly DoubleToWide _wide = new(to);
    public bool TryConvert(double from, out long result)
    {
        var fits = _wide.TryConvert(from, out var wide);
        result = (long)wide;
        return fits;
    }
    public string Message(double from) => _wide.Message(from);
}

internal readonly struct NarrowToDouble(int scale) : IConversion<long, double>
{
    readonly double _power = Powers.Double(scale);
    public bool TryConvert(long from, out double to)
    {
        // Both exact, so one rounding: the nearest double.
        to = from is > -(1L << 53) and < 1L << 53 ? from / _power : WideToDouble.Slow(from, scale);
        return true;
    }
    public string Message(long from) => "";
}

internal readonly struct WideToDouble(int scale) : IConversion<Int128, double>
{
    readonly double _power = Powers.Double(scale);
    public bool TryConvert(Int128 from, out double to)
    {
        to = scale <= 22 && from > -(1L << 53) && from < 1L << 53 ? (long)from / _power : Slow(from, scale);
        return true;
    }
    public static double Slow(Int128 from, int scale)
    {
        Span<byte> text = stackalloc byte[ValueText.MaxLength];
        return double.Parse(text[..ValueText.FormatDecimal(from, scale, text)], System.Globalization.CultureInfo.InvariantCulture);
    }
    public string Message(Int128 from) => "";
}

/// <summary>Between exact numbers: more digits after the point or fewer, rounded half away from zero.</summary>
internal readonly struct Rescale(DataType from, DataType to)
{
    readonly int _more = Scale(to) - Scale(from);
    readonly long _factor = Scale(to) - Scale(from) is >= 0 and <= 18 and var more ? Powers.Long(more) : 0;
    readonly Int128 _limit = Powers.Wide(to.Kind switch { TypeKind.Decimal => to.Precision, TypeKind.Integer => 10, _ => 19 });

    static int Scale(DataType type) => type.Scale;

    public bool TryConvert(Int128 value, out Int128 result)
    {
        if (_more >= 0)
        {
            if (_factor == 0 || value != (long)value)
            {
                // Would it overflow 128 bits?
                result = value;
                if (value == 0) return true;
                if (!Powers.Fits(value, Math.Max(0, 38 - _more))) return false;
                result = value * Powers.Wide(_more);
            }
            else result = Math.BigMul((long)value, _factor);
        }
        else result = Powers.Shrink(value, -_more);
        return result < _limit && result > -_limit;
    }

    /// <summary>As <see cref="TryConvert(Int128, out Int128)"/> where both are of 64 bits.</summary>
    public bool TryConvert(long value, out long result)
    {
        if (_more >= 0)
        {
            if (_factor == 0)
            {
                result = 0;
                return value == 0;
            }
            var high = Math.BigMul(value, _factor, out result);
            if (high != result >> 63) return false;
        }
        else result = Powers.ShrinkLong(value, -_more);
        return result < _limit && result > -_limit;
    }

    public string Message(Int128 value) => $"{Casts.Show(value, from.Scale)} does not fit {to} ({Overflow.Range(to)})";
}

internal readonly struct IntToNarrow(DataType from, DataType to) : IConversion<int, long>
{
    readonly Rescale _rescale = new(from, to);
    public bool TryConvert(int from, out long to) => _rescale.TryConvert(from, out to);
    public string Message(int from) => _rescale.Message(from);
}

internal readonly struct IntToWide(DataType from, DataType to) : IConversion<int, Int128>
{
    readonly Rescale _rescale = new(from, to);
    public bool TryConvert(int from, out Int128 to) => _rescale.TryConvert(from, out to);
    public string Message(int from) => _rescale.Message(from);
}

internal readonly struct NarrowToInt(DataType from, DataType to) : IConversion<long, int>
{
    readonly Rescale _rescale = new(from, to);
    public bool TryConvert(long from, out int to)
    {
        var fits = _rescale.TryConvert(from, out long wide);
        to = (int)wide;
        return fits && to == wide;
    }
    public string Message(long from) => _rescale.Message(from);
}

internal readonly struct NarrowToNarrow(DataType from, DataType to) : IConversion<long, long>
{
    readonly Rescale _rescale = new(from, to);
    public bool TryConvert(long from, out long to) => _rescale.TryConvert(from, out to);
    public string Message(long from) => _rescale.Message(from);
}

internal readonly struct NarrowToWide(DataType from, DataType to) : IConversion<long, Int128>
{
    readonly Rescale _rescale = new(from, to);
    public bool TryConvert(long from, out Int128 to) => _rescale.TryConvert(from, out to);
    public string Message(long from) => _rescale.Message(from);
}

internal readonly struct WideToInt(DataType from, DataType to) : IConversion<Int128, int>
{
    readonly Rescale _rescale = new(from, to);
    public bool TryConvert(Int128 from, out int to)
    {
        var fits = _rescale.TryConvert(from, out var wide);
        to = (int)wide;
        return fits && to == wide;
    }
    public string Message(Int128 from) => _rescale.Message(from);
}

internal readonly struct WideToNarrow(DataType from, DataType to) : IConversion<Int128, long>
{
    readonly Rescale _rescale = new(from, to);
    public bool TryConvert(Int128 from, out long to)
    {
        var fits = _rescale.TryConvert(from, out var wide);
        to = (long)wide;
        return fits && to == wide;
    }
    public string Message(Int128 from) => _rescale.Message(from);
}

internal readonly struct WideToWide(DataType from, DataType to) : IConversion<Int128, Int128>
{
    readonly Rescale _rescale = new(from, to);
    public bool TryConvert(Int128 from, out Int128 to) => _rescale.TryConvert(from, out to);
    public string Message(Int128 from) => _rescale.Message(from);
}

/// <summary>Pairs of hex digits.</summary>
internal static class Hex
{
    public static bool TryDecode(ReadOnlySpan<byte> text, ByteBuffer target)
    {
        if ((text.Length & 1) != 0) return false;
        for (var i = 0; i < text.Length; i += 2)
        {
            var (high, low) = (Digit(text[i]), Digit(text[i + 1]));
            if (high < 0 || low < 0) return false;
            target.Append((byte)(high << 4 | low));
        }
        return true;
    }

    public static int Digit(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => -1,
    };
}
