using System.Text;
using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>How alike texts are.</summary>
internal static class Likeness
{
    const int LengthMax = 1_000;

    public static ScalarFunction[] All { get; } =
    [
        new ValueFunction<int>("levenshtein", "text", "levenshtein(a, b)", "How many characters must be put in, taken out or changed to make one text the other. Texts of more than 1,000 characters are errors.", [Gives(Int, Text, Text)],
            Levenshtein, ("levenshtein('kitten', 'sitting')", "3"), ("levenshtein('mühle', 'muhle')", "1")),
    ];

    static int Levenshtein(in Row row, Outcome outcome)
    {
        if (Utf8Text.Count(row.Text(0)) > LengthMax || Utf8Text.Count(row.Text(1)) > LengthMax)
        {
            outcome.Fail($"a text has more than {LengthMax} characters");
            return 0;
        }
        Span<int> a = stackalloc int[LengthMax];
        Span<int> b = stackalloc int[LengthMax];
        a = a[..Decode(row.Text(0), a)];
        b = b[..Decode(row.Text(1), b)];
        // One row of the table of Wagner and Fischer (1974, Journal of the ACM 21(1):168-173).
        Span<int> steps = stackalloc int[LengthMax + 1];
        for (var j = 0; j <= b.Length; j++) steps[j] = j;
        for (var i = 0; i < a.Length; i++)
        {
            var corner = steps[0];
            steps[0] = i + 1;
            for (var j = 0; j < b.Length; j++)
            {
                var change = corner + (a[i] == b[j] ? 0 : 1);
                corner = steps[j + 1];
                steps[j + 1] = Math.Min(change, Math.Min(corner, steps[j]) + 1);
            }
        }
        return steps[b.Length];
    }

    static int Decode(ReadOnlySpan<byte> text, Span<int> characters)
    {
        var count = 0;
        while (!text.IsEmpty && count < characters.Length)
        {
            characters[count++] = Utf8Text.TryDecode(text, out var rune, out var length) ? rune.Value : -text[0];
            text = text[length..];
        }
        return count;
    }
}
