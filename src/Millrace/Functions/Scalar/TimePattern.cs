using System.Text;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>A pattern of to_char and to_timestamp, cut into parts.</summary>
sealed class TimePattern
{
    static readonly string[] s_keys =
        ["IYYY", "YYYY", "HH24", "HH12", "MONTH", "DDD", "MON", "DAY", "YY", "MM", "WW", "IW", "DD", "ID", "DY", "HH", "MI", "SS", "MS", "US", "AM", "PM", "Q", "D"];
    static readonly string[] s_months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    static readonly string[] s_days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    enum Letters { Upper, Capital, Lower }

    readonly record struct Part(string Key, byte[] Literal, Letters Letters, bool IsTight);

    readonly List<Part> _parts = [];

    public TimePattern(string pattern)
    {
        var isTight = false;
        var literal = new StringBuilder();
        for (var i = 0; i < pattern.Length;)
        {
            if (pattern[i] == '"')
            {
                for (i++; i < pattern.Length && pattern[i] != '"'; i++) literal.Append(pattern[i]);
                i++;
                continue;
            }
            if (pattern.AsSpan(i).StartsWith("FM", StringComparison.Ordinal))
            {
                isTight = true;
                i += 2;
                continue;
            }
            if (Array.Find(s_keys, k => string.Compare(pattern, i, k, 0, k.Length, StringComparison.OrdinalIgnoreCase) == 0) is not { } key)
            {
                literal.Append(pattern[i++]);
                continue;
            }
            Flush(literal);
            var letters = char.IsLower(pattern[i]) ? Letters.Lower : key.Length > 1 && char.IsLower(pattern[i + 1]) ? Letters.Capital : Letters.Upper;
            _parts.Add(new(key, [], letters, isTight));
            isTight = false;
            i += key.Length;
        }
        Flush(literal);
    }

    void Flush(StringBuilder literal)
    {
        if (literal.Length > 0) _parts.Add(new("", Encoding.UTF8.GetBytes(literal.ToString()), default, false));
        literal.Clear();
    }

    /// <summary>A pattern in the letters of Java and Flink (yyyy-MM-dd HH:mm:ss.SSS, text in single quotes), as one of to_char.</summary>
    /// <exception cref="ArgumentException">A letter means nothing.</exception>
    public static string OfLetters(string pattern)
    {
        var result = new StringBuilder();
        for (var i = 0; i < pattern.Length;)
        {
            var end = i + 1;
            if (pattern[i] == '\'')
            {
                end = pattern.IndexOf('\'', end);
                if (end < 0) throw new ArgumentException($"the pattern '{pattern}' has a quote without an end");
                result.Append('"').Append(end == i + 1 ? "'" : pattern[(i + 1)..end]).Append('"');
                i = end + 1;
                continue;
            }
            while (end < pattern.Length && pattern[end] == pattern[i]) end++;
            var run = pattern[i..end];
            result.Append(run switch
            {
                "yyyy" or "uuuu" => "YYYY",
                "yy" or "uu" => "YY",
                "y" or "u" => "FMYYYY",
                "Q" => "Q",
                "MMMM" => "FMMonth",
                "MMM" => "FMMon",
                "MM" => "MM",
                "M" => "FMMM",
                "DDD" => "DDD",
                "D" => "FMDDD",
                "dd" => "DD",
                "d" => "FMDD",
                "EEEE" => "FMDay",
                "E" or "EE" or "EEE" => "FMDy",
                "HH" => "HH24",
                "H" => "FMHH24",
                "hh" => "HH12",
                "h" => "FMHH12",
                "mm" => "MI",
                "m" => "FMMI",
                "ss" => "SS",
                "s" => "FMSS",
                "SSS" => "MS",
                "SSSSSS" => "US",
                "a" => "AM",
                _ when char.IsAsciiLetter(run[0]) => throw new ArgumentException(
                    $"'{run}' of the pattern '{pattern}' means nothing here; there are yyyy, yy, Q, MMMM, MMM, MM, M, DDD, dd, d, EEEE, EEE, HH, H, hh, h, mm, m, ss, s, SSS, SSSSSS and a, and text stands in single quotes"),
                _ => $"\"{run}\"",
            });
            i = end;
        }
        return result.ToString();
    }

    /// <summary>How long the text stays the same, in microseconds: the finest part of the pattern.</summary>
    public long Unit => _parts.Count == 0 ? Calendar.Day : _parts.Min(p => p.Key switch
    {
        "US" => 1,
        "MS" => 1000,
        "SS" => Calendar.Second,
        "MI" => Calendar.Minute,
        "HH" or "HH12" or "HH24" or "AM" or "PM" => Calendar.Hour,
        _ => Calendar.Day,
    });

    public void Format(long time, ByteBuffer target)
    {
        var days = Calendar.FloorDivide(time, Calendar.Day);
        var clock = time - days * Calendar.Day;
        var (year, month, day) = Calendar.FromDays(days);
        var hour = (int)(clock / Calendar.Hour);
        var weekday = Calendar.DayOfWeek(days);
        var dayOfYear = days - Calendar.ToDays(year, 1, 1) + 1;
        foreach (var part in _parts)
        {
            switch (part.Key)
            {
                case "": target.Append(part.Literal); break;
                case "YYYY": Number(year, 4); break;
                case "YY": Number(Calendar.FloorRemainder(year, 100), 2); break;
                case "IYYY": Number(Calendar.IsoWeek(days).Year, 4); break;
                case "IW": Number(Calendar.IsoWeek(days).Week, 2); break;
                case "WW": Number((dayOfYear - 1) / 7 + 1, 2); break;
                case "Q": Number((month + 2) / 3, 1); break;
                case "MM": Number(month, 2); break;
                case "MON": Name(s_months[month - 1][..3], 3); break;
                case "MONTH": Name(s_months[month - 1], 9); break;
                case "DDD": Number(dayOfYear, 3); break;
                case "DD": Number(day, 2); break;
                case "D": Number(weekday + 1, 1); break;
                case "ID": Number((weekday + 6) % 7 + 1, 1); break;
                case "DY": Name(s_days[weekday][..3], 3); break;
                case "DAY": Name(s_days[weekday], 9); break;
                case "HH24": Number(hour, 2); break;
                case "HH" or "HH12": Number((hour + 11) % 12 + 1, 2); break;
                case "MI": Number(clock / Calendar.Minute % 60, 2); break;
                case "SS": Number(clock / Calendar.Second % 60, 2); break;
                case "MS": Number(clock % Calendar.Second / 1000, 3); break;
                case "US": Number(clock % Calendar.Second, 6); break;
                default: target.Append((part.Letters == Letters.Lower, hour < 12) switch { (true, true) => "am"u8, (true, false) => "pm"u8, (false, true) => "AM"u8, _ => "PM"u8 }); break;
            }

            void Number(long value, int digits) => target.AppendPadded(value, part.IsTight ? 1 : digits);

            void Name(string name, int width)
            {
                var cased = part.Letters switch { Letters.Upper => name.ToUpperInvariant(), Letters.Lower => name.ToLowerInvariant(), _ => name };
                target.Append((part.IsTight ? cased : cased.PadRight(width)).AsSpan());
            }
        }
    }

    /// <summary>Reads a text by the pattern; parts that are missing are the first of their kind. Names of weekdays and numbers of weeks are read over.</summary>
    public bool TryParse(ReadOnlySpan<byte> text, out long time)
    {
        var (year, month, day, dayOfYear, hour, minute, second, micros, half) = (1L, 1L, 1L, 0L, 0L, 0L, 0L, 0L, -1);
        time = 0;
        text = ValueText.Trim(text);
        foreach (var part in _parts)
        {
            var isRead = true;
            switch (part.Key)
            {
                case "":
                    foreach (var b in part.Literal)
                    {
                        if (b == ' ')
                        {
                            text = text.TrimStart((byte)' ');
                            continue;
                        }
                        if (text.IsEmpty || text[0] != b) return false;
                        text = text[1..];
                    }
                    break;
                case "YYYY" or "IYYY": isRead = Number(ref text, 4, out year); break;
                case "YY":
                    isRead = Number(ref text, 2, out year);
                    year += year < 70 ? 2000 : 1900;
                    break;
                case "MM": isRead = Number(ref text, 2, out month); break;
                case "MON": isRead = Name(ref text, s_months, 3, out month); break;
                case "MONTH": isRead = Name(ref text, s_months, 9, out month); break;
                case "DD": isRead = Number(ref text, 2, out day); break;
                case "DDD": isRead = Number(ref text, 3, out dayOfYear); break;
                case "HH24" or "HH" or "HH12": isRead = Number(ref text, 2, out hour); break;
                case "MI": isRead = Number(ref text, 2, out minute); break;
                case "SS": isRead = Number(ref text, 2, out second); break;
                case "MS": isRead = Fraction(ref text, 3, out micros); break;
                case "US": isRead = Fraction(ref text, 6, out micros); break;
                case "DY": isRead = Name(ref text, s_days, 3, out _); break;
                case "DAY": isRead = Name(ref text, s_days, 9, out _); break;
                case "AM" or "PM":
                    if (text.Length < 2 || (text[1] | 0x20) != 'm') return false;
                    half = (text[0] | 0x20) == 'p' ? 12 : (text[0] | 0x20) == 'a' ? 0 : -1;
                    isRead = half >= 0;
                    text = text[2..];
                    break;
                default: isRead = Number(ref text, 2, out _); break;
            }
            if (!isRead) return false;
        }
        if (half >= 0)
        {
            if (hour is < 1 or > 12) return false;
            hour = hour % 12 + half;
        }
        if (!text.IsEmpty || month is < 1 or > 12 || day < 1 || day > Calendar.DaysInMonth(year, (int)month) || hour > 23 || minute > 59 || second > 59) return false;
        if (dayOfYear > (Calendar.IsLeap(year) ? 366 : 365)) return false;
        var days = dayOfYear > 0 ? Calendar.ToDays(year, 1, 1) + dayOfYear - 1 : Calendar.ToDays(year, (int)month, (int)day);
        time = days * Calendar.Day + hour * Calendar.Hour + minute * Calendar.Minute + second * Calendar.Second + micros;
        return true;
    }

    static bool Number(ref ReadOnlySpan<byte> text, int most, out long value)
    {
        value = 0;
        text = text.TrimStart((byte)' ');
        var length = 0;
        for (; length < most && length < text.Length && text[length] is >= (byte)'0' and <= (byte)'9'; length++) value = value * 10 + text[length] - '0';
        text = text[length..];
        return length > 0;
    }

    static bool Fraction(ref ReadOnlySpan<byte> text, int most, out long micros)
    {
        var before = text.Length;
        if (!Number(ref text, most, out micros)) return false;
        for (var digits = before - text.Length; digits < 6; digits++) micros *= 10;
        return true;
    }

    static bool Name(ref ReadOnlySpan<byte> text, string[] names, int most, out long index)
    {
        text = text.TrimStart((byte)' ');
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i].AsSpan(0, Math.Min(most, names[i].Length));
            if (text.Length < name.Length || !Ascii.EqualsIgnoreCase(text[..name.Length], name)) continue;
            text = text[name.Length..];
            index = i + 1;
            return true;
        }
        index = 0;
        return false;
    }
}

/// <summary>The patterns that a place meets: cut once where the pattern is constant, else the last one is kept.</summary>
sealed class TimePatterns(Literal? constant)
{
    readonly TimePattern? _constant = constant?.Value is string text ? new(text) : null;
    byte[] _last = [];
    TimePattern? _pattern;

    public TimePattern Of(ReadOnlySpan<byte> pattern)
    {
        if (_constant is not null) return _constant;
        if (_pattern is not null && pattern.SequenceEqual(_last)) return _pattern;
        (_last, _pattern) = (pattern.ToArray(), new(Encoding.UTF8.GetString(pattern)));
        return _pattern;
    }
}
