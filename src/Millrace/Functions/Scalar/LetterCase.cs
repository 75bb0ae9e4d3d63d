using System.Text;
using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Lower and upper case, by Unicode's simple mapping.</summary>
internal static class LetterCase
{
    public static ScalarFunction[] All { get; } =
    [
        new TextFunction("lower", "text", "lower(text)", "The text in lower case.", [Gives(Text, Text)], (in Row row, Outcome outcome) =>
        {
            var text = row.Text(0);
            if (Ascii.ToLower(text, outcome.Text.Reserve(text.Length), out var written) == System.Buffers.OperationStatus.Done) outcome.Text.Advance(written);
            else Utf8Text.Map(text, outcome.Text, Rune.ToLowerInvariant);
        }, ("lower('MILL Ärger')", "mill ärger")),
        new TextFunction("upper", "text", "upper(text)", "The text in upper case.", [Gives(Text, Text)], (in Row row, Outcome outcome) =>
        {
            var text = row.Text(0);
            if (Ascii.ToUpper(text, outcome.Text.Reserve(text.Length), out var written) == System.Buffers.OperationStatus.Done) outcome.Text.Advance(written);
            else Utf8Text.Map(text, outcome.Text, Rune.ToUpperInvariant);
        }, ("upper('mill ärger')", "MILL ÄRGER")),
        new TextFunction("initcap", "text", "initcap(text)", "The first letter of each word in upper case, the others in lower; words are runs of letters and digits.", [Gives(Text, Text)],
            (in Row row, Outcome outcome) =>
            {
                var isInside = false;
                Utf8Text.Map(row.Text(0), outcome.Text, rune =>
                {
                    var isWord = Rune.IsLetterOrDigit(rune);
                    var mapped = !isWord ? rune : isInside ? Rune.ToLowerInvariant(rune) : Rune.ToUpperInvariant(rune);
                    isInside = isWord;
                    return mapped;
                });
            }, ("initcap('hi THOMAS, o''neil')", "Hi Thomas, O'Neil")),
    ];
}
