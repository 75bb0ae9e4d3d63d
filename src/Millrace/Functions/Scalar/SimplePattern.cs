namespace Millrace.Functions.Scalar;

/// <summary>Patterns so simple that .NET's backtracking engine cannot take more than linear time on them.</summary>
/// <remarks>
/// The engine without backtracking is generic over its states and costs some 50 ms of compilation at the first pattern of a process; most patterns of cleaning rules
/// ('^[0-9]{6}$') need none of it. Simple is: characters, classes and escapes in a row, no groups and no alternatives, at most one of them repeated a varying number
/// of times, and without bound only where the pattern begins at the start of the text: so there is one place to begin at and one choice to take back.
/// </remarks>
internal static class SimplePattern
{
    const int CountMax = 1_000;

    /// <summary>Whether a pattern is simple. Patterns that are none at all may be called so: the engine says what is wrong with them.</summary>
    public static bool Is(ReadOnlySpan<char> pattern)
    {
        var isAnchored = pattern.StartsWith('^');
        var varying = 0;
        for (var i = 0; i < pattern.Length;)
        {
            if (!SkipAtom(pattern, ref i)) return false;
            if (i == pattern.Length) break;
            switch (pattern[i])
            {
                case '?':
                    varying++;
                    i++;
                    break;
                case '*' or '+':
                    if (!isAnchored) return false;
                    varying++;
                    i++;
                    break;
                case '{':
                    if (!SkipCount(pattern, ref i, isAnchored, ref varying)) return false;
                    break;
                default: continue;
            }
            // A lazy or doubled repetition.
            if (i < pattern.Length && pattern[i] is '?' or '+' or '*' or '{') return false;
        }
        return varying <= 1;
    }

    static bool SkipAtom(ReadOnlySpan<char> pattern, ref int i)
    {
        switch (pattern[i])
        {
            case '(' or ')' or '|' or '*' or '+' or '?' or '{' or '}' or ']': return false;
            case '\\': return SkipEscape(pattern, ref i);
            case '[':
                i++;
                if (i < pattern.Length && pattern[i] == '^') i++;
                for (var first = true; i < pattern.Length; first = false)
                {
                    if (pattern[i] == ']' && !first)
                    {
                        i++;
                        return true;
                    }
                    if (pattern[i] == '[') return false; // a class taken from a class
                    if (pattern[i] != '\\') i++;
                    else if (!SkipEscape(pattern, ref i)) return false;
                }
                return false;
            default:
                i++;
                return true;
        }
    }

    static bool SkipEscape(ReadOnlySpan<char> pattern, ref int i)
    {
        if (i + 1 == pattern.Length) return false;
        var escaped = pattern[i + 1];
        i += 2;
        return escaped is 'd' or 'D' or 'w' or 'W' or 's' or 'S' || char.IsAscii(escaped) && !char.IsAsciiLetterOrDigit(escaped);
    }

    // {n}, {n,} or {n,m}
    static bool SkipCount(ReadOnlySpan<char> pattern, ref int i, bool isAnchored, ref int varying)
    {
        var end = pattern[i..].IndexOf('}');
        if (end < 0) return false;
        var counts = pattern.Slice(i + 1, end - 1);
        i += end + 1;
        var comma = counts.IndexOf(',');
        if (comma < 0) return IsCount(counts);
        varying++;
        return IsCount(counts[..comma]) && (comma + 1 == counts.Length ? isAnchored : IsCount(counts[(comma + 1)..]));
    }

    static bool IsCount(ReadOnlySpan<char> digits) => digits.Length is > 0 and < 5 && int.TryParse(digits, System.Globalization.NumberStyles.None, null, out var count) && count <= CountMax;
}
