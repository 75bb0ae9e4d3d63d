using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Texts of a given length, and texts repeated.</summary>
internal static class Pad
{
    static readonly Signature[] s_forms = [Gives(Text, Text, Long), Gives(Text, Text, Long, Text)];

    public static ScalarFunction[] All { get; } =
    [
        new TextFunction("lpad", "text", "lpad(text, length [, fill])", "The text filled up on the left to so many characters, or cut on the right.", s_forms,
            (in Row row, Outcome outcome) => Apply(in row, outcome, isLeft: true), ("lpad('42', 5, '0')", "00042"), ("lpad('millrace', 4)", "mill")),
        new TextFunction("rpad", "text", "rpad(text, length [, fill])", "The text filled up on the right to so many characters, or cut there.", s_forms,
            (in Row row, Outcome outcome) => Apply(in row, outcome, isLeft: false), ("rpad('ab', 5, 'xy')", "abxyx")),
        new TextFunction("repeat", "text", "repeat(text, count)", "The text so many times; empty for a count below 1. A result of more than 16 MB is an error.", [Gives(Text, Text, Long)],
            (in Row row, Outcome outcome) =>
            {
                var text = row.Text(0);
                var count = Math.Max(0, row.Long(1));
                if (!Fits((Int128)text.Length * count, outcome)) return;
                for (var i = 0; i < count && !text.IsEmpty; i++) outcome.Append(text);
            }, ("repeat('ab', 3)", "ababab")),
        new TextFunction("reverse", "text", "reverse(text)", "The characters from last to first.", [Gives(Text, Text)], (in Row row, Outcome outcome) =>
        {
            var text = row.Text(0);
            while (!text.IsEmpty)
            {
                var start = text.Length - 1;
                while (start > 0 && !Utf8Text.IsStart(text[start])) start--;
                outcome.Append(text[start..]);
                text = text[..start];
            }
        }, ("reverse('mühle')", "elhüm")),
    ];

    static void Apply(in Row row, Outcome outcome, bool isLeft)
    {
        var text = row.Text(0);
        var length = Math.Max(0, row.Long(1));
        var fill = row.Count > 2 ? row.Text(2) : " "u8;
        var missing = length - Utf8Text.Count(text);
        if (missing <= 0 || fill.IsEmpty)
        {
            outcome.Append(Utf8Text.Slice(text, 0, length));
            return;
        }
        if (!Fits((Int128)missing * 4 + text.Length, outcome)) return;
        if (!isLeft) outcome.Append(text);
        var whole = Utf8Text.Count(fill);
        for (; missing >= whole; missing -= whole) outcome.Append(fill);
        outcome.Append(Utf8Text.Slice(fill, 0, missing));
        if (isLeft) outcome.Append(text);
    }

    static bool Fits(Int128 bytes, Outcome outcome)
    {
        if (bytes <= Utf8Text.MaxBytes) return true;
        outcome.Fail($"the text would have {bytes} bytes; {Utf8Text.MaxBytes} is the most");
        return false;
    }
}
