using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Parts of texts by position, counted in characters from 1.</summary>
internal static class Substring
{
    public static ScalarFunction[] All { get; } =
    [
        new TextFunction("substring substr", "text", "substring(text, start [, count])",
            "Characters from a position on, the first being 1. Positions before 1 count but hold nothing. A negative count is an error.",
            [Gives(Text, Text, Long), Gives(Text, Text, Long, Long)], (in Row row, Outcome outcome) =>
            {
                var start = row.Long(1);
                var end = long.MaxValue;
                if (row.Count > 2)
                {
                    var count = row.Long(2);
                    if (count < 0)
                    {
                        outcome.Fail($"the count {count} is negative");
                        return;
                    }
                    end = (long)Int128.Min((Int128)start + count, long.MaxValue);
                }
                start = Math.Max(1, start);
                if (end > start) outcome.Append(Utf8Text.Slice(row.Text(0), start - 1, end - start));
            }, ("substring('millrace', 5)", "race"), ("substring('millrace', 2, 3)", "ill"), ("substring('mill', -1, 3)", "m")),
        new TextFunction("left", "text", "left(text, count)", "The first characters; a negative count leaves out so many at the end.", [Gives(Text, Text, Long)], (in Row row, Outcome outcome) =>
        {
            var text = row.Text(0);
            var count = row.Long(1);
            outcome.Append(Utf8Text.Slice(text, 0, count < 0 ? Utf8Text.Count(text) + count : count));
        }, ("left('millrace', 4)", "mill"), ("left('millrace', -5)", "mil")),
        new TextFunction("right", "text", "right(text, count)", "The last characters; a negative count leaves out so many at the start.", [Gives(Text, Text, Long)], (in Row row, Outcome outcome) =>
        {
            var text = row.Text(0);
            var count = row.Long(1);
            outcome.Append(text[Utf8Text.IndexOf(text, count < 0 ? (count == long.MinValue ? long.MaxValue : -count) : Utf8Text.Count(text) - count)..]);
        }, ("right('millrace', 4)", "race"), ("right('millrace', -3)", "lrace")),
        new TextFunction("split_part", "text", "split_part(text, delimiter, n)",
            "The n-th part between delimiters, the first being 1 and the last -1; empty where there is none. n = 0 is an error.", [Gives(Text, Text, Text, Long)], (in Row row, Outcome outcome) =>
            {
                var text = row.Text(0);
                var delimiter = row.Text(1);
                var n = row.Long(2);
                if (n == 0) outcome.Fail("there is no part 0: parts are counted from 1");
                else outcome.Append(Part(text, delimiter, n));
            }, ("split_part('a,b,c', ',', 2)", "b"), ("split_part('a,b,c', ',', -1)", "c"), ("split_part('a', ',', 2)", "")),
        new TextFunction("split_index", "text", "split_index(text, delimiter, n)", "The n-th part between delimiters, the first being 0; NULL where there is none.", [Gives(Text, Text, Text, Long)], (in Row row, Outcome outcome) =>
        {
            var text = row.Text(0);
            var delimiter = row.Text(1);
            var n = row.Long(2);
            for (; n > 0 && !delimiter.IsEmpty && text.IndexOf(delimiter) is >= 0 and var at; n--) text = text[(at + delimiter.Length)..];
            if (n != 0) outcome.Null();
            else outcome.Append(!delimiter.IsEmpty && text.IndexOf(delimiter) is >= 0 and var end ? text[..end] : text);
        }, ("split_index('https://example.com/a/b', '/', 3)", "a"), ("split_index('a', '/', 1)", "NULL")),
        new TextFunction("overlay", "text", "overlay(text, replacement, start [, count])",
            "The text with characters from a position on replaced; as many as the replacement has unless a count is given.",
            [Gives(Text, Text, Text, Long), Gives(Text, Text, Text, Long, Long)], (in Row row, Outcome outcome) =>
            {
                var text = row.Text(0);
                var replacement = row.Text(1);
                var start = row.Long(2);
                var count = row.Count > 3 ? row.Long(3) : Utf8Text.Count(replacement);
                if (start < 1 || count < 0)
                {
                    outcome.Fail($"start {start} or count {count} is out of range: the first character is 1");
                    return;
                }
                outcome.Append(Utf8Text.Slice(text, 0, start - 1));
                outcome.Append(replacement);
                outcome.Append(text[Utf8Text.IndexOf(text, (long)Int128.Min(long.MaxValue, (Int128)start - 1 + count))..]);
            }, ("overlay('Txxxxas', 'hom', 2, 4)", "Thomas")),
    ];

    static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> text, ReadOnlySpan<byte> delimiter, long n)
    {
        if (delimiter.IsEmpty) return n is 1 or -1 ? text : default;
        if (n < 0)
        {
            for (; n < -1; n++)
            {
                var end = text.LastIndexOf(delimiter);
                if (end < 0) return default;
                text = text[..end];
            }
            return text[(text.LastIndexOf(delimiter) is >= 0 and var last ? last + delimiter.Length : 0)..];
        }
        for (; n > 1; n--)
        {
            var at = text.IndexOf(delimiter);
            if (at < 0) return default;
            text = text[(at + delimiter.Length)..];
        }
        return text.IndexOf(delimiter) is >= 0 and var next ? text[..next] : text;
    }
}
