using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Formats;

/// <summary>How a source writes moments: ISO 8601 or epoch numbers, or by its <c>timestamp_format</c>; without a zone in its <c>timezone</c>.</summary>
/// <remarks>
/// Epoch numbers are seconds below 10^11 (year 5138), milliseconds below 10^14, microseconds from there on. A local time that a change of
/// clocks skips or repeats counts in standard time.
/// </remarks>
sealed class TimestampRules
{
    const long Second = 1_000_000;
    const long Min = -62_135_596_800 * Second;
    const long Max = 253_402_300_800 * Second - 1;
    const long ZoneBlock = 900 * Second; // no zone has changed inside a quarter of an hour since 1972

    readonly TimestampPattern? _pattern;
    readonly TimeZoneInfo? _zone;
    long _zoneBlock = long.MinValue;
    long _zoneOffset;

    public TimestampRules(Options options)
    {
        if (options.TextOrNull("timestamp_format") is { Length: > 0 } pattern) _pattern = new TimestampPattern(pattern);
        if (options.TextOrNull("timezone") is { Length: > 0 } zone && zone != "UTC")
        {
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
                throw new ConnectorException(Fault.User, $"timezone: there is no zone '{zone}'; expected an IANA name such as 'Europe/Berlin'.");
            _zone = found;
        }
    }

    public bool HasPattern => _pattern is not null;

    /// <summary>An epoch number of any of the three units.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FromEpoch(long value)
    {
        if (value is > -100_000_000_000_000 and < 100_000_000_000_000)
            return value is > -100_000_000_000 and < 100_000_000_000 ? value * Second : value * 1000;
        return value;
    }

    /// <summary>Eight epoch numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> FromEpoch(Vector512<long> values)
    {
        var size = Vector512.Abs(values);
        var unit = Vector512.ConditionalSelect(Vector512.LessThan(size, Vector512.Create(100_000_000_000L)), Vector512.Create(Second),
            Vector512.ConditionalSelect(Vector512.LessThan(size, Vector512.Create(100_000_000_000_000L)), Vector512.Create(1000L), Vector512<long>.One));
        return values * unit;
    }

    /// <summary>yyyy-MM-dd, blank or T, HH:mm:ss, and nothing or Z.</summary>
    public bool TryFast(ref byte text, int length, out long value)
    {
        value = 0;
        if (_pattern is not null || _zone is not null || length is < 19 or > 20 || length == 20 && Unsafe.Add(ref text, 19) != (byte)'Z') return false;
        if (Unsafe.Add(ref text, 4) != (byte)'-' || Unsafe.Add(ref text, 7) != (byte)'-') return false;
        var mark = Unsafe.Add(ref text, 10);
        if (mark is not ((byte)'T' or (byte)' ' or (byte)'t') || Unsafe.Add(ref text, 13) != (byte)':' || Unsafe.Add(ref text, 16) != (byte)':') return false;
        var day = Two(ref text, 8);
        var hour = Two(ref text, 11);
        var minute = Two(ref text, 14);
        var second = Two(ref text, 17);
        var year = Two(ref text, 0) * 100 + Two(ref text, 2);
        var month = Two(ref text, 5);
        if ((year | month | day | hour | minute | second) < 0 || !IsValid(year, month, day, hour, minute, second)) return false;
        value = Moment(year, month, day, hour, minute, second);
        return true;
    }

    // Two digits, or a number that stays negative in every sum below.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Two(ref byte text, int at)
    {
        var high = (uint)(Unsafe.Add(ref text, at) - '0');
        var low = (uint)(Unsafe.Add(ref text, at + 1) - '0');
        return high > 9 | low > 9 ? -1_000_000 : (int)(high * 10 + low);
    }

    static bool IsValid(int year, int month, int day, int hour, int minute, int second) =>
        year >= 1 && (uint)(month - 1) < 12 && day >= 1 && (day <= 28 || day <= DateTime.DaysInMonth(year, month)) && hour < 24 && minute < 60 && second < 60;

    static long Moment(int year, int month, int day, int hour, int minute, int second)
    {
        // Days since 1970-01-01 by counting years from March (Howard Hinnant, days_from_civil).
        var y = month <= 2 ? year - 1 : year;
        var era = y / 400;
        var yearOfEra = y - era * 400;
        var dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        var days = era * 146_097L + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
        return (days * 86_400 + hour * 3600 + minute * 60 + second) * Second;
    }

    /// <summary>Any text. Micros since 1970 in UTC.</summary>
    public Fit Parse(ReadOnlySpan<byte> text, out long value)
    {
        if (_pattern is not null) return _pattern.TryParse(text, out value, out var hasZone) ? ToUtc(ref value, hasZone) : Fit.Malformed;
        if (TryIso(text, out value, out var zoned)) return ToUtc(ref value, zoned);
        if (!Numbers.Split(text, out _, out _, out _, out _)) return Fit.Malformed;
        if (Numbers.ParseScaled(text, 0, out var whole) == Fit.Fits)
        {
            if (whole != (long)whole) return Fit.Beyond;
            value = FromEpoch((long)whole);
            return value is < Min or > Max ? Fit.Beyond : Fit.Fits;
        }
        // Seconds, milliseconds or microseconds with a fraction: the unit is that of the whole number, what is below microseconds is cut.
        var point = text.IndexOf((byte)'.');
        if (point <= 0 || Numbers.ParseScaled(text[..point], 0, out whole) != Fit.Fits) return Fit.Malformed;
        var digits = Int128.Abs(whole) < 100_000_000_000 ? 6 : Int128.Abs(whole) < 100_000_000_000_000 ? 3 : 0;
        var kept = text[..Math.Min(text.Length, point + 1 + digits)];
        if (Numbers.ParseScaled(kept, digits, out var micros) != Fit.Fits) return Fit.Malformed;
        value = (long)micros;
        return micros < Min || micros > Max ? Fit.Beyond : Fit.Fits;
    }

    Fit ToUtc(ref long value, bool hasZone)
    {
        if (!hasZone && _zone is not null)
        {
            var block = Math.DivRem(value, ZoneBlock, out var rest) - (rest < 0 ? 1 : 0);
            if (block != _zoneBlock)
            {
                _zoneOffset = _zone.GetUtcOffset(new DateTime(Math.Clamp(value, Min, Max) * 10 + DateTime.UnixEpoch.Ticks, DateTimeKind.Unspecified)).Ticks / 10;
                _zoneBlock = block;
            }
            value -= _zoneOffset;
        }
        return value is < Min or > Max ? Fit.Beyond : Fit.Fits;
    }

    /// <summary>yyyy-MM-dd[(T| )HH:mm[:ss[.fraction]][Z|±HH[[:]mm]]].</summary>
    static bool TryIso(ReadOnlySpan<byte> text, out long value, out bool hasZone)
    {
        value = 0;
        hasZone = false;
        if (text.Length < 10 || text[4] != (byte)'-' || text[7] != (byte)'-') return false;
        if (!Digits(text, 0, 4, out var year) || !Digits(text, 5, 2, out var month) || !Digits(text, 8, 2, out var day)) return false;
        int hour = 0, minute = 0, second = 0;
        long micros = 0;
        var at = 10;
        if (text.Length > 10 && text[10] is (byte)'T' or (byte)'t' or (byte)' ')
        {
            if (!Digits(text, 11, 2, out hour)) return false;
            at = 13;
            if (at < text.Length && text[at] == (byte)':')
            {
                if (!Digits(text, 14, 2, out minute)) return false;
                at = 16;
                if (at < text.Length && text[at] == (byte)':')
                {
                    if (!Digits(text, 17, 2, out second)) return false;
                    at = 19;
                    if (at < text.Length && text[at] is (byte)'.' or (byte)',')
                    {
                        var first = ++at;
                        for (; at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9'; at++)
                            if (at - first < 6) micros = micros * 10 + text[at] - '0';
                        if (at == first || at - first > 9) return false;
                        for (var i = at - first; i < 6; i++) micros *= 10;
                    }
                }
            }
        }
        if (hour == 24 && minute == 0 && second == 0 && micros == 0)
        {
            // The end of a day, as ISO 8601 allows.
            if (!IsValid(year, month, day, 0, 0, 0)) return false;
        }
        else if (!IsValid(year, month, day, hour, minute, second)) return false;
        if (!TryZone(text[at..], out var offset, out hasZone)) return false;
        value = Moment(year, month, day, hour, minute, second) + micros - offset;
        return true;
    }

    /// <summary>Z, ±HH, ±HHmm, ±HH:mm or nothing, after blanks.</summary>
    internal static bool TryZone(ReadOnlySpan<byte> text, out long offset, out bool hasZone)
    {
        offset = 0;
        text = text.TrimStart((byte)' ');
        hasZone = text.Length > 0;
        if (!hasZone || text is [(byte)'Z' or (byte)'z']) return true;
        if (text.SequenceEqual("UTC"u8) || text.SequenceEqual("GMT"u8)) return true;
        if (text[0] is not ((byte)'+' or (byte)'-') || !Digits(text, 1, 2, out var hours)) return false;
        var minutes = 0;
        var rest = text[3..];
        if (rest.Length > 0 && rest[0] == (byte)':') rest = rest[1..];
        else if (rest.Length == 0) rest = "00"u8;
        if (rest.Length != 2 || !Digits(rest, 0, 2, out minutes) || hours > 18 || minutes > 59) return false;
        offset = (hours * 3600L + minutes * 60) * Second * (text[0] == (byte)'-' ? -1 : 1);
        return true;
    }

    internal static bool Digits(ReadOnlySpan<byte> text, int at, int count, out int value)
    {
        value = 0;
        if (text.Length < at + count) return false;
        foreach (var c in text.Slice(at, count))
        {
            var digit = (uint)(c - '0');
            if (digit > 9) return false;
            value = value * 10 + (int)digit;
        }
        return true;
    }

    internal static bool TryMoment(int year, int month, int day, int hour, int minute, int second, long micros, out long value)
    {
        value = 0;
        if (!IsValid(year, month, day, hour, minute, second)) return false;
        value = Moment(year, month, day, hour, minute, second) + micros;
        return true;
    }
}
