using System.Buffers;
using System.Buffers.Text;
using Millrace.Data;
using Millrace.Time;

namespace Millrace.Formats;

/// <summary>Values as UTF-8: the one place that says how a value of each type is written in JSON, CSV and plain text.</summary>
public static class Values
{
    /// <summary>Appends a value as plain text: what CSV and terminals show. NULL appends nothing.</summary>
    /// <remarks>DECIMAL with its scale; TIMESTAMP as 2010-12-01 08:00:00 with a fraction where it is not zero; INTERVAL as ISO 8601; BYTES as base64; TEXT as it is.</remarks>
    public static void FormatValue(Column column, int row, IBufferWriter<byte> output)
    {
        if (column.IsNull(row)) return;
        if (column is TextColumn text)
        {
            if (column.Type.Kind == TypeKind.Bytes) WriteBase64(text[row], output);
            else output.Write(text[row]);
            return;
        }
        var target = output.GetSpan(80);
        var at = 0;
        if (column.Type.Kind == TypeKind.Timestamp) WriteTimestamp(((Column<long>)column)[row], isJson: false, target, ref at);
        else WriteFixed(column, row, target, ref at);
        output.Advance(at);
    }

    /// <summary>Appends a value as JSON.</summary>
    /// <param name="column">Where it is.</param>
    /// <param name="row">Its row.</param>
    /// <param name="output">Takes the bytes.</param>
    /// <param name="exactNumbers">For readers in JavaScript: BIGINT past 2^53 as a string. False writes BIGINT always as a number.</param>
    /// <remarks>
    /// BOOLEAN, INTEGER and DOUBLE as such (NaN and infinities as strings); DECIMAL a string with its scale; TIMESTAMP ISO 8601 in UTC; INTERVAL an
    /// ISO 8601 duration; BYTES base64; NULL null.
    /// </remarks>
    public static void FormatJson(Column column, int row, IBufferWriter<byte> output, bool exactNumbers = true)
    {
        if (column.IsNull(row))
        {
            output.Write("null"u8);
            return;
        }
        if (column is TextColumn text)
        {
            if (column.Type.Kind == TypeKind.Bytes)
            {
                output.Write("\""u8);
                WriteBase64(text[row], output);
                output.Write("\""u8);
            }
            else WriteJsonString(text[row], output);
            return;
        }
        var target = output.GetSpan(80);
        var at = 0;
        var kind = column.Type.Kind;
        var isString = kind is TypeKind.Decimal or TypeKind.Timestamp or TypeKind.Interval
            || kind == TypeKind.Double && !double.IsFinite(((Column<double>)column)[row])
            || kind == TypeKind.BigInt && exactNumbers && ((Column<long>)column)[row] is > 1L << 53 or < -(1L << 53);
        if (isString) target[at++] = (byte)'"';
        if (kind == TypeKind.Timestamp) WriteTimestamp(((Column<long>)column)[row], isJson: true, target, ref at);
        else WriteFixed(column, row, target, ref at);
        if (isString) target[at++] = (byte)'"';
        output.Advance(at);
    }

    /// <summary>Appends a JSON string with its quotes; only what JSON demands is escaped. Invalid UTF-8 becomes U+FFFD.</summary>
    public static void WriteJsonString(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        if (!System.Text.Unicode.Utf8.IsValid(text)) text = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(text));
        while (!text.IsEmpty)
        {
            var run = text.IndexOfAny(s_escaped);
            if (run < 0) run = text.Length;
            output.Write(text[..run]);
            if (run == text.Length) break;
            var b = text[run];
            var target = output.GetSpan(6);
            target[0] = (byte)'\\';
            var letter = b switch { (byte)'"' or (byte)'\\' => b, 8 => (byte)'b', 9 => (byte)'t', 10 => (byte)'n', 12 => (byte)'f', 13 => (byte)'r', _ => (byte)'u' };
            target[1] = letter;
            if (letter == (byte)'u')
            {
                target[2] = target[3] = (byte)'0';
                target[4] = (byte)('0' + (b >> 4));
                target[5] = (byte)"0123456789abcdef"[b & 15];
            }
            output.Advance(letter == (byte)'u' ? 6 : 2);
            text = text[(run + 1)..];
        }
        output.Write("\""u8);
    }

    static readonly SearchValues<byte> s_escaped = SearchValues.Create([.. Enumerable.Range(0, 32).Select(static i => (byte)i), (byte)'"', (byte)'\\', 127]);

    /// <summary>Appends a moment: 2010-12-01T08:00:00Z (JSON) or 2010-12-01 08:00:00 (plain), with microseconds where they are not zero.</summary>
    public static void FormatTimestamp(Timestamp value, bool isJson, IBufferWriter<byte> output)
    {
        var target = output.GetSpan(40);
        var at = 0;
        WriteTimestamp(value.Microseconds, isJson, target, ref at);
        output.Advance(at);
    }

    /// <summary>Appends a scaled integer as a decimal number: 12340 of scale 3 is 12.340.</summary>
    public static void FormatDecimal(Int128 value, int scale, IBufferWriter<byte> output)
    {
        var target = output.GetSpan(48);
        var at = 0;
        WriteDecimal(value, scale, target, ref at);
        output.Advance(at);
    }

    static void WriteFixed(Column column, int row, Span<byte> target, ref int at)
    {
        var written = 0;
        switch (column)
        {
            case Column<byte> c:
                ReadOnlySpan<byte> word = c[row] != 0 ? "true"u8 : "false"u8;
                word.CopyTo(target[at..]);
                written = word.Length;
                break;
            case Column<int> c: Utf8Formatter.TryFormat(c[row], target[at..], out written); break;
            case Column<long> c when c.Type.Kind == TypeKind.Decimal: WriteDecimal(c[row], c.Type.Scale, target, ref at); break;
            case Column<long> c: Utf8Formatter.TryFormat(c[row], target[at..], out written); break;
            case Column<double> c: c[row].TryFormat(target[at..], out written, default, System.Globalization.CultureInfo.InvariantCulture); break;
            case Column<Int128> c: WriteDecimal(c[row], c.Type.Scale, target, ref at); break;
            case Column<Interval> c: written = Intervals.Format(c[row], target[at..]); break;
        }
        at += written;
    }

    static void WriteDecimal(Int128 value, int scale, Span<byte> target, ref int at)
    {
        if (value < 0) target[at++] = (byte)'-';
        var rest = value < 0 ? (UInt128)(-value) : (UInt128)value;
        Span<byte> digits = stackalloc byte[40];
        var i = digits.Length;
        while (rest != 0 || digits.Length - i <= scale)
        {
            if (rest <= ulong.MaxValue)
            {
                // Most values fit 64 bits, whose division costs a tenth.
                var low = (ulong)rest;
                while (low != 0 || digits.Length - i <= scale)
                {
                    digits[--i] = (byte)('0' + low % 10);
                    low /= 10;
                }
                break;
            }
            (rest, var digit) = UInt128.DivRem(rest, 10);
            digits[--i] = (byte)('0' + (int)digit);
        }
        var whole = digits.Length - i - scale;
        digits.Slice(i, whole).CopyTo(target[at..]);
        at += whole;
        if (scale == 0) return;
        target[at++] = (byte)'.';
        digits[(i + whole)..].CopyTo(target[at..]);
        at += scale;
    }

    static void WriteTimestamp(long micros, bool isJson, Span<byte> target, ref int at)
    {
        if (micros is long.MinValue or long.MaxValue)
        {
            ReadOnlySpan<byte> word = micros < 0 ? "-infinity"u8 : "infinity"u8;
            word.CopyTo(target[at..]);
            at += word.Length;
            return;
        }
        var time = new Timestamp(micros).ToDateTimeOffset();
        time.TryFormat(target[at..], out var written, isJson ? "yyyy-MM-dd'T'HH:mm:ss" : "yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        at += written;
        var fraction = (int)(micros % 1_000_000);
        WriteFraction(fraction < 0 ? fraction + 1_000_000 : fraction, trim: false, target, ref at);
        if (isJson) target[at++] = (byte)'Z';
    }

    /// <summary>Millionths behind a point; nothing where they are zero.</summary>
    internal static void WriteFraction(int micros, bool trim, Span<byte> target, ref int at)
    {
        if (micros == 0) return;
        target[at++] = (byte)'.';
        for (var unit = 100_000; unit > 0 && !(trim && micros == 0); unit /= 10)
        {
            target[at++] = (byte)('0' + micros / unit);
            micros %= unit;
        }
    }

    static void WriteBase64(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        var target = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        Base64.EncodeToUtf8(bytes, target, out _, out var written);
        output.Advance(written);
    }
}
