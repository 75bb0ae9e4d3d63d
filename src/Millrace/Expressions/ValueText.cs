using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Millrace.Data;
using Millrace.Expressions.Kernels;

namespace Millrace.Expressions;

/// <summary>The text forms of values, as PostgreSQL writes and reads them. Casts, the command line and formats share them.</summary>
/// <remarks>Static and thread-safe. Nothing here allocates except the convenience forms that return strings.</remarks>
public static class ValueText
{
    /// <summary>Bytes that the form of any value of fixed size takes at most.</summary>
    public const int MaxLength = 160;

    /// <summary>The text of a row's value; "NULL" where it is NULL. TEXT as it is, BYTES as \x and hex digits.</summary>
    public static string Format(Column column, int row)
    {
        if (column.IsNull(row)) return "NULL";
        if (column is TextColumn text && column.Type.Kind == TypeKind.Text) return Encoding.UTF8.GetString(text[row]);
        var buffer = new ByteBuffer();
        Append(column, row, buffer);
        return Encoding.UTF8.GetString(buffer.Written);
    }

    internal static void Append(Column column, int row, ByteBuffer target)
    {
        var room = target.Reserve(MaxLength);
        switch (column.Type.Kind)
        {
            case TypeKind.Null: break;
            case TypeKind.Boolean: target.Append(((Column<byte>)column)[row] != 0 ? "true"u8 : "false"u8); break;
            case TypeKind.Integer: target.Append(((Column<int>)column)[row]); break;
            case TypeKind.BigInt: target.Append(((Column<long>)column)[row]); break;
            case TypeKind.Double: target.Advance(FormatDouble(((Column<double>)column)[row], room)); break;
            case TypeKind.Decimal when column is Column<long> narrow: target.Advance(FormatDecimal(narrow[row], column.Type.Scale, room)); break;
            case TypeKind.Decimal: target.Advance(FormatDecimal(((Column<Int128>)column)[row], column.Type.Scale, room)); break;
            case TypeKind.Timestamp: target.Advance(FormatTimestamp(((Column<long>)column)[row], room)); break;
            case TypeKind.Interval: target.Advance(FormatInterval(((Column<Interval>)column)[row], room)); break;
            case TypeKind.Text: target.Append(((TextColumn)column)[row]); break;
            default: AppendHex(((TextColumn)column)[row], target); break;
        }
    }

    static void AppendHex(ReadOnlySpan<byte> bytes, ByteBuffer target)
    {
        target.Append("\\x"u8);
        foreach (var b in bytes)
        {
            target.Append("0123456789abcdef"u8[b >> 4]);
            target.Append("0123456789abcdef"u8[b & 15]);
        }
    }

    /// <summary>The shortest digits that read back as the same number, with an exponent below 0.0001 and from 1e15: 0.1, 1e+20, NaN, -Infinity.</summary>
    /// <returns>Bytes written.</returns>
    public static int FormatDouble(double value, Span<byte> target)
    {
        if (double.IsInfinity(value))
        {
            var name = value > 0 ? "Infinity"u8 : "-Infinity"u8;
            name.CopyTo(target);
            return name.Length;
        }
        value.TryFormat(target, out var written, default, CultureInfo.InvariantCulture);
        if (target[..written].IndexOf((byte)'E') is >= 0 and var e) target[e] = (byte)'e';
        return written;
    }

    /// <summary>A scaled integer with its point: 12345 of scale 2 is 123.45.</summary>
    /// <returns>Bytes written.</returns>
    public static int FormatDecimal(Int128 value, int scale, Span<byte> target)
    {
        Span<byte> digits = stackalloc byte[40];
        var magnitude = Int128.IsNegative(value) ? (UInt128)(-value) : (UInt128)value;
        int count;
        if (magnitude <= ulong.MaxValue) Utf8Formatter.TryFormat((ulong)magnitude, digits, out count);
        else magnitude.TryFormat(digits, out count, default, CultureInfo.InvariantCulture);
        var length = 0;
        if (value < 0) target[length++] = (byte)'-';
        if (count <= scale) target[length++] = (byte)'0';
        else
        {
            digits[..(count - scale)].CopyTo(target[length..]);
            length += count - scale;
        }
        if (scale == 0) return length;
        target[length++] = (byte)'.';
        var zeros = Math.Max(0, scale - count);
        target.Slice(length, zeros).Fill((byte)'0');
        length += zeros;
        var fraction = digits[Math.Max(0, count - scale)..count];
        fraction.CopyTo(target[length..]);
        return length + fraction.Length;
    }

    /// <summary>2024-01-31 12:00:00, with as many digits of a second as it has; infinity and -infinity; years before 1 with a minus.</summary>
    /// <returns>Bytes written.</returns>
    public static int FormatTimestamp(long microseconds, Span<byte> target)
    {
        if (Calendar.IsInfinite(microseconds))
        {
            var name = microseconds > 0 ? "infinity"u8 : "-infinity"u8;
            name.CopyTo(target);
            return name.Length;
        }
        var days = Calendar.FloorDivide(microseconds, Calendar.Day);
        var (year, month, day) = Calendar.FromDays(days);
        var length = 0;
        if (year < 0) target[length++] = (byte)'-';
        length += Digits(Math.Abs(year), 4, target[length..]);
        target[length++] = (byte)'-';
        length += Digits(month, 2, target[length..]);
        target[length++] = (byte)'-';
        length += Digits(day, 2, target[length..]);
        target[length++] = (byte)' ';
        return length + Clock(microseconds - days * Calendar.Day, target[length..]);
    }

    /// <summary>1 year 2 mons 3 days 04:05:06.5; nothing at all is 00:00:00.</summary>
    /// <returns>Bytes written.</returns>
    public static int FormatInterval(Interval value, Span<byte> target)
    {
        var length = 0;
        var isAfterNegative = false;
        Unit(value.Months / 12, "year", target);
        Unit(value.Months % 12, "mon", target);
        Unit(value.Days, "day", target);
        if (value.Microseconds == 0 && length > 0) return length;
        if (length > 0) target[length++] = (byte)' ';
        if (value.Microseconds < 0) target[length++] = (byte)'-';
        else if (isAfterNegative) target[length++] = (byte)'+';
        return length + Clock(value.Microseconds < 0 ? 0 - (ulong)value.Microseconds : (ulong)value.Microseconds, target[length..]);

        void Unit(int count, string name, Span<byte> target)
        {
            if (count == 0) return;
            if (length > 0) target[length++] = (byte)' ';
            if (count > 0 && isAfterNegative) target[length++] = (byte)'+';
            isAfterNegative = count < 0;
            Utf8Formatter.TryFormat(count, target[length..], out var written);
            length += written;
            target[length++] = (byte)' ';
            length += Encoding.UTF8.GetBytes(name, target[length..]);
            if (count != 1) target[length++] = (byte)'s';
        }
    }

    static int Clock(long microseconds, Span<byte> target) => Clock((ulong)microseconds, target);

    static int Clock(ulong microseconds, Span<byte> target)
    {
        var length = Digits((long)(microseconds / 3_600_000_000), 2, target);
        target[length++] = (byte)':';
        length += Digits((long)(microseconds / 60_000_000 % 60), 2, target[length..]);
        target[length++] = (byte)':';
        length += Digits((long)(microseconds / 1_000_000 % 60), 2, target[length..]);
        var fraction = (long)(microseconds % 1_000_000);
        if (fraction == 0) return length;
        target[length++] = (byte)'.';
        length += Digits(fraction, 6, target[length..]);
        while (target[length - 1] == '0') length--;
        return length;
    }

    static int Digits(long value, int count, Span<byte> target)
    {
        Utf8Formatter.TryFormat(value, target, out var written, new('D', (byte)count));
        return written;
    }

    /// <summary>Reads true, t, yes, y, on, 1 and their opposites, in any case, blanks around them allowed.</summary>
    public static bool TryParseBoolean(ReadOnlySpan<byte> text, out bool value)
    {
        text = Trim(text);
        value = false;
        if (Is(text, "true"u8) || Is(text, "t"u8) || Is(text, "yes"u8) || Is(text, "y"u8) || Is(text, "on"u8) || Is(text, "1"u8))
        {
            value = true;
            return true;
        }
        return Is(text, "false"u8) || Is(text, "f"u8) || Is(text, "no"u8) || Is(text, "n"u8) || Is(text, "off"u8) || Is(text, "0"u8);
    }

    /// <summary>Reads a whole number of 64 bits, blanks around it allowed.</summary>
    public static bool TryParseLong(ReadOnlySpan<byte> text, out long value)
    {
        text = Trim(text);
        value = 0;
        if (text.IsEmpty) return false;
        var isNegative = text[0] == '-';
        var i = text[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        if (i == text.Length) return false;
        var magnitude = 0UL;
        for (; i < text.Length; i++)
        {
            var digit = (uint)text[i] - '0';
            if (digit > 9 || magnitude > 922_337_203_685_477_580) return false;
            magnitude = magnitude * 10 + digit;
        }
        if (magnitude > (isNegative ? 1UL << 63 : long.MaxValue)) return false;
        value = isNegative ? (long)(0 - magnitude) : (long)magnitude;
        return true;
    }

    /// <summary>Reads a number, NaN, Infinity or -Infinity, blanks around it allowed.</summary>
    public static bool TryParseDouble(ReadOnlySpan<byte> text, out double value)
    {
        text = Trim(text);
        value = 0;
        if (text.IsEmpty) return false;
        if (Is(text, "nan"u8)) value = double.NaN;
        else if (Is(text, "infinity"u8) || Is(text, "inf"u8) || Is(text, "+infinity"u8)) value = double.PositiveInfinity;
        else if (Is(text, "-infinity"u8) || Is(text, "-inf"u8)) value = double.NegativeInfinity;
        else return double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
        return true;
    }

    /// <summary>Reads a decimal number (an exponent is allowed) as a scaled integer, rounded half away from zero; false if it is none or has more digits than fit.</summary>
    public static bool TryParseDecimal(ReadOnlySpan<byte> text, int precision, int scale, out Int128 value)
    {
        text = Trim(text);
        value = 0;
        var i = 0;
        var isNegative = false;
        if (i < text.Length && text[i] is (byte)'-' or (byte)'+') isNegative = text[i++] == '-';
        var start = i;
        Int128 digits = 0;
        int kept = 0, afterPoint = 0, dropped = 0, firstDropped = -1, seen = 0;
        var isPastPoint = false;
        for (; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '.' && !isPastPoint)
            {
                isPastPoint = true;
                continue;
            }
            var digit = (uint)c - '0';
            if (digit > 9) break;
            seen++;
            if (kept < 38)
            {
                digits = digits * 10 + digit;
                if (digits != 0) kept++;
                if (isPastPoint) afterPoint++;
            }
            else
            {
                if (firstDropped < 0) firstDropped = (int)digit;
                if (!isPastPoint) dropped++;
            }
        }
        if (seen == 0 || i == start) return false;
        var exponent = 0L;
        if (i < text.Length)
        {
            if ((text[i] | 0x20) != 'e' || !TryParseLong(text[(i + 1)..], out exponent) || exponent is > 1000 or < -1000 || text[i + 1] == ' ') return false;
        }
        if (digits == 0) return true;
        // The number is digits * 10^shift; wanted is digits * 10^(shift + scale).
        var shift = exponent + dropped - afterPoint + scale;
        if (shift >= 0)
        {
            if (shift > 38 || kept + shift > precision) return false;
            value = digits * Powers.Wide((int)shift);
            // Digits past the 38th cannot count below a scale that is kept in full.
            if (firstDropped >= 5 && shift == 0) value++;
        }
        else
        {
            if (shift < -38) return true;
            value = Powers.Shrink(digits, (int)-shift);
        }
        if (!Powers.Fits(value, precision)) return false;
        if (isNegative) value = -value;
        return true;
    }

    /// <summary>
    /// Reads a time as ISO 8601 and PostgreSQL do: 2024-01-31, 2024-01-31 12:00, 2024-01-31T12:00:00.123456Z, ...+02:00; infinity and -infinity.
    /// Without a zone it is UTC; digits past microseconds are rounded.
    /// </summary>
    public static bool TryParseTimestamp(ReadOnlySpan<byte> text, out long microseconds) => TryParseTimestamp(text, out microseconds, out _);

    /// <summary>As <see cref="TryParseTimestamp(ReadOnlySpan{byte}, out long)"/>; also says whether the text named a zone.</summary>
    public static bool TryParseTimestamp(ReadOnlySpan<byte> text, out long microseconds, out bool hasZone)
    {
        text = Trim(text);
        microseconds = 0;
        hasZone = false;
        if (Is(text, "infinity"u8)) { microseconds = long.MaxValue; return true; }
        if (Is(text, "-infinity"u8)) { microseconds = long.MinValue; return true; }
        if (Is(text, "epoch"u8)) return true;
        var at = 0;
        var isNegative = text.Length > 0 && text[0] == '-';
        if (isNegative) at++;
        if (!Number(text, ref at, 4, 6, out var year) || !Skip(text, ref at, '-') || !Number(text, ref at, 1, 2, out var month) || !Skip(text, ref at, '-')
            || !Number(text, ref at, 1, 2, out var day)) return false;
        if (isNegative) year = -year;
        if (month is < 1 or > 12 || day < 1 || day > Calendar.DaysInMonth(year, month)) return false;
        long clock = 0;
        if (at < text.Length && text[at] is (byte)'T' or (byte)'t' or (byte)' ')
        {
            at++;
            while (at < text.Length && text[at] == ' ') at++;
            if (!Number(text, ref at, 1, 2, out var hour) || !Skip(text, ref at, ':') || !Number(text, ref at, 2, 2, out var minute)) return false;
            var second = 0;
            var fraction = 0L;
            if (Skip(text, ref at, ':'))
            {
                if (!Number(text, ref at, 2, 2, out second)) return false;
                if (Skip(text, ref at, '.') || Skip(text, ref at, ','))
                    if (!Fraction(text, ref at, out fraction)) return false;
            }
            if (hour > 24 || minute > 59 || second > 60 || hour == 24 && (minute | second | (int)fraction) != 0) return false;
            clock = hour * Calendar.Hour + minute * Calendar.Minute + second * Calendar.Second + fraction;
        }
        while (at < text.Length && text[at] == ' ') at++;
        var offset = 0L;
        if (at < text.Length)
        {
            hasZone = true;
            if (text[at] is (byte)'Z' or (byte)'z') at++;
            else if (Is(text[at..], "utc"u8) || Is(text[at..], "gmt"u8)) at += 3;
            else
            {
                var sign = text[at] == '-' ? -1 : 1;
                if (text[at++] is not ((byte)'+' or (byte)'-')) return false;
                var minutes = 0;
                if (!Number(text, ref at, 1, 2, out var hours)) return false;
                if (at < text.Length)
                {
                    Skip(text, ref at, ':');
                    if (!Number(text, ref at, 2, 2, out minutes)) return false;
                }
                if (hours > 15 || minutes > 59) return false;
                offset = sign * (hours * Calendar.Hour + minutes * Calendar.Minute);
            }
        }
        if (at != text.Length) return false;
        var total = (Int128)Calendar.ToDays(year, month, day) * Calendar.Day + clock - offset;
        microseconds = (long)total;
        return total == microseconds && !Calendar.IsInfinite(microseconds);
    }

    /// <summary>Reads an interval: '1 year 2 mons 3 days 04:05:06.5', '5 minutes', '1.5 hours', '90 s', '2 weeks ago', 'P1DT2H30M'.</summary>
    public static bool TryParseInterval(ReadOnlySpan<byte> text, out Interval value)
    {
        text = Trim(text);
        value = default;
        if (text.IsEmpty) return false;
        var sign = 1;
        if (text.Length > 4 && Is(text[^4..], " ago"u8))
        {
            sign = -1;
            text = Trim(text[..^4]);
        }
        decimal months = 0, days = 0, microseconds = 0;
        var at = 0;
        var isIso = text[0] is (byte)'P' or (byte)'p';
        var isTimePart = false;
        var isAny = false;
        try
        {
            if (isIso) at++;
            while (at < text.Length)
            {
                if (text[at] == ' ') { at++; continue; }
                if (isIso && text[at] is (byte)'T' or (byte)'t' && isIso) { isTimePart = true; at++; continue; }
                var start = at;
                while (at < text.Length && text[at] is (byte)'-' or (byte)'+' or (byte)'.' || at < text.Length && (uint)text[at] - '0' <= 9) at++;
                if (start == at) return false;
                if (at < text.Length && text[at] == ':')
                {
                    if (isIso || !ClockParts(text, start, ref at, out var clock)) return false;
                    microseconds += clock;
                    isAny = true;
                    continue;
                }
                if (!decimal.TryParse(text[start..at], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
                while (!isIso && at < text.Length && text[at] == ' ') at++;
                var unitStart = at;
                while (at < text.Length && (uint)(text[at] | 0x20) - 'a' <= 25 && !(isIso && at > unitStart)) at++;
                var unit = text[unitStart..at];
                if (isIso)
                {
                    if (unit.IsEmpty) return false;
                    switch ((char)(unit[0] & ~0x20))
                    {
                        case 'Y': months += number * 12; break;
                        case 'M' when !isTimePart: months += number; break;
                        case 'W': days += number * 7; break;
                        case 'D': days += number; break;
                        case 'H': microseconds += number * Calendar.Hour; break;
                        case 'M': microseconds += number * Calendar.Minute; break;
                        case 'S': microseconds += number * Calendar.Second; break;
                        default: return false;
                    }
                }
                else if (unit.IsEmpty || Is(unit, "s"u8) || Is(unit, "sec"u8) || Is(unit, "secs"u8) || Is(unit, "second"u8) || Is(unit, "seconds"u8)) microseconds += number * Calendar.Second;
                else if (Is(unit, "us"u8) || Is(unit, "usec"u8) || Is(unit, "microsecond"u8) || Is(unit, "microseconds"u8)) microseconds += number;
                else if (Is(unit, "ms"u8) || Is(unit, "msec"u8) || Is(unit, "millisecond"u8) || Is(unit, "milliseconds"u8)) microseconds += number * 1000;
                else if (Is(unit, "m"u8) || Is(unit, "min"u8) || Is(unit, "mins"u8) || Is(unit, "minute"u8) || Is(unit, "minutes"u8)) microseconds += number * Calendar.Minute;
                else if (Is(unit, "h"u8) || Is(unit, "hr"u8) || Is(unit, "hrs"u8) || Is(unit, "hour"u8) || Is(unit, "hours"u8)) microseconds += number * Calendar.Hour;
                else if (Is(unit, "d"u8) || Is(unit, "day"u8) || Is(unit, "days"u8)) days += number;
                else if (Is(unit, "w"u8) || Is(unit, "week"u8) || Is(unit, "weeks"u8)) days += number * 7;
                else if (Is(unit, "mon"u8) || Is(unit, "mons"u8) || Is(unit, "month"u8) || Is(unit, "months"u8)) months += number;
                else if (Is(unit, "quarter"u8) || Is(unit, "quarters"u8)) months += number * 3;
                else if (Is(unit, "y"u8) || Is(unit, "yr"u8) || Is(unit, "yrs"u8) || Is(unit, "year"u8) || Is(unit, "years"u8)) months += number * 12;
                else if (Is(unit, "decade"u8) || Is(unit, "decades"u8)) months += number * 120;
                else if (Is(unit, "century"u8) || Is(unit, "centuries"u8)) months += number * 1200;
                else return false;
                isAny = true;
            }
            if (!isAny) return false;
            // What is left of a month goes to days of 30 to a month, what is left of a day to hours, as in PostgreSQL.
            var wholeMonths = decimal.Truncate(months);
            days += (months - wholeMonths) * 30;
            var wholeDays = decimal.Truncate(days);
            microseconds += (days - wholeDays) * Calendar.Day;
            value = new(checked((int)(sign * wholeMonths)), checked((int)(sign * wholeDays)), checked((long)(sign * decimal.Round(microseconds, MidpointRounding.AwayFromZero))));
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    static bool ClockParts(ReadOnlySpan<byte> text, int start, ref int at, out long microseconds)
    {
        microseconds = 0;
        var sign = text[start] == '-' ? -1 : 1;
        var i = text[start] is (byte)'-' or (byte)'+' ? start + 1 : start;
        if (!Number(text, ref i, 1, 9, out var hours) || !Skip(text, ref i, ':') || !Number(text, ref i, 2, 2, out var minutes) || minutes > 59) return false;
        var seconds = 0;
        var fraction = 0L;
        if (Skip(text, ref i, ':'))
        {
            if (!Number(text, ref i, 2, 2, out seconds) || seconds > 59) return false;
            if (Skip(text, ref i, '.') && !Fraction(text, ref i, out fraction)) return false;
        }
        at = i;
        microseconds = sign * (hours * Calendar.Hour + minutes * Calendar.Minute + seconds * Calendar.Second + fraction);
        return true;
    }

    static bool Number(ReadOnlySpan<byte> text, ref int at, int least, int most, out int value)
    {
        value = 0;
        var start = at;
        for (; at < text.Length && at - start < most && (uint)text[at] - '0' <= 9; at++) value = value * 10 + text[at] - '0';
        return at - start >= least;
    }

    static bool Fraction(ReadOnlySpan<byte> text, ref int at, out long microseconds)
    {
        microseconds = 0;
        var start = at;
        for (; at < text.Length && (uint)text[at] - '0' <= 9; at++)
        {
            if (at - start < 6) microseconds = microseconds * 10 + text[at] - '0';
            else if (at - start == 6 && text[at] >= '5') microseconds++;
        }
        for (var i = at - start; i < 6; i++) microseconds *= 10;
        return at > start;
    }

    static bool Skip(ReadOnlySpan<byte> text, ref int at, char c)
    {
        if (at >= text.Length || text[at] != c) return false;
        at++;
        return true;
    }

    internal static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n\f\v"u8);

    static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower) => Ascii.EqualsIgnoreCase(text, lower);
}
