using System.Buffers.Binary;

namespace Millrace.Cassandra.Cql;

/// <summary>How frames travel from protocol version 5 on: in segments with checksums, several small frames in one, a large one cut into several.</summary>
/// <remarks>
/// A segment is a header of six bytes, little-endian (17 bits length of the payload, 1 bit that says whether it holds whole frames, 6 bits unused, and a CRC-24 of those three bytes), the
/// payload, and a CRC-32 of it. Both checksums begin in a state of their own, so that zeros do not pass.
/// </remarks>
static class Segments
{
    public const int HeaderSize = 6, TrailerSize = 4, MaxPayload = (1 << 17) - 1;

    /// <summary>Puts whole frames into segments.</summary>
    public static void Wrap(ReadOnlySpan<byte> frames, CqlWriter target)
    {
        while (!frames.IsEmpty)
        {
            var whole = 0;
            while (whole < frames.Length)
            {
                var size = FrameHeader.Size + BinaryPrimitives.ReadInt32BigEndian(frames[(whole + 5)..]);
                if (whole + size > MaxPayload) break;
                whole += size;
            }
            if (whole > 0)
            {
                Write(frames[..whole], isWhole: true, target);
                frames = frames[whole..];
                continue;
            }
            var large = FrameHeader.Size + BinaryPrimitives.ReadInt32BigEndian(frames[5..]);
            for (var at = 0; at < large; at += MaxPayload) Write(frames[at..Math.Min(large, at + MaxPayload)], isWhole: false, target);
            frames = frames[large..];
        }
    }

    static void Write(ReadOnlySpan<byte> payload, bool isWhole, CqlWriter target)
    {
        var head = payload.Length | (isWhole ? 1 << 17 : 0);
        WriteThree(target.Take(3), head);
        WriteThree(target.Take(3), Crc24(head));
        target.Raw(payload);
        BinaryPrimitives.WriteUInt32LittleEndian(target.Take(4), PayloadCrc(payload));
    }

    /// <summary>Takes a segment off the front of what was received.</summary>
    /// <param name="received">The bytes.</param>
    /// <param name="payload">Its payload.</param>
    /// <param name="isWhole">Whether that holds whole frames.</param>
    /// <returns>Bytes of the segment; 0 where it is not all there.</returns>
    /// <exception cref="CqlException">It is damaged.</exception>
    public static int Read(ReadOnlySpan<byte> received, out ReadOnlySpan<byte> payload, out bool isWhole)
    {
        payload = default;
        isWhole = false;
        if (received.Length < HeaderSize) return 0;
        var head = ReadThree(received);
        if (Crc24(head) != ReadThree(received[3..])) throw CqlException.Protocol("the checksum of a segment's header is wrong.");
        var length = head & MaxPayload;
        isWhole = (head & 1 << 17) != 0;
        var size = HeaderSize + length + TrailerSize;
        if (received.Length < size) return 0;
        payload = received.Slice(HeaderSize, length);
        if (PayloadCrc(payload) != BinaryPrimitives.ReadUInt32LittleEndian(received[(HeaderSize + length)..])) throw CqlException.Protocol("the checksum of a segment is wrong.");
        return size;
    }

    static int ReadThree(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;

    static void WriteThree(Span<byte> bytes, int value) => (bytes[0], bytes[1], bytes[2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));

    static int Crc24(int head)
    {
        var crc = 0x875060;
        for (var i = 0; i < 3; i++)
        {
            crc ^= (head >> 8 * i & 0xFF) << 16;
            for (var bit = 0; bit < 8; bit++)
            {
                crc <<= 1;
                if ((crc & 0x1000000) != 0) crc ^= 0x1974F0B;
            }
        }
        return crc;
    }

    static uint PayloadCrc(ReadOnlySpan<byte> payload) => ~Crc32(Crc32(uint.MaxValue, [0xFA, 0x2D, 0x55, 0xCA]), payload);

    static uint Crc32(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes) crc = s_crc32[(byte)crc ^ b] ^ crc >> 8;
        return crc;
    }

    static readonly uint[] s_crc32 = [.. Enumerable.Range(0, 256).Select(i =>
    {
        var crc = (uint)i;
        for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        return crc;
    })];
}
