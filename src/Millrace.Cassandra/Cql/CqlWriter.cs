using System.Buffers.Binary;
using System.Text;

namespace Millrace.Cassandra.Cql;

/// <summary>Bytes of frames under way; grows as needed and is used again and again.</summary>
sealed class CqlWriter(int capacity = 256)
{
    byte[] _bytes = new byte[capacity];
    int _length;

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>What was written, to be sent.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    /// <summary>Bytes written so far.</summary>
    public int Length => _length;

    /// <summary>Forgets everything; one that became large once does not stay so.</summary>
    public void Clear(int keep = 1 << 20)
    {
        _length = 0;
        if (_bytes.Length > keep) _bytes = new byte[256];
    }

    /// <summary>Room for so many bytes, which count as written.</summary>
    public Span<byte> Take(int count)
    {
        var start = _length;
        if (start + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(checked(start + count), (int)Math.Min(Array.MaxLength, _bytes.Length * 2L)));
        _length = start + count;
        return _bytes.AsSpan(start, count);
    }

    public void Byte(byte value) => Take(1)[0] = value;
    public void Short(int value) => BinaryPrimitives.WriteUInt16BigEndian(Take(2), checked((ushort)value));
    public void Int(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);
    public void Long(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(8), value);
    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    public void String(string text)
    {
        Short(Encoding.UTF8.GetByteCount(text));
        Text(text);
    }

    public void LongString(string text)
    {
        Int(Encoding.UTF8.GetByteCount(text));
        Text(text);
    }

    void Text(string text) => Encoding.UTF8.GetBytes(text, Take(Encoding.UTF8.GetByteCount(text)));

    public void ShortBytes(ReadOnlySpan<byte> bytes)
    {
        Short(bytes.Length);
        Raw(bytes);
    }

    /// <summary>A value with its length.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Int(bytes.Length);
        Raw(bytes);
    }

    /// <summary>A value that is NULL.</summary>
    public void Null() => Int(-1);

    /// <summary>Begins a value whose length is told by <see cref="EndValue"/>.</summary>
    /// <returns>Where it begins.</returns>
    public int BeginValue()
    {
        Int(0);
        return _length;
    }

    /// <summary>Ends a value.</summary>
    public void EndValue(int start) => BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(start - 4), _length - start);

    /// <summary>Begins a frame; its stream is set when it is sent.</summary>
    public int BeginFrame(byte version, Opcode opcode)
    {
        var frame = Take(FrameHeader.Size);
        frame.Clear();
        (frame[0], frame[4]) = (version, (byte)opcode);
        return _length;
    }

    /// <summary>Ends a frame.</summary>
    public void EndFrame(int start) => EndValue(start);

    /// <summary>The stream of a frame that begins at a place.</summary>
    public void SetStream(int frame, short stream) => BinaryPrimitives.WriteInt16BigEndian(_bytes.AsSpan(frame + 2), stream);
}
