using System.Globalization;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;
using Calendar = Millrace.Expressions.Calendar;

namespace Millrace.Functions.Scalar;

/// <summary>to_char(time, pattern), to_char(number, pattern).</summary>
internal sealed class ToChar() : BuiltIn("to_char", "time", "to_char(time, pattern), to_char(number, pattern)",
    "A TIMESTAMP as text. Of the pattern YYYY, YY, Q, MM, Mon, Month, WW, IYYY, IW, DDD, DD, ID, D, Dy, Day, HH24, HH12, HH, MI, SS, MS, US and AM are replaced (upper and lower case of names is kept, FM before a part takes away its blanks and zeros); the rest and what stands in \"quotes\" stays. " +
    "A number as text: 9 is a digit, 0 one that is shown in any case, . or D the point, , or G a comma between groups, S a sign, MI a minus, PR <> around numbers below zero, FM takes away blanks; # stand where the digits are too few.",
    ("to_char(TIMESTAMP '2024-02-05 09:08:07', 'DD.MM.YYYY HH24:MI')", "05.02.2024 09:08"), ("to_char(TIMESTAMP '2024-02-05 15:08:07', 'FMDay, FMDD Mon HH12:MI AM')", "Monday, 5 Feb 03:08 PM"),
    ("to_char(1234.567, 'FM999,990.00')", "1,234.57"), ("to_char(-0.1, '99.99')", "  -.10"), ("to_char(12345, '999')", " ###"))
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments)
    {
        if (arguments.Length != 2 || arguments[1].Kind is not (TypeKind.Text or TypeKind.Null)) return null;
        return arguments[0].Kind switch
        {
            TypeKind.Timestamp or TypeKind.Null => Form(Text, Timestamp, Text),
            TypeKind.Double or TypeKind.Decimal => Form(Text, arguments[0], Text),
            TypeKind.Integer => Form(Text, DataType.Decimal(10, 0), Text),
            TypeKind.BigInt => Form(Text, DataType.Decimal(19, 0), Text),
            _ => null,
        };
    }

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants)
    {
        var type = signature.Parameters[0];
        if (type.Kind != TypeKind.Timestamp) return Numbers(type, constants);
        if (constants[1]?.Value is string pattern) return Of(pattern, constants);
        var patterns = new TimePatterns(null);
        return new TextRowKernel(Text, constants, (in Row row, Outcome outcome) => Write(patterns.Of(row.Text(1)), row.Long(0), outcome));
    }

    /// <summary>The code for a constant pattern: texts of whole seconds and longer are made once for each of them.</summary>
    public static IScalarKernel Of(string pattern, IReadOnlyList<Literal?> constants)
    {
        var parts = new TimePattern(pattern);
        if (parts.Unit >= Calendar.Second && constants[0] is null) return new TimeTextKernel(parts);
        return new TextRowKernel(Text, constants, (in Row row, Outcome outcome) => Write(parts, row.Long(0), outcome));
    }

    /// <summary>Writes one time.</summary>
    public static void Write(TimePattern pattern, long time, Outcome outcome)
    {
        if (Calendar.IsInfinite(time)) outcome.Append(time > 0 ? "infinity"u8 : "-infinity"u8);
        else pattern.Format(time, outcome.Text);
    }

    static TextRowKernel Numbers(DataType type, IReadOnlyList<Literal?> constants)
    {
        var constant = constants[1]?.Value is string text ? new NumberPattern(text) : null;
        return new(Text, constants, (in Row row, Outcome outcome) =>
        {
            var pattern = constant;
            try
            {
                pattern ??= new(System.Text.Encoding.UTF8.GetString(row.Text(1)));
            }
            catch (ArgumentException error)
            {
                outcome.Fail(error.Message);
                return;
            }
            // All digits, rounded half away from zero.
            string digits;
            bool isNegative;
            if (type.Kind == TypeKind.Double)
            {
                var value = row.Double(0);
                if (!double.IsFinite(value))
                {
                    outcome.Fail($"{value.ToString(CultureInfo.InvariantCulture)} has no digits");
                    return;
                }
                isNegative = value < 0;
                digits = Math.Abs(value).ToString($"F{pattern.Decimals}", CultureInfo.InvariantCulture).Replace(".", "", StringComparison.Ordinal);
            }
            else
            {
                var value = row.Decimal(0);
                isNegative = value < 0;
                var magnitude = Int128.Abs(value);
                if (type.Scale > pattern.Decimals) magnitude = Powers.DivideRounded(magnitude, Powers.Wide(type.Scale - pattern.Decimals));
                digits = magnitude.ToString(CultureInfo.InvariantCulture) + new string('0', Math.Max(0, pattern.Decimals - type.Scale));
            }
            digits = digits.PadLeft(pattern.Decimals, '0');
            outcome.Text.Append(pattern.Format(isNegative && digits.AsSpan().ContainsAnyExcept('0'), digits[..^pattern.Decimals].TrimStart('0'), digits[^pattern.Decimals..]).AsSpan());
        });
    }
}
