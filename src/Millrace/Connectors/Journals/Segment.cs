using System.Buffers.Binary;
using Millrace.Data;

namespace Millrace.Connectors.Journals;

/// <summary>One file of a journal: a head, the preamble, then frames.</summary>
/// <remarks>
/// <para>Head, 32 bytes, little-endian: "MRJOURNL", version (u32, 1), flags (u32, 1 = goes on from the segment before), length of the preamble (u32), position of the first byte
/// (i64), CRC-32C of the 28 bytes before and the preamble (u32).</para>
/// <para>Frame: mark (u32), bytes of records (u32), bytes of the idempotency key (u16), flags (u16, 1 = the stream ends here), records (u32), position of the first byte (i64), CRC-32C of
/// the 24 bytes before, the key and the records (u32); then the key and the records.</para>
/// <para>A position counts the bytes that readers see: preambles and records.</para>
/// </remarks>
sealed class Segment
{
    public const int HeadBytes = 32;
    public const int FrameBytes = 28;
    public const uint FrameMark = 0x3146_524D; // "MRF1"
    const uint Version = 1;
    static ReadOnlySpan<byte> Magic => "MRJOURNL"u8;

    public required string Path { get; init; }

    /// <summary>Position of its first byte.</summary>
    public required long Start { get; init; }

    /// <summary>Whether its records go on from the segment before.</summary>
    public required bool GoesOn { get; init; }

    public required byte[] Preamble { get; init; }

    /// <summary>Position behind its last durable byte.</summary>
    public long End { get; set; }

    /// <summary>Durable bytes of the file.</summary>
    public long FileLength { get; set; }

    public static string NameOf(long start) => $"{start:D20}.journal";

    /// <summary>Bytes of head and preamble.</summary>
    public byte[] Head()
    {
        var bytes = new byte[HeadBytes + Preamble.Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), GoesOn ? 1u : 0);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), Preamble.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(20), Start);
        Preamble.CopyTo(bytes, HeadBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(28), Crc32C.Append(Crc32C.Append(0, bytes.AsSpan(0, 28)), Preamble));
        return bytes;
    }

    /// <summary>Reads a head; null if it is none or not whole.</summary>
    public static Segment? Read(string path, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadBytes || !bytes.StartsWith(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != Version) return null;
        var preamble = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
        if (preamble > bytes.Length - HeadBytes) return null;
        var text = bytes.Slice(HeadBytes, (int)preamble);
        if (Crc32C.Append(Crc32C.Append(0, bytes[..28]), text) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..])) return null;
        var start = BinaryPrimitives.ReadInt64LittleEndian(bytes[20..]);
        return new()
        {
            Path = path,
            Start = start,
            GoesOn = (BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) & 1) != 0,
            Preamble = text.ToArray(),
            End = start + preamble,
            FileLength = HeadBytes + preamble,
        };
    }
}

/// <summary>The head of a frame.</summary>
readonly record struct Frame(int Records, int KeyBytes, bool IsEnd, int Count, long Position, uint Checksum)
{
    public long Bytes => Segment.FrameBytes + KeyBytes + (long)Records;

    public static bool TryRead(ReadOnlySpan<byte> bytes, out Frame frame)
    {
        frame = default;
        if (bytes.Length < Segment.FrameBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Segment.FrameMark) return false;
        frame = new(BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]),
            (BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]) & 1) != 0, BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]));
        return frame.Records >= 0 && frame.Count >= 0;
    }

    /// <summary>Writes the head over a frame whose key and records stand behind it already.</summary>
    public static void Seal(Span<byte> frame, int records, int keyBytes, bool isEnd, int count, long position)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Segment.FrameMark);
        BinaryPrimitives.WriteInt32LittleEndian(frame[4..], records);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[8..], (ushort)keyBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(frame[10..], (ushort)(isEnd ? 1 : 0));
        BinaryPrimitives.WriteInt32LittleEndian(frame[12..], count);
        BinaryPrimitives.WriteInt64LittleEndian(frame[16..], position);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[24..], Crc32C.Append(Crc32C.Append(0, frame[..24]), frame.Slice(Segment.FrameBytes, keyBytes + records)));
    }
}
