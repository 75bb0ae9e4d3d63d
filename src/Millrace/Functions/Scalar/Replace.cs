using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Finding and replacing parts of texts.</summary>
internal static class Replace
{
    public static ScalarFunction[] All { get; } =
    [
        new TextFunction("replace", "text", "replace(text, from, to)", "The text with every occurrence of a part replaced.", [Gives(Text, Text, Text, Text)], (in Row row, Outcome outcome) =>
        {
            var text = row.Text(0);
            var from = row.Text(1);
            var to = row.Text(2);
            while (!from.IsEmpty && text.IndexOf(from) is >= 0 and var at)
            {
                outcome.Append(text[..at]);
                outcome.Append(to);
                text = text[(at + from.Length)..];
            }
            outcome.Append(text);
        }, ("replace('a-b-c', '-', '+')", "a+b+c")),
        new TextFunction("translate", "text", "translate(text, from, to)",
            "The text with each character of the second text replaced by the one in the same place of the third; those without one are taken out.", [Gives(Text, Text, Text, Text)], (in Row row, Outcome outcome) =>
            {
                var text = row.Text(0);
                while (!text.IsEmpty)
                {
                    var length = Utf8Text.IndexOf(text, 1);
                    var place = PlaceOf(row.Text(1), text[..length]);
                    outcome.Append(place < 0 ? text[..length] : Utf8Text.Slice(row.Text(2), place, 1));
                    text = text[length..];
                }
            }, ("translate('12345', '143', 'ax')", "a2x5")),
        new ValueFunction<int>("strpos", "text", "strpos(text, part)", "Where a part begins, in characters from 1; 0 where it is not there.", [Gives(Int, Text, Text)],
            (in Row row, Outcome outcome) => Find(row.Text(0), row.Text(1)), ("strpos('millrace', 'race')", "5")),
        new ValueFunction<int>("position", "text", "position(part IN text)", "Where a part begins, in characters from 1; 0 where it is not there. As a function: position(part, text).", [Gives(Int, Text, Text)],
            (in Row row, Outcome outcome) => Find(row.Text(1), row.Text(0)), ("position('x' IN 'mill')", "0")),
        new ValueFunction<int>("locate", "text", "locate(part, text [, start])", "Where a part begins, in characters from 1 and not before a start; 0 where it is not there.", [Gives(Int, Text, Text), Gives(Int, Text, Text, Int)],
            (in Row row, Outcome outcome) =>
            {
                var before = row.Count > 2 ? Math.Max(0, row.Int(2) - 1) : 0;
                var found = Find(row.Text(1)[Utf8Text.IndexOf(row.Text(1), before)..], row.Text(0));
                return found == 0 || before > Utf8Text.Count(row.Text(1)) ? 0 : found + before;
            }, ("locate('l', 'millrace', 4)", "4"), ("locate('x', 'mill')", "0")),
        new ValueFunction<int>("instr", "text", "instr(text, part)", "Where a part begins, in characters from 1; 0 where it is not there.", [Gives(Int, Text, Text)],
            (in Row row, Outcome outcome) => Find(row.Text(0), row.Text(1)), ("instr('millrace', 'race')", "5")),
        new ValueFunction<int>("string_count", "text", "string_count(text, part)", "How often a part stands in a text without overlapping; 0 for an empty part.", [Gives(Int, Text, Text)],
            (in Row row, Outcome outcome) => row.Text(1).IsEmpty ? 0 : row.Text(0).Count(row.Text(1)), ("string_count('cocoa', 'co')", "2")),
        new ValueFunction<byte>("starts_with ^@", "text", "starts_with(text, part)", "Whether a text begins with another.", [Gives(Bool, Text, Text)],
            (in Row row, Outcome outcome) => row.Text(0).StartsWith(row.Text(1)) ? (byte)1 : (byte)0, ("starts_with('millrace', 'mill')", "true")),
        new ValueFunction<byte>("ends_with", "text", "ends_with(text, part)", "Whether a text ends with another.", [Gives(Bool, Text, Text)],
            (in Row row, Outcome outcome) => row.Text(0).EndsWith(row.Text(1)) ? (byte)1 : (byte)0, ("ends_with('millrace', 'mill')", "false")),
        new ValueFunction<byte>("contains", "text", "contains(text, part)", "Whether a text stands in another.", [Gives(Bool, Text, Text)],
            (in Row row, Outcome outcome) => row.Text(0).IndexOf(row.Text(1)) >= 0 ? (byte)1 : (byte)0, ("contains('millrace', 'lra')", "true")),
    ];

    static int Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part)
    {
        var at = text.IndexOf(part);
        return at < 0 ? 0 : Utf8Text.Count(text[..at]) + 1;
    }

    static int PlaceOf(ReadOnlySpan<byte> characters, ReadOnlySpan<byte> character)
    {
        for (var place = 0; !characters.IsEmpty; place++)
        {
            var length = Utf8Text.IndexOf(characters, 1);
            if (characters[..length].SequenceEqual(character)) return place;
            characters = characters[length..];
        }
        return -1;
    }
}
