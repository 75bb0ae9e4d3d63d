using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Millrace.Data;

namespace Millrace.Formats.Readers;

/// <summary>Resolves the escapes of a value; -1 with a message if they are wrong.</summary>
delegate int Unescape(ReadOnlySpan<byte> text, Span<byte> target, out string? problem);

/// <summary>Turns the slices of one column into its values.</summary>
abstract class FieldReader : IDisposable
{
    readonly bool _nullOnError;
    byte[] _scratch = [];

    private protected FieldReader(Field field, DecoderContext context, bool isCsv, Unescape unescape)
    {
        Field = field;
        IsCsv = isCsv;
        Unescaper = unescape;
        _nullOnError = context.NullOnError;
    }

    protected Field Field { get; }
    protected bool IsCsv { get; }
    Unescape Unescaper { get; }

    /// <summary>Fields that became NULL because they did not fit.</summary>
    public long Nulled { get; private set; }

    /// <summary>The reader of a type: the one place that knows them all.</summary>
    public static FieldReader Create(Field field, DecoderContext context, bool isCsv, Unescape unescape) => field.Type.Kind switch
    {
        TypeKind.Integer => new FixedReader<int, IntegerParser>(field, context, isCsv, unescape, default),
        TypeKind.BigInt => new FixedReader<long, BigIntParser>(field, context, isCsv, unescape, default),
        TypeKind.Double => new FixedReader<double, DoubleParser>(field, context, isCsv, unescape, default),
        TypeKind.Boolean => new FixedReader<byte, BooleanParser>(field, context, isCsv, unescape, new(isCsv)),
        TypeKind.Decimal when field.Type.IsWideDecimal => new FixedReader<Int128, WideDecimalParser>(field, context, isCsv, unescape, new(field.Type)),
        TypeKind.Decimal => new FixedReader<long, DecimalParser>(field, context, isCsv, unescape, new(field.Type)),
        TypeKind.Timestamp => new FixedReader<long, TimestampParser>(field, context, isCsv, unescape, new(new TimestampRules(context.Options))),
        TypeKind.Interval => new FixedReader<Interval, IntervalParser>(field, context, isCsv, unescape, default),
        TypeKind.Text => new TextReader(field, context, isCsv, unescape),
        TypeKind.Bytes => new BytesReader(field, context, isCsv, unescape),
        _ => throw new ArgumentException($"column {field.Name} has no type.", nameof(field)),
    };

    /// <summary>Reads slices into the column's rows from <paramref name="at"/> on. A value that does not fit leaves a message for its row.</summary>
    public abstract void Read(byte[] bytes, ReadOnlySpan<Slice> slices, Column column, int at, string?[] messages);

    /// <summary>A column begins that the next reads fill.</summary>
    public virtual void Begin(Column column) { }

    /// <summary>The column is filled.</summary>
    public virtual void End(Column column, int rows) { }

    /// <summary>Moves a row up, over rows that were taken out.</summary>
    public abstract void Move(Column column, int from, int to);

    /// <inheritdoc/>
    public virtual void Dispose() { }

    private protected static void MoveValidity(Column column, int from, int to)
    {
        if (!column.HasNulls) return;
        if (column.IsNull(from)) Bits.Clear(column.Validity, to);
        else Bits.Set(column.Validity, to);
    }

    /// <summary>The value did not fit: the record is bad, or the field NULL.</summary>
    private protected void Reject(Column column, int at, int row, string?[] messages, string message)
    {
        if (messages[row] is not null) return; // the record is bad already
        if (!_nullOnError)
        {
            messages[row] = message;
            return;
        }
        column.SetNull(at + row);
        Nulled++;
    }

    /// <summary>The content of a value with its escapes resolved, valid until the next call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected ReadOnlySpan<byte> Content(byte[] bytes, Slice slice, out string? problem)
    {
        var text = bytes.AsSpan(slice.Start, slice.Length);
        problem = null;
        return slice.Kind == SliceKind.Escaped ? Unescaped(text, out problem) : text;
    }

    ReadOnlySpan<byte> Unescaped(ReadOnlySpan<byte> text, out string? problem)
    {
        if (_scratch.Length < text.Length) _scratch = new byte[Math.Max(256, text.Length)];
        var length = Unescaper(text, _scratch, out problem);
        if (length < 0)
        {
            problem = $"{Field.Name}: {problem}";
            return default;
        }
        var content = _scratch.AsSpan(0, length);
        if (_scratch.Length > 1 << 20) _scratch = []; // the span keeps it as long as it is needed
        return content;
    }

    /// <summary>The message of a value that does not fit.</summary>
    private protected string Describe(ReadOnlySpan<byte> text, SliceKind kind, Fit fit)
    {
        var shown = Show(text);
        var type = Field.Type;
        return fit switch
        {
            Fit.Beyond => $"{Field.Name}: {shown} is beyond {type}{Range(type)}",
            Fit.TooPrecise when type.Kind == TypeKind.Decimal => $"{Field.Name}: {shown} has more than {type.Scale} digits after the point and is no {type}",
            Fit.TooPrecise => $"{Field.Name}: {shown} has a fraction and is no {type}",
            _ => $"{Field.Name}: {(kind == SliceKind.Bare && !IsCsv ? shown : $"'{shown}'")} is no {type}",
        };
    }

    static string Range(DataType type) => type.Kind switch
    {
        TypeKind.Integer => " (-2147483648 to 2147483647)",
        TypeKind.BigInt => " (-9223372036854775808 to 9223372036854775807)",
        TypeKind.Timestamp => " (years 1 to 9999)",
        TypeKind.Double => " (about 1.8e308)",
        _ => "",
    };

    /// <summary>A value for people: at most 40 characters, control characters as escapes.</summary>
    public static string Show(ReadOnlySpan<byte> text)
    {
        var shown = new StringBuilder();
        var characters = Encoding.UTF8.GetString(text.Length > 160 ? text[..160] : text);
        foreach (var c in characters)
        {
            if (shown.Length >= 40) break;
            if (char.IsControl(c)) shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else shown.Append(c);
        }
        if (shown.Length < characters.Length && shown.Length >= 40) shown.Append('…');
        return shown.ToString();
    }

    /// <summary>A text cut to a length.</summary>
    public static string Shorten(string text, int length) => text.Length <= length ? text : text[..length] + "…";
}
