using System.Buffers.Binary;
using System.Diagnostics;

namespace Millrace.Learning.Images;

/// <summary>Carries the values of a model to an image or from one: the model names each value once, in order, and the archive reads or writes it.</summary>
/// <remarks>
/// Little-endian. Arrays carry their length; one that an image says is longer than the bytes that are left is a <see cref="ModelFormatException"/>, before anything is allocated.
/// A third kind only counts bytes, for the size of a model in memory.
/// </remarks>
public sealed class Archive
{
    const int DepthMax = 512;

    readonly bool _counts;
    byte[] _bytes;
    int _position;
    int _depth;

    Archive(byte[] bytes, bool isReading, bool counts)
    {
        _bytes = bytes;
        IsReading = isReading;
        _counts = counts;
    }

    /// <summary>Whether values come from an image; otherwise they go to one.</summary>
    public bool IsReading { get; }

    internal static Archive ToRead(ReadOnlySpan<byte> image) => new(image.ToArray(), isReading: true, counts: false);

    internal static Archive ToWrite() => new(new byte[1024], isReading: false, counts: false);

    internal static Archive ToCount() => new([], isReading: false, counts: true);

    /// <summary>Bytes counted.</summary>
    internal long Counted { get; private set; }

    /// <summary>What was written.</summary>
    internal byte[] Finish() => _bytes[.._position];

    /// <summary>Whether all bytes were read.</summary>
    internal bool IsAtEnd => _position == _bytes.Length;

    /// <summary>Throws unless a fact holds that every undamaged image keeps.</summary>
    /// <param name="isSound">The fact.</param>
    /// <param name="fault">What is wrong otherwise, as the end of "The image is damaged: ...".</param>
    /// <exception cref="ModelFormatException">The fact does not hold.</exception>
    public void Require(bool isSound, string fault)
    {
        if (!isSound) throw new ModelFormatException($"The image is damaged: {fault} (before byte {_position} of {_bytes.Length}).");
    }

    /// <summary>Whether an image that is read has so many bytes left; asked before room is made for what it says it holds.</summary>
    public bool CanHold(long bytes) => bytes <= _bytes.Length - _position;

    /// <summary>A number.</summary>
    public void Value(ref double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        Value(ref bits);
        value = BitConverter.Int64BitsToDouble(bits);
    }

    /// <summary>An integer of 64 bits.</summary>
    public void Value(ref long value)
    {
        var bytes = Next(8);
        if (IsReading) value = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        else if (!_counts) BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
    }

    /// <summary>An unsigned integer of 64 bits.</summary>
    public void Value(ref ulong value)
    {
        var signed = (long)value;
        Value(ref signed);
        value = (ulong)signed;
    }

    /// <summary>An integer.</summary>
    public void Value(ref int value)
    {
        var bytes = Next(4);
        if (IsReading) value = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        else if (!_counts) BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
    }

    /// <summary>An integer that lies in a range.</summary>
    /// <exception cref="ModelFormatException">The image has one outside.</exception>
    public void Value(ref int value, int least, int greatest)
    {
        Value(ref value);
        if (value < least || value > greatest) Require(false, $"{value} stands where {least} to {greatest} is possible");
    }

    /// <summary>True or false.</summary>
    public void Value(ref bool value)
    {
        var bytes = Next(1);
        if (IsReading) value = bytes[0] != 0;
        else if (!_counts) bytes[0] = value ? (byte)1 : (byte)0;
    }

    /// <summary>One of an enumeration's values, as its number.</summary>
    public void Choice<T>(ref T value) where T : struct, Enum
    {
        var number = IsReading ? 0 : Convert.ToInt32(value);
        Value(ref number);
        if (!IsReading) return;
        value = (T)Enum.ToObject(typeof(T), number);
        Require(Enum.IsDefined(value), $"{number} is no {typeof(T).Name}");
    }

    /// <summary>A short text.</summary>
    internal void Value(ref string value)
    {
        var bytes = IsReading ? [] : System.Text.Encoding.UTF8.GetBytes(value);
        Array(ref bytes);
        if (IsReading) value = System.Text.Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Numbers, with their count.</summary>
    public void Array(ref double[] values)
    {
        Length(ref values, sizeof(double));
        if (_counts) Counted += 8L * values.Length;
        else for (var i = 0; i < values.Length; i++) Value(ref values[i]);
    }

    /// <summary>Numbers whose count is known.</summary>
    /// <exception cref="ModelFormatException">The image has another count.</exception>
    public void Array(ref double[] values, int count)
    {
        Array(ref values);
        Require(values.Length == count, $"{values.Length} numbers stand where {count} belong");
    }

    /// <summary>Integers, with their count.</summary>
    public void Array(ref int[] values)
    {
        Length(ref values, sizeof(int));
        if (_counts) Counted += 4L * values.Length;
        else for (var i = 0; i < values.Length; i++) Value(ref values[i]);
    }

    /// <summary>Integers whose count and range are known.</summary>
    /// <exception cref="ModelFormatException">The image has another count, or one outside the range.</exception>
    public void Array(ref int[] values, int count, int least, int greatest)
    {
        Array(ref values);
        Require(values.Length == count, $"{values.Length} integers stand where {count} belong");
        foreach (var value in values) Require(value >= least && value <= greatest, $"{value} stands where {least} to {greatest} is possible");
    }

    /// <summary>Bytes, with their count.</summary>
    public void Array(ref byte[] values)
    {
        Length(ref values, 1);
        if (_counts) { Counted += values.Length; return; }
        var bytes = Next(values.Length);
        if (IsReading) bytes.CopyTo(values); else values.CopyTo(bytes);
    }

    /// <summary>Objects of one kind, with their count; each reads or writes itself.</summary>
    /// <param name="values">The objects; replaced when reading.</param>
    /// <param name="blank">Makes one to be read into.</param>
    /// <param name="transfer">Reads or writes one.</param>
    public void Objects<T>(ref T[] values, Func<T> blank, Action<T> transfer) where T : class
    {
        Length(ref values, 1);
        for (var i = 0; i < values.Length; i++)
        {
            if (IsReading) values[i] = blank();
            Inside(values[i], transfer);
        }
    }

    /// <summary>An object that may be absent.</summary>
    /// <param name="value">The object or null; replaced when reading.</param>
    /// <param name="blank">Makes one to be read into.</param>
    /// <param name="transfer">Reads or writes it.</param>
    public void Optional<T>(ref T? value, Func<T> blank, Action<T> transfer) where T : class
    {
        var isThere = value is not null;
        Value(ref isThere);
        if (IsReading) value = isThere ? blank() : null;
        if (value is not null) Inside(value, transfer);
    }

    /// <summary>A learner of any registered kind, with the kind's name.</summary>
    /// <exception cref="ModelFormatException">The image has a kind that is not registered or that does not fit here.</exception>
    public void Learner<T>(ref T model) where T : class, ILearner
    {
        var kind = IsReading ? "" : Kinds.NameOf(model);
        Value(ref kind);
        if (IsReading)
        {
            var blank = Kinds.Blank(kind);
            Require(blank is T, $"'{kind}' stands where a {typeof(T).Name} belongs");
            model = (T)blank!;
        }
        Inside(model, m => m.Transfer(this));
    }

    void Inside<T>(T value, Action<T> transfer)
    {
        // Images of strangers may nest without end.
        Require(++_depth < DepthMax, "it nests too deep");
        if (_counts) Counted += 24;
        transfer(value);
        _depth--;
    }

    void Length<T>(ref T[] values, int bytesEach)
    {
        var length = values.Length;
        Value(ref length);
        if (!IsReading) return;
        Require(length >= 0 && length <= (_bytes.Length - _position) / bytesEach, $"{length} elements do not fit into the bytes that are left");
        values = new T[length];
    }

    Span<byte> Next(int count)
    {
        if (_counts)
        {
            Counted += count;
            return [];
        }
        if (IsReading) Require(count <= _bytes.Length - _position, "it ends too early");
        else while (_position + count > _bytes.Length) System.Array.Resize(ref _bytes, _bytes.Length * 2);
        var bytes = _bytes.AsSpan(_position, count);
        _position += count;
        Debug.Assert(bytes.Length == count, "Every value finds its room.");
        return bytes;
    }
}
