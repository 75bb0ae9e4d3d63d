using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;

namespace Millrace.Expressions.Kernels;

/// <summary>Bytes that grow as a text is written. Reused from row to row.</summary>
internal sealed class ByteBuffer
{
    byte[] _bytes = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>The written bytes, to change them in place.</summary>
    public Span<byte> Editable => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Truncate(int length) => Length = length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(byte value)
    {
        if (Length == _bytes.Length) Grow(1);
        _bytes[Length++] = value;
    }

    public void Append(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Reserve(text.Length));
        Length += text.Length;
    }

    public void Append(ReadOnlySpan<char> text)
    {
        var room = Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        Length += Encoding.UTF8.GetBytes(text, room);
    }

    public void Append(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        Length += written;
    }

    /// <summary>Appends a number with at least so many digits.</summary>
    public void AppendPadded(long value, int digits)
    {
        if (value < 0)
        {
            Append((byte)'-');
            value = -value;
        }
        Utf8Formatter.TryFormat(value, Reserve(digits + 20), out var written, new('D', (byte)digits));
        Length += written;
    }

    /// <summary>Room for so many bytes after what is written; <see cref="Advance"/> says how many were used.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count) Grow(count);
        return _bytes.AsSpan(Length, count);
    }

    public void Advance(int count) => Length += count;

    void Grow(int count) => Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
}
