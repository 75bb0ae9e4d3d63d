using System.Buffers.Text;
using System.Globalization;

namespace Millrace.Bench.Nexmark;

/// <summary>Collects lines of text on their way to a file.</summary>
sealed class LineBuffer(Stream file) : IDisposable
{
    readonly byte[] _bytes = new byte[1 << 16];
    int _length;

    /// <summary>Adds text as it is; a text must not be longer than 4,096 bytes.</summary>
    public LineBuffer Add(ReadOnlySpan<byte> text)
    {
        if (_length + text.Length > _bytes.Length) Flush();
        text.CopyTo(_bytes.AsSpan(_length));
        _length += text.Length;
        return this;
    }

    /// <summary>Adds a number.</summary>
    public LineBuffer Add(long number)
    {
        if (_length + 20 > _bytes.Length) Flush();
        _ = Utf8Formatter.TryFormat(number, _bytes.AsSpan(_length), out var written);
        _length += written;
        return this;
    }

    /// <summary>Adds a time (milliseconds since 1970) as Flink's JSON has it: 2026-01-01 00:00:00.000.</summary>
    public LineBuffer AddTime(long milliseconds)
    {
        if (_length + 23 > _bytes.Length) Flush();
        _ = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).TryFormat(_bytes.AsSpan(_length), out var written, "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        _length += written;
        return this;
    }

    /// <summary>Writes what is left and closes the file.</summary>
    public void Dispose()
    {
        Flush();
        file.Dispose();
    }

    void Flush()
    {
        file.Write(_bytes, 0, _length);
        _length = 0;
    }
}
