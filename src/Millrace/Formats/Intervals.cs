using System.Text;
using Millrace.Data;

namespace Millrace.Formats;

/// <summary>Texts of INTERVAL: ISO 8601 durations (P1Y2M3DT4H5M6.5S) and PostgreSQL's (1 year 2 mons -3 days 04:05:06.5).</summary>
public static class Intervals
{
    /// <summary>Parses either notation.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Interval value)
    {
        value = default;
        text = text.Trim((byte)' ');
        if (text.IsEmpty) return false;
        try
        {
            var isNegative = text.Length > 1 && text[0] == (byte)'-' && (text[1] | 0x20) == 'p';
            if (isNegative) text = text[1..];
            var sum = new Sum();
            if (!((text[0] | 0x20) == 'p' ? sum.AddIso(text[1..]) : sum.AddWords(text))) return false;
            value = sum.Value;
            if (isNegative) value = new Interval(checked(-value.Months), checked(-value.Days), checked(-value.Microseconds));
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    /// <summary>Adds up parts; overflow throws.</summary>
    struct Sum
    {
        long _months, _days;
        Int128 _micros;

        public readonly Interval Value => new(checked((int)_months), checked((int)_days), checked((long)_micros));

        public bool AddIso(ReadOnlySpan<byte> text)
        {
            var isTime = false;
            var any = false;
            while (!text.IsEmpty)
            {
                if ((text[0] | 0x20) == 't')
                {
                    if (isTime) return false;
                    isTime = true;
                    text = text[1..];
                    continue;
                }
                if (!Number(ref text, out var micros) || text.IsEmpty) return false;
                var ok = (char)(text[0] | 0x20) switch
                {
                    'y' when !isTime => Add("year", micros),
                    'm' when !isTime => Add("month", micros),
                    'w' when !isTime => Add("week", micros),
                    'd' when !isTime => Add("day", micros),
                    'h' when isTime => Add("hour", micros),
                    'm' when isTime => Add("minute", micros),
                    's' when isTime => Add("second", micros),
                    _ => false,
                };
                if (!ok) return false;
                any = true;
                text = text[1..];
            }
            return any;
        }

        public bool AddWords(ReadOnlySpan<byte> text)
        {
            var any = false;
            while (true)
            {
                text = text.TrimStart(" ,"u8);
                if (text.IsEmpty) return any;
                if (any && text.Length == 3 && Ascii.EqualsIgnoreCase(text, "ago"u8))
                {
                    (_months, _days, _micros) = (-_months, -_days, -_micros);
                    return true;
                }
                var before = text;
                if (!Number(ref text, out var micros)) return false;
                if (!text.IsEmpty && text[0] == (byte)':')
                {
                    text = before;
                    if (!Clock(ref text)) return false;
                    any = true;
                    continue;
                }
                text = text.TrimStart((byte)' ');
                var end = 0;
                while (end < text.Length && char.IsAsciiLetter((char)text[end])) end++;
                var unit = Encoding.ASCII.GetString(text[..end]).ToLowerInvariant();
                if (!Add(unit, micros)) return false;
                text = text[end..];
                any = true;
            }
        }

        // [-]HH:mm[:ss[.fraction]]
        bool Clock(ref ReadOnlySpan<byte> text)
        {
            var isNegative = text[0] == (byte)'-';
            if (text[0] is (byte)'-' or (byte)'+') text = text[1..];
            if (!Number(ref text, out var hours) || text.IsEmpty || text[0] != (byte)':') return false;
            text = text[1..];
            if (!Number(ref text, out var minutes) || minutes < 0 || minutes >= 60_000_000) return false;
            Int128 seconds = 0;
            if (!text.IsEmpty && text[0] == (byte)':')
            {
                text = text[1..];
                if (!Number(ref text, out seconds) || seconds < 0 || seconds >= 60_000_000) return false;
            }
            if (!text.IsEmpty && text[0] != (byte)' ') return false;
            var micros = hours * 3600 + minutes * 60 + seconds;
            _micros += isNegative ? -micros : micros;
            return true;
        }

        // A number in millionths.
        static bool Number(ref ReadOnlySpan<byte> text, out Int128 micros)
        {
            var end = 0;
            while (end < text.Length && text[end] is (byte)'-' or (byte)'+' or (byte)'.' or (>= (byte)'0' and <= (byte)'9')) end++;
            var fit = Numbers.ParseScaled(text[..end], 6, out micros);
            text = text[end..];
            return fit == Fit.Fits && Int128.Abs(micros) < (Int128)1 << 90;
        }

        bool Add(string unit, Int128 micros)
        {
            const long One = 1_000_000;
            switch (unit)
            {
                case "year" or "years" or "y" or "yr" or "yrs": return AddMonths(micros * 12);
                case "month" or "months" or "mon" or "mons": return AddMonths(micros);
                case "week" or "weeks" or "w": return AddDays(micros * 7);
                case "day" or "days" or "d": return AddDays(micros);
                case "hour" or "hours" or "h" or "hr" or "hrs": _micros += micros * 3600; return true;
                case "minute" or "minutes" or "m" or "min" or "mins": _micros += micros * 60; return true;
                case "second" or "seconds" or "s" or "sec" or "secs": _micros += micros; return true;
                case "millisecond" or "milliseconds" or "ms": _micros += micros / 1000; return true;
                case "microsecond" or "microseconds" or "us": _micros += micros / One; return true;
                default: return false;
            }
        }

        bool AddMonths(Int128 millionths)
        {
            _months += checked((long)(millionths / 1_000_000));
            return AddDays(millionths % 1_000_000 * 30);
        }

        bool AddDays(Int128 millionths)
        {
            _days += checked((long)(millionths / 1_000_000));
            _micros += millionths % 1_000_000 * 86_400;
            return true;
        }
    }

    /// <summary>Writes the ISO 8601 duration, at most 64 bytes.</summary>
    public static int Format(Interval value, Span<byte> target)
    {
        var at = 0;
        target[at++] = (byte)'P';
        Part(value.Months / 12, 'Y', target, ref at);
        Part(value.Months % 12, 'M', target, ref at);
        Part(value.Days, 'D', target, ref at);
        if (value.Microseconds != 0 || at == 1)
        {
            target[at++] = (byte)'T';
            var rest = value.Microseconds;
            Part(rest / 3_600_000_000, 'H', target, ref at);
            rest %= 3_600_000_000;
            Part(rest / 60_000_000, 'M', target, ref at);
            rest %= 60_000_000;
            if (rest != 0 || target[at - 1] == (byte)'T')
            {
                if (rest < 0) target[at++] = (byte)'-';
                rest = Math.Abs(rest);
                System.Buffers.Text.Utf8Formatter.TryFormat(rest / 1_000_000, target[at..], out var written);
                at += written;
                Values.WriteFraction((int)(rest % 1_000_000), trim: true, target, ref at);
                target[at++] = (byte)'S';
            }
        }
        return at;
    }

    static void Part(long value, char unit, Span<byte> target, ref int at)
    {
        if (value == 0) return;
        System.Buffers.Text.Utf8Formatter.TryFormat(value, target[at..], out var written);
        at += written;
        target[at++] = (byte)unit;
    }
}
