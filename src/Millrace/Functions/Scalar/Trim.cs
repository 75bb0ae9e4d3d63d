using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Taking characters off the ends of texts.</summary>
internal static class Trim
{
    static readonly Signature[] s_forms = [Gives(Text, Text), Gives(Text, Text, Text)];

    public static ScalarFunction[] All { get; } =
    [
        new TextFunction("btrim trim", "text", "btrim(text [, characters])", "The text without leading and trailing spaces, or any of some characters. SQL's trim(BOTH ... FROM ...) is this.", s_forms,
            (in Row row, Outcome outcome) => Apply(in row, outcome, isLeading: true, isTrailing: true), ("btrim('  mill ')", "mill"), ("btrim('xyxmillyx', 'xy')", "mill")),
        new TextFunction("ltrim", "text", "ltrim(text [, characters])", "The text without leading spaces, or any of some characters.", s_forms,
            (in Row row, Outcome outcome) => Apply(in row, outcome, isLeading: true, isTrailing: false), ("ltrim('0042', '0')", "42")),
        new TextFunction("rtrim", "text", "rtrim(text [, characters])", "The text without trailing spaces, or any of some characters.", s_forms,
            (in Row row, Outcome outcome) => Apply(in row, outcome, isLeading: false, isTrailing: true), ("rtrim('mill...', '.')", "mill")),
    ];

    static void Apply(in Row row, Outcome outcome, bool isLeading, bool isTrailing)
    {
        var text = row.Text(0);
        var characters = row.Count > 1 ? row.Text(1) : " "u8;
        if (isLeading)
        {
            while (!text.IsEmpty && Utf8Text.IndexOf(text, 1) is var length && Has(characters, text[..length])) text = text[length..];
        }
        if (isTrailing)
        {
            while (!text.IsEmpty && LastStart(text) is var start && Has(characters, text[start..])) text = text[..start];
        }
        outcome.Append(text);
    }

    static int LastStart(ReadOnlySpan<byte> text)
    {
        var start = text.Length - 1;
        while (start > 0 && !Utf8Text.IsStart(text[start])) start--;
        return start;
    }

    static bool Has(ReadOnlySpan<byte> characters, ReadOnlySpan<byte> character)
    {
        while (!characters.IsEmpty)
        {
            var length = Utf8Text.IndexOf(characters, 1);
            if (characters[..length].SequenceEqual(character)) return true;
            characters = characters[length..];
        }
        return false;
    }
}
