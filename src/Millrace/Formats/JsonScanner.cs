using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Millrace.Formats;

/// <summary>Finds where JSON values end.</summary>
static class JsonScanner
{
    /// <summary>Objects and arrays inside each other at most.</summary>
    public const int DepthMax = 256;

    /// <summary>Positions of the line feeds from a position on, as many as there is room for.</summary>
    public static int LineEnds(byte[] bytes, int at, int limit, Span<int> ends)
    {
        ref var start = ref MemoryMarshal.GetArrayDataReference(bytes);
        var count = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; at <= limit - 64; at += 64)
            {
                var lines = Vector512.Equals(Vector512.LoadUnsafe(ref start, (nuint)at), Vector512.Create((byte)'\n')).ExtractMostSignificantBits();
                for (; lines != 0; lines &= lines - 1)
                {
                    if (count == ends.Length) return count;
                    ends[count++] = at + BitOperations.TrailingZeroCount(lines);
                }
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (; at <= limit - 32; at += 32)
            {
                var lines = Vector256.Equals(Vector256.LoadUnsafe(ref start, (nuint)at), Vector256.Create((byte)'\n')).ExtractMostSignificantBits();
                for (; lines != 0; lines &= lines - 1)
                {
                    if (count == ends.Length) return count;
                    ends[count++] = at + BitOperations.TrailingZeroCount(lines);
                }
            }
        }
        return LineEndsScalar(bytes, at, limit, ends, count);
    }

    /// <summary>As <see cref="LineEnds"/>, a byte at a time, behind those found already.</summary>
    public static int LineEndsScalar(byte[] bytes, int at, int limit, Span<int> ends, int count)
    {
        for (; at < limit && count < ends.Length; at++)
            if (bytes[at] == (byte)'\n') ends[count++] = at;
        return count;
    }

    /// <summary>The first quote, backslash or control character from a position on, or the limit.</summary>
    public static int StringStop(byte[] bytes, int at, int limit)
    {
        ref var start = ref MemoryMarshal.GetArrayDataReference(bytes);
        if (Vector256.IsHardwareAccelerated)
        {
            for (; at <= limit - 32; at += 32)
            {
                var text = Vector256.LoadUnsafe(ref start, (nuint)at);
                var stops = (Vector256.Equals(text, Vector256.Create((byte)'"')) | Vector256.Equals(text, Vector256.Create((byte)'\\'))
                    | Vector256.LessThan(text, Vector256.Create((byte)0x20))).ExtractMostSignificantBits();
                if (stops != 0) return at + BitOperations.TrailingZeroCount(stops);
            }
        }
        return StringStopScalar(bytes, at, limit);
    }

    /// <summary>As <see cref="StringStop"/>, a byte at a time.</summary>
    public static int StringStopScalar(byte[] bytes, int at, int limit)
    {
        for (; at < limit; at++)
            if (bytes[at] is (byte)'"' or (byte)'\\' or < 0x20) return at;
        return limit;
    }

    /// <summary>The first byte among 16 that can end a bare value (comma, closing bracket, blank or control character), or 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BareStop16(ref byte at)
    {
        var text = Vector128.LoadUnsafe(ref at);
        var stops = (Vector128.Equals(text, Vector128.Create((byte)',')) | Vector128.Equals(text | Vector128.Create((byte)0x20), Vector128.Create((byte)'}'))
            | Vector128.LessThanOrEqual(text, Vector128.Create((byte)0x20))).ExtractMostSignificantBits();
        return BitOperations.TrailingZeroCount(stops | 0x1_0000);
    }

    /// <summary>The first byte that can end a bare value, or the limit.</summary>
    public static int BareStop(byte[] bytes, int at, int limit)
    {
        for (; at < limit; at++)
            if (bytes[at] is (byte)',' or (byte)'}' or (byte)']' or <= 0x20) return at;
        return limit;
    }

    /// <summary>The first quote or backslash or control character among 16 bytes, or 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StringStop16(ref byte at)
    {
        var text = Vector128.LoadUnsafe(ref at);
        var stops = (Vector128.Equals(text, Vector128.Create((byte)'"')) | Vector128.Equals(text, Vector128.Create((byte)'\\'))
            | Vector128.LessThan(text, Vector128.Create((byte)0x20))).ExtractMostSignificantBits();
        return BitOperations.TrailingZeroCount(stops | 0x1_0000);
    }

    /// <summary>Whether a text is a JSON number (leading zeros are forgiven).</summary>
    public static bool IsNumber(ReadOnlySpan<byte> text)
    {
        var i = 0;
        if (i < text.Length && text[i] == (byte)'-') i++;
        if (!Digits(text, ref i)) return false;
        if (i < text.Length && text[i] == (byte)'.')
        {
            i++;
            if (!Digits(text, ref i)) return false;
        }
        if (i < text.Length && (text[i] | 0x20) == 'e')
        {
            i++;
            if (i < text.Length && text[i] is (byte)'+' or (byte)'-') i++;
            if (!Digits(text, ref i)) return false;
        }
        return i == text.Length;
    }

    static bool Digits(ReadOnlySpan<byte> text, ref int i)
    {
        var first = i;
        while (i < text.Length && (uint)(text[i] - '0') < 10) i++;
        return i > first;
    }

    /// <summary>The first byte that is no blank, or the limit.</summary>
    public static int SkipBlanks(byte[] bytes, int at, int limit)
    {
        while (at < limit && bytes[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
        return at;
    }

    /// <summary>The byte behind a string's closing quote, or -1 with a problem; <paramref name="at"/> is behind the opening one.</summary>
    public static int SkipString(byte[] bytes, int at, int limit, out bool hasEscapes, out Problem problem)
    {
        hasEscapes = false;
        while (true)
        {
            at = StringStop(bytes, at, limit);
            if (at == limit)
            {
                problem = new(at, "'\"' at the end of a string");
                return -1;
            }
            if (bytes[at] == (byte)'"')
            {
                problem = default;
                return at + 1;
            }
            if (bytes[at] != (byte)'\\')
            {
                problem = new(at, "no control character in a string");
                return -1;
            }
            hasEscapes = true;
            at++;
            if (at < limit && bytes[at] is (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t')
            {
                at++;
                continue;
            }
            if (at < limit && bytes[at] == (byte)'u')
            {
                at++;
                var end = at + 4;
                while (at < limit && at < end && char.IsAsciiHexDigit((char)bytes[at])) at++;
                if (at == end) continue;
                problem = new(at, "four hexadecimal digits after '\\u'");
                return -1;
            }
            problem = new(at, "one of \"\\/bfnrtu after '\\'");
            return -1;
        }
    }

    /// <summary>The byte behind a value of any kind, or -1 with a problem. No object is kept; the brackets that are open stand in a bitmap on the stack.</summary>
    public static int SkipValue(byte[] bytes, int at, int limit, out Problem problem)
    {
        Span<bool> isObject = stackalloc bool[DepthMax];
        var depth = 0;
        problem = default;
        while (true)
        {
            // A value is due.
            at = SkipBlanks(bytes, at, limit);
            if (at == limit)
            {
                problem = new(at, "a value");
                return -1;
            }
            switch (bytes[at])
            {
                case (byte)'"':
                    at = SkipString(bytes, at + 1, limit, out _, out problem);
                    if (at < 0) return -1;
                    break;
                case (byte)'{' or (byte)'[':
                    if (depth == DepthMax)
                    {
                        problem = new(at, $"at most {DepthMax} objects and arrays inside each other");
                        return -1;
                    }
                    isObject[depth++] = bytes[at] == (byte)'{';
                    at = SkipBlanks(bytes, at + 1, limit);
                    if (at < limit && bytes[at] == (isObject[depth - 1] ? (byte)'}' : (byte)']'))
                    {
                        depth--;
                        at++;
                        break;
                    }
                    if (isObject[depth - 1] && !SkipKey(bytes, ref at, limit, out problem)) return -1;
                    continue;
                default:
                    var end = BareStop(bytes, at, limit);
                    var text = bytes.AsSpan(at, end - at);
                    if (!IsNumber(text) && !text.SequenceEqual("true"u8) && !text.SequenceEqual("false"u8) && !text.SequenceEqual("null"u8))
                    {
                        problem = new(at, "a value");
                        return -1;
                    }
                    at = end;
                    break;
            }

            // A value has ended: close brackets until another is due.
            while (true)
            {
                if (depth == 0) return at;
                at = SkipBlanks(bytes, at, limit);
                if (at < limit && bytes[at] == (byte)',')
                {
                    at = SkipBlanks(bytes, at + 1, limit);
                    if (isObject[depth - 1] && !SkipKey(bytes, ref at, limit, out problem)) return -1;
                    break;
                }
                if (at == limit || bytes[at] != (isObject[depth - 1] ? (byte)'}' : (byte)']'))
                {
                    problem = new(at, isObject[depth - 1] ? "',' or '}'" : "',' or ']'");
                    return -1;
                }
                depth--;
                at++;
            }
        }
    }

    static bool SkipKey(byte[] bytes, ref int at, int limit, out Problem problem)
    {
        if (at == limit || bytes[at] != (byte)'"')
        {
            problem = new(at, "'\"' before a field's name");
            return false;
        }
        at = SkipString(bytes, at + 1, limit, out _, out problem);
        if (at < 0) return false;
        at = SkipBlanks(bytes, at, limit);
        if (at == limit || bytes[at] != (byte)':')
        {
            problem = new(at, "':' after a field's name");
            return false;
        }
        at++;
        return true;
    }

    /// <summary>Resolves the escapes of a string whose form <see cref="SkipString"/> has checked.</summary>
    public static int Unescape(ReadOnlySpan<byte> text, Span<byte> target, out string? problem)
    {
        problem = null;
        var to = 0;
        for (var i = 0; i < text.Length;)
        {
            var run = text[i..].IndexOf((byte)'\\');
            if (run < 0) run = text.Length - i;
            text.Slice(i, run).CopyTo(target[to..]);
            i += run;
            to += run;
            if (i == text.Length) break;
            var c = text[i + 1];
            i += 2;
            if (c != (byte)'u')
            {
                target[to++] = (char)c switch { 'b' => 8, 'f' => 12, 'n' => 10, 'r' => 13, 't' => 9, _ => c };
                continue;
            }
            var code = Hex(text.Slice(i, 4));
            i += 4;
            if (code is >= 0xDC00 and < 0xE000
                || code is >= 0xD800 and < 0xDC00 && (i + 6 > text.Length || text[i] != (byte)'\\' || text[i + 1] != (byte)'u' || Hex(text.Slice(i + 2, 4)) is < 0xDC00 or >= 0xE000))
            {
                problem = $"\\u{code:x4} is half a surrogate pair and no character";
                return -1;
            }
            var rune = new System.Text.Rune(code is >= 0xD800 and < 0xDC00 ? char.ConvertToUtf32((char)code, (char)Hex(text.Slice(i + 2, 4))) : code);
            if (code is >= 0xD800 and < 0xDC00) i += 6;
            to += rune.EncodeToUtf8(target[to..]);
        }
        return to;
    }

    static int Hex(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var d in digits) value = value << 4 | (d <= '9' ? d - '0' : (d | 0x20) - 'a' + 10);
        return value;
    }
}

/// <summary>What was expected at a place; the default value is no problem.</summary>
readonly record struct Problem(int At, string Expected);
