using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Millrace.Data;

namespace Millrace.Formats.Readers;

/// <summary>Text to a value of fixed size.</summary>
interface IFieldParser<T> where T : unmanaged
{
    /// <summary>The common case; may read 32 bytes from where it is pointed to. False means: ask <see cref="Parse"/>.</summary>
    bool TryFast(ref byte text, int length, out T value);

    /// <summary>Whether <see cref="TryEight"/> does anything: the constant false where it never does.</summary>
    static abstract bool IsVectored { get; }

    /// <summary>The common case for eight rows at once; only asked where <see cref="EightNumbers.IsSupported"/>.</summary>
    /// <returns>A bit for each row that is left to <see cref="TryFast"/>.</returns>
    uint TryEight(ref byte bytes, ref Slice slices, in EightNumbers.Places places, ref T to);

    /// <summary>Every case. The text has no blanks around it.</summary>
    Fit Parse(ReadOnlySpan<byte> text, SliceKind kind, out T value);
}

/// <summary>The reader of all types of fixed size: one loop, compiled anew for each parser.</summary>
sealed class FixedReader<T, TParser>(Field field, DecoderContext context, bool isCsv, Unescape unescape, TParser parser)
    : FieldReader(field, context, isCsv, unescape)
    where T : unmanaged
    where TParser : struct, IFieldParser<T>
{
    TParser _parser = parser;

    /// <inheritdoc/>
    public override void Read(byte[] bytes, ReadOnlySpan<Slice> slices, Column column, int at, string?[] messages)
    {
        var to = ((Column<T>)column).Slots.Slice(at, slices.Length);
        var last = bytes.Length - 32; // fast parsers look 32 bytes ahead
        ref var start = ref MemoryMarshal.GetArrayDataReference(bytes);
        ref var from = ref MemoryMarshal.GetReference(slices);
        var i = 0;
        if (TParser.IsVectored && EightNumbers.IsSupported)
            for (; i + EightNumbers.Rows <= slices.Length; i += EightNumbers.Rows)
            {
                var left = 0xFFu;
                if (EightNumbers.Find(ref Unsafe.Add(ref from, i), last, out var places)) left = _parser.TryEight(ref start, ref Unsafe.Add(ref from, i), places, ref to[i]);
                for (; left != 0; left &= left - 1)
                {
                    var row = i + BitOperations.TrailingZeroCount(left);
                    to[row] = ReadOne(bytes, slices[row], last, column, at, row, messages);
                }
            }
        for (; i < slices.Length; i++) to[i] = ReadOne(bytes, slices[i], last, column, at, i, messages);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    T ReadOne(byte[] bytes, Slice slice, int last, Column column, int at, int row, string?[] messages) =>
        slice.Kind is SliceKind.Bare or SliceKind.Quoted && slice.Start <= last
            && _parser.TryFast(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(bytes), slice.Start), slice.Length, out var value)
            ? value : ReadSlow(bytes, slice, column, at, row, messages);

    [MethodImpl(MethodImplOptions.NoInlining)]
    T ReadSlow(byte[] bytes, Slice slice, Column column, int at, int row, string?[] messages)
    {
        if (slice.Kind == SliceKind.Null)
        {
            column.SetNull(at + row);
            return default;
        }
        var text = Content(bytes, slice, out var problem);
        if (problem is null)
        {
            text = text.Trim(" \t"u8);
            var isNumber = IsCsv || slice.Kind != SliceKind.Bare || !Field.Type.IsNumeric || JsonScanner.IsNumber(text);
            var value = default(T);
            var fit = isNumber ? _parser.Parse(text, slice.Kind, out value) : Fit.Malformed;
            if (fit == Fit.Fits) return value;
            problem = Describe(text, slice.Kind, fit);
        }
        Reject(column, at, row, messages, problem);
        return default;
    }

    /// <inheritdoc/>
    public override void Move(Column column, int from, int to)
    {
        var values = ((Column<T>)column).Slots;
        values[to] = values[from];
        MoveValidity(column, from, to);
    }
}

/// <summary>INTEGER.</summary>
readonly struct IntegerParser : IFieldParser<int>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFast(ref byte text, int length, out int value)
    {
        var fits = Numbers.FastInteger(ref text, length, out var wide);
        value = (int)wide;
        return fits & value == wide;
    }

    /// <inheritdoc/>
    public static bool IsVectored => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint TryEight(ref byte bytes, ref Slice slices, in EightNumbers.Places places, ref int to)
    {
        var left = EightNumbers.Short(ref bytes, ref slices, places, out var values);
        Vector512.Narrow(values, values).GetLower().StoreUnsafe(ref to);
        return left;
    }

    /// <inheritdoc/>
    public Fit Parse(ReadOnlySpan<byte> text, SliceKind kind, out int value)
    {
        var fit = Numbers.ParseScaled(text, 0, out var wide);
        value = (int)wide;
        return fit == Fit.Fits && value != wide ? Fit.Beyond : fit;
    }
}

/// <summary>BIGINT.</summary>
readonly struct BigIntParser : IFieldParser<long>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFast(ref byte text, int length, out long value) => Numbers.FastInteger(ref text, length, out value);

    /// <inheritdoc/>
    public static bool IsVectored => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint TryEight(ref byte bytes, ref Slice slices, in EightNumbers.Places places, ref long to)
    {
        var left = EightNumbers.Long(ref bytes, ref slices, places, out var values);
        values.StoreUnsafe(ref to);
        return left;
    }

    /// <inheritdoc/>
    public Fit Parse(ReadOnlySpan<byte> text, SliceKind kind, out long value)
    {
        var fit = Numbers.ParseScaled(text, 0, out var wide);
        value = (long)wide;
        return fit == Fit.Fits && value != wide ? Fit.Beyond : fit;
    }
}

/// <summary>DOUBLE.</summary>
readonly struct DoubleParser : IFieldParser<double>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFast(ref byte text, int length, out double value) => Numbers.FastDouble(ref text, length, out value);

    /// <inheritdoc/>
    public static bool IsVectored => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint TryEight(ref byte bytes, ref Slice slices, in EightNumbers.Places places, ref double to)
    {
        var left = EightNumbers.Doubles(ref bytes, ref slices, places, out var values);
        values.StoreUnsafe(ref to);
        return left;
    }

    /// <inheritdoc/>
    public Fit Parse(ReadOnlySpan<byte> text, SliceKind kind, out double value) => Numbers.ParseDouble(text, out value);
}

/// <summary>DECIMAL up to 18 digits.</summary>
readonly struct DecimalParser(DataType type) : IFieldParser<long>
{
    readonly int _scale = type.Scale;
    readonly long _end = (long)Numbers.PowerOf10(type.Precision);
    readonly Vector512<long> _factors = Factors(type.Scale);

    // For each number of digits behind the point what makes the scale full; 0 where that is not for the fast path.
    static Vector512<long> Factors(int scale)
    {
        Span<long> factors = stackalloc long[8];
        for (var decimals = 0; decimals < factors.Length; decimals++)
            factors[decimals] = scale - decimals is >= 0 and <= 10 and var shift ? (long)Numbers.PowersOf10[shift] : 0;
        return Vector512.Create<long>(factors);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFast(ref byte text, int length, out long value)
    {
        var fits = Numbers.FastFixed(ref text, length, out var mantissa, out var decimals);
        var shift = _scale - decimals;
        value = 0;
        if (!fits | (uint)shift > 10) return false; // 8 digits and 10 more stay in 64 bits
        value = mantissa * (long)Numbers.PowersOf10[shift];
        return value < _end & value > -_end;
    }

    /// <inheritdoc/>
    public static bool IsVectored => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint TryEight(ref byte bytes, ref Slice slices, in EightNumbers.Places places, ref long to)
    {
        var left = EightNumbers.Fixed(ref bytes, ref slices, places, out var digits, out var decimals, out var minus);
        var factors = Avx512F.PermuteVar8x64(_factors, (decimals & Vector512.Create(7UL)).AsInt64());
        var values = digits * factors;
        EightNumbers.Signed(values, minus.AsInt64()).StoreUnsafe(ref to);
        return left | EightNumbers.Bits((Vector512.Equals(factors, Vector512<long>.Zero) | Vector512.GreaterThanOrEqual(values, Vector512.Create(_end))).AsUInt64());
    }

    /// <inheritdoc/>
    public Fit Parse(ReadOnlySpan<byte> text, SliceKind kind, out long value)
    {
        var fit = Numbers.ParseScaled(text, _scale, out var wide);
        value = (long)wide;
        return fit == Fit.Fits && Int128.Abs(wide) >= _end ? Fit.Beyond : fit;
    }
}

/// <summary>DECIMAL of 19 to 38 digits.</summary>
readonly struct WideDecimalParser(DataType type) : IFieldParser<Int128>
{
    readonly int _scale = type.Scale;
    readonly Int128 _end = Numbers.PowerOf10(type.Precision);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFast(ref byte text, int length, out Int128 value)
    {
        var fits = Numbers.FastFixed(ref text, length, out var mantissa, out var decimals);
        var shift = _scale - decimals;
        value = 0;
        if (!fits | (uint)shift > 10) return false;
        value = mantissa * (long)Numbers.PowersOf10[shift];
        return value < _end & value > -_end;
    }

    /// <inheritdoc/>
    public static bool IsVectored => false;

    /// <inheritdoc/>
    public uint TryEight(ref byte bytes, ref Slice slices, in EightNumbers.Places places, ref Int128 to) => 0xFF;

    /// <inheritdoc/>
    public Fit Parse(ReadOnlySpan<byte> text, SliceKind kind, out Int128 value)
    {
        var fit = Numbers.ParseScaled(text, _scale, out value);
        return fit == Fit.Fits && Int128.Abs(value) >= _end ? Fit.Beyond : fit;
    }
}

/// <summary>BOOLEAN: true and false; in CSV and in JSON strings also t, f, 1, 0, yes, no, y, n, in any case.</summary>
readonly struct BooleanParser(bool isCsv) : IFieldParser<byte>
{
    /// <inheritdoc/>
    public bool TryFast(ref byte text, int length, out byte value)
    {
        value = (byte)(text == (byte)'t' ? 1 : 0);
        var word = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref text, length == 5 ? 1 : 0));
        return BitConverter.IsLittleEndian && (length == 4 & word == 0x6575_7274 | length == 5 & text == (byte)'f' & word == 0x6573_6C61);
    }

    /// <inheritdoc/>
    public static bool IsVectored => false;

    /// <inheritdoc/>
    public uint TryEight(ref byte bytes, ref Slice slices, in EightNumbers.Places places, ref byte to) => 0xFF;

    /// <inheritdoc/>
    public Fit Parse(ReadOnlySpan<byte> text, SliceKind kind, out byte value)
    {
        value = 0;
        if (kind == SliceKind.Bare && !isCsv)
        {
            value = (byte)(text.SequenceEqual("true"u8) ? 1 : 0);
            return value == 1 || text.SequenceEqual("false"u8) ? Fit.Fits : Fit.Malformed;
        }
        Span<byte> lower = stackalloc byte[5];
        if (text.Length is 0 or > 5) return Fit.Malformed;
        for (var i = 0; i < text.Length; i++) lower[i] = (byte)(text[i] is >= (byte)'A' and <= (byte)'Z' ? text[i] | 0x20 : text[i]);
        lower = lower[..text.Length];
        if (lower.SequenceEqual("true"u8) || lower.SequenceEqual("t"u8) || lower.SequenceEqual("1"u8) || lower.SequenceEqual("yes"u8) || lower.SequenceEqual("y"u8)) value = 1;
        else if (!(lower.SequenceEqual("false"u8) || lower.SequenceEqual("f"u8) || lower.SequenceEqual("0"u8) || lower.SequenceEqual("no"u8) || lower.SequenceEqual("n"u8)))
            return Fit.Malformed;
        return Fit.Fits;
    }
}

/// <summary>TIMESTAMP.</summary>
readonly struct TimestampParser(TimestampRules rules) : IFieldParser<long>
{
    readonly bool _hasPattern = rules.HasPattern;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFast(ref byte text, int length, out long value)
    {
        if (!_hasPattern && length <= 16 && Numbers.FastInteger(ref text, length, out var epoch))
        {
            value = TimestampRules.FromEpoch(epoch);
            return true;
        }
        return rules.TryFast(ref text, length, out value);
    }

    /// <inheritdoc/>
    public static bool IsVectored => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint TryEight(ref byte bytes, ref Slice slices, in EightNumbers.Places places, ref long to)
    {
        if (_hasPattern) return 0xFF;
        var left = EightNumbers.Long(ref bytes, ref slices, places, out var values);
        TimestampRules.FromEpoch(values).StoreUnsafe(ref to);
        return left;
    }

    /// <inheritdoc/>
    public Fit Parse(ReadOnlySpan<byte> text, SliceKind kind, out long value) => rules.Parse(text, out value);
}

/// <summary>INTERVAL.</summary>
readonly struct IntervalParser : IFieldParser<Interval>
{
    /// <inheritdoc/>
    public bool TryFast(ref byte text, int length, out Interval value)
    {
        value = default;
        return false;
    }

    /// <inheritdoc/>
    public static bool IsVectored => false;

    /// <inheritdoc/>
    public uint TryEight(ref byte bytes, ref Slice slices, in EightNumbers.Places places, ref Interval to) => 0xFF;

    /// <inheritdoc/>
    public Fit Parse(ReadOnlySpan<byte> text, SliceKind kind, out Interval value) => Intervals.TryParse(text, out value) ? Fit.Fits : Fit.Malformed;
}
