using System.IO.Compression;
using System.Text;

namespace Millrace.Connectors.Files;

/// <summary>A gz file with one more packed part behind its last byte, whose content is known: the seal.</summary>
/// <remarks>
/// The library's GZipStream takes the end of a file for the end of the data, wherever it is. But it unpacks the seal only if all before it is whole; so whoever gets the seal has got
/// everything, and whoever gets anything else has a truncated file.
/// </remarks>
sealed class SealedStream(FileStream file) : Stream
{
    static readonly byte[] s_seal = Encoding.ASCII.GetBytes("the end of a whole gz file");
    static readonly byte[] s_packed = Pack();

    static byte[] Pack()
    {
        var packed = new MemoryStream();
        using (var gz = new GZipStream(packed, CompressionLevel.Optimal)) gz.Write(s_seal);
        return packed.ToArray();
    }

    /// <summary>Whether the seal was handed out: what is unpacked from now on is no content of the file.</summary>
    public bool IsAtSeal { get; private set; }

    /// <summary>Bytes that a seal has.</summary>
    public static int SealBytes => s_seal.Length;

    /// <summary>Whether these bytes are the seal.</summary>
    public static bool IsSeal(ReadOnlySpan<byte> unpacked) => unpacked.SequenceEqual(s_seal);

    public override int Read(Span<byte> buffer)
    {
        var count = file.Read(buffer);
        if (count > 0 || IsAtSeal || buffer.Length < s_packed.Length) return count;
        IsAtSeal = true;
        s_packed.CopyTo(buffer);
        return s_packed.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
