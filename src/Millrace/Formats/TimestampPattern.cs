using Millrace.Connectors;

namespace Millrace.Formats;

/// <summary>A <c>timestamp_format</c>, compiled: .NET's letters for the parts of a moment, all else stands for itself.</summary>
/// <remarks>
/// yyyy or yy (2000 to 2068, 1969 to 1999); M, MM, MMM (Jan), MMMM (January); d, dd; H, HH; h, hh with tt (AM, PM); m, mm; s, ss; f to fffffffff (so many digits of a
/// second's fraction, cut to microseconds); F to FFFFFFFFF (up to so many); z, zz, zzz or K (Z or an offset). 'text' in quotes and \c stand for themselves. One letter takes one or two digits.
/// </remarks>
sealed class TimestampPattern
{
    static readonly string[] s_months = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    readonly List<(char Letter, int Count)> _parts = [];

    public TimestampPattern(string pattern)
    {
        for (var i = 0; i < pattern.Length;)
        {
            var c = pattern[i];
            if (c == '\'')
            {
                var end = pattern.IndexOf('\'', i + 1);
                if (end < 0) throw Wrong(pattern, "a quote is not closed");
                foreach (var b in System.Text.Encoding.UTF8.GetBytes(pattern[(i + 1)..end])) _parts.Add(('\0', b));
                i = end + 1;
            }
            else if (c == '\\' && i + 1 < pattern.Length)
            {
                foreach (var b in System.Text.Encoding.UTF8.GetBytes(pattern[i + 1].ToString())) _parts.Add(('\0', b));
                i += 2;
            }
            else if ("yMdHhmsfFtzK".Contains(c))
            {
                var count = 1;
                while (i + count < pattern.Length && pattern[i + count] == c) count++;
                var most = c switch { 'y' => 4, 'M' => 4, 'f' or 'F' => 9, 'z' => 3, 'K' => 1, _ => 2 };
                if (count > most || c == 'y' && count is 1 or 3) throw Wrong(pattern, $"'{new string(c, count)}' is no part");
                _parts.Add((c, count));
                i += count;
            }
            else if (char.IsAsciiLetter(c) && c != 'T' && c != 'Z') throw Wrong(pattern, $"'{c}' is no part");
            else
            {
                foreach (var b in System.Text.Encoding.UTF8.GetBytes(c.ToString())) _parts.Add(('\0', b));
                i++;
            }
        }
        if (!_parts.Exists(p => p.Letter == 'y')) throw Wrong(pattern, "there is no year (yyyy)");
    }

    static ConnectorException Wrong(string pattern, string why) =>
        new(Fault.User, $"timestamp_format '{pattern}': {why}; expected parts such as yyyy-MM-dd HH:mm:ss.fff, other letters in 'quotes'.");

    /// <summary>Micros since 1970 of a text, in its own zone if it names one.</summary>
    public bool TryParse(ReadOnlySpan<byte> text, out long value, out bool hasZone)
    {
        int year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, half = -1;
        long micros = 0, offset = 0;
        value = 0;
        hasZone = false;
        var at = 0;
        for (var i = 0; i < _parts.Count; i++)
        {
            var (letter, count) = _parts[i];
            switch (letter)
            {
                case '\0':
                    if (at >= text.Length || text[at] != count) return false;
                    if (count == 'Z') hasZone = true;
                    at++;
                    break;
                case 'y':
                    if (!Take(text, ref at, count, count, out year)) return false;
                    if (count == 2) year += year < 69 ? 2000 : 1900;
                    break;
                case 'M' when count >= 3:
                    if (!TakeMonth(text, ref at, count == 4, out month)) return false;
                    break;
                case 'M': if (!Take(text, ref at, count, 2, out month)) return false; break;
                case 'd': if (!Take(text, ref at, count, 2, out day)) return false; break;
                case 'H' or 'h': if (!Take(text, ref at, count, 2, out hour)) return false; break;
                case 'm': if (!Take(text, ref at, count, 2, out minute)) return false; break;
                case 's': if (!Take(text, ref at, count, 2, out second)) return false; break;
                case 'f' or 'F':
                    {
                        var first = at;
                        for (; at < text.Length && at - first < count && text[at] is >= (byte)'0' and <= (byte)'9'; at++)
                            if (at - first < 6) micros = micros * 10 + text[at] - '0';
                        if (letter == 'f' && at - first != count) return false;
                        for (var d = at - first; d < 6; d++) micros *= 10;
                        break;
                    }
                case 't':
                    if (at >= text.Length || (text[at] | 0x20) is not ('a' or 'p')) return false;
                    half = (text[at++] | 0x20) == 'p' ? 12 : 0;
                    if (count == 2 && (at >= text.Length || (text[at++] | 0x20) != 'm')) return false;
                    break;
                default:
                    {
                        var end = at;
                        while (end < text.Length && text[end] is (byte)'+' or (byte)'-' or (byte)':' or (byte)'Z' or (byte)'z' or (>= (byte)'0' and <= (byte)'9')) end++;
                        if (!TimestampRules.TryZone(text[at..end], out offset, out var zoned) || !zoned && letter != 'K') return false;
                        hasZone |= zoned;
                        at = end;
                        break;
                    }
            }
        }
        if (at != text.Length) return false;
        if (half >= 0)
        {
            if (hour is < 1 or > 12) return false;
            hour = hour % 12 + half;
        }
        if (!TimestampRules.TryMoment(year, month, day, hour, minute, second, micros, out value)) return false;
        value -= offset;
        return true;
    }

    static bool Take(ReadOnlySpan<byte> text, ref int at, int least, int most, out int value)
    {
        var first = at;
        value = 0;
        for (; at < text.Length && at - first < most && text[at] is >= (byte)'0' and <= (byte)'9'; at++) value = value * 10 + text[at] - '0';
        return at - first >= least;
    }

    static bool TakeMonth(ReadOnlySpan<byte> text, ref int at, bool isWhole, out int month)
    {
        for (month = 1; month <= 12; month++)
        {
            var name = isWhole ? s_months[month - 1] : s_months[month - 1][..3];
            if (text.Length - at < name.Length || !System.Text.Ascii.EqualsIgnoreCase(text.Slice(at, name.Length), name)) continue;
            at += name.Length;
            return true;
        }
        return false;
    }
}
