using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>format(pattern, a, b, ...).</summary>
internal sealed class Format() : BuiltIn("format", "text", "format(pattern, a, b, ...)",
    "The pattern with %s replaced by the values in turn, %2$s by the second, %% by a %; a NULL value is empty, a NULL pattern NULL. A pattern that asks for more values than there are is an error.",
    ("format('%s of %s', 3, 'ten')", "3 of ten"), ("format('%2$s %1$s, 100%%', 'a', 'b')", "b a, 100%"))
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments) => arguments.IsEmpty ? null : Form(Text, [.. Enumerable.Repeat(Text, arguments.Length)]);

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants) => new TextRowKernel(Text, constants, Write, isStrict: false);

    static void Write(in Row row, Outcome outcome)
    {
        if (row.IsNull(0))
        {
            outcome.Null();
            return;
        }
        var next = 1;
        for (var pattern = row.Text(0); !pattern.IsEmpty;)
        {
            var percent = pattern.IndexOf((byte)'%');
            outcome.Append(percent < 0 ? pattern : pattern[..percent]);
            if (percent < 0) return;
            pattern = pattern[(percent + 1)..];
            var place = 0;
            var digits = 0;
            while (digits < Math.Min(pattern.Length, 4) && char.IsAsciiDigit((char)pattern[digits])) place = place * 10 + pattern[digits++] - '0';
            if (digits > 0 && digits < pattern.Length && pattern[digits] == '$') pattern = pattern[(digits + 1)..];
            else place = digits > 0 ? -1 : 0;
            if (place == 0 && pattern.StartsWith("%"u8)) outcome.Append((byte)'%');
            else if (place < 0 || !pattern.StartsWith("s"u8))
            {
                outcome.Fail($"the pattern {Casts.Quote(row.Text(0))} has a % that is followed by neither s, 1$s nor %");
                return;
            }
            else
            {
                if (place == 0) place = next;
                next = place + 1;
                if (place >= row.Count)
                {
                    outcome.Fail($"the pattern {Casts.Quote(row.Text(0))} asks for value {place} of {row.Count - 1}");
                    return;
                }
                if (!row.IsNull(place)) outcome.Append(row.Text(place));
            }
            pattern = pattern[1..];
        }
    }
}
