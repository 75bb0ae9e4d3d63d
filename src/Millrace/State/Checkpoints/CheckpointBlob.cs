using System.Buffers.Binary;
using Millrace.Data;
using Millrace.Stores;

namespace Millrace.State;

/// <summary>The bytes of a checkpoint's state: a head, the sections that operators wrote, and a checksum over both.</summary>
/// <remarks>
/// Little-endian. Head: "MRCP", format (2 bytes), version of <see cref="Hash64"/> (2), number of the checkpoint (8), lanes (4). A section: the fingerprint of its operator (16), kind (1), flags (1),
/// part (8), length of the body (4), body. An entry of a body: length of the key (4), length of the value (4; -1 = gone), key, value. At the end a CRC-32C (4).
/// </remarks>
static class CheckpointBlob
{
    /// <summary>The format that is written; others are refused.</summary>
    public const ushort Format = 1;

    public const int HeadBytes = 20, SectionHeadBytes = 30, EntryHeadBytes = 8;

    const int ChunkBytes = 1 << 20;

    const uint Magic = 0x5043_524D; // MRCP

    /// <summary>Puts a checkpoint's pieces together.</summary>
    /// <param name="checkpoint">Its number.</param>
    /// <param name="lanes">How many lanes wrote it.</param>
    /// <param name="sections">What they wrote.</param>
    /// <returns>The pieces to be written one after the other; sections are not copied.</returns>
    public static IEnumerable<ReadOnlyMemory<byte>> Create(long checkpoint, int lanes, IEnumerable<ReadOnlyMemory<byte>> sections)
    {
        var head = new byte[HeadBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(head, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(4), Format);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(6), Hash64.Version);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(8), checkpoint);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(16), lanes);
        var crc = Crc32C.Append(0, head);
        yield return head;
        foreach (var section in sections)
        {
            crc = Crc32C.Append(crc, section.Span);
            yield return section;
        }
        var tail = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(tail, crc);
        yield return tail;
    }

    /// <summary>Reads the head of a checkpoint's bytes after looking whether they are whole.</summary>
    /// <exception cref="InvalidDataException">They are not.</exception>
    public static (long Checkpoint, int Lanes) Open(Blob blob)
    {
        if (blob.Length < HeadBytes + sizeof(uint)) throw new InvalidDataException($"it has {blob.Length} bytes, fewer than its head");
        var head = blob.Slice(0, HeadBytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != Magic) throw new InvalidDataException("it does not begin as a checkpoint does");
        var format = BinaryPrimitives.ReadUInt16LittleEndian(head[4..]);
        if (format != Format) throw new InvalidDataException($"it is of format {format}, and this Millrace reads format {Format}");
        var hash = BinaryPrimitives.ReadUInt16LittleEndian(head[6..]);
        if (hash != Hash64.Version) throw new InvalidDataException($"its keys are hashed by version {hash}, and this Millrace hashes by version {Hash64.Version}");
        var crc = 0u;
        var end = blob.Length - sizeof(uint);
        for (var at = 0L; at < end; at += ChunkBytes)
        {
            var length = (int)Math.Min(ChunkBytes, end - at);
            crc = Crc32C.Append(crc, blob.Slice(at, length));
            blob.Forget(at, length);
        }
        var expected = BinaryPrimitives.ReadUInt32LittleEndian(blob.Slice(end, sizeof(uint)));
        if (crc != expected) throw new InvalidDataException($"its checksum is {crc:x8}, and {expected:x8} was written");
        return HeadOf(blob);
    }

    /// <summary>The number of a checkpoint whose bytes are whole, and how many lanes wrote it.</summary>
    public static (long Checkpoint, int Lanes) HeadOf(Blob blob)
    {
        var head = blob.Slice(0, HeadBytes);
        return (BinaryPrimitives.ReadInt64LittleEndian(head[8..]), BinaryPrimitives.ReadInt32LittleEndian(head[16..]));
    }

    /// <summary>The sections of a checkpoint, in the order in which they were written.</summary>
    public static List<Section> Sections(Blob blob)
    {
        var sections = new List<Section>();
        for (var at = (long)HeadBytes; at < blob.Length - sizeof(uint);)
        {
            var head = blob.Slice(at, SectionHeadBytes);
            var length = BinaryPrimitives.ReadInt32LittleEndian(head[26..]);
            sections.Add(new(BinaryPrimitives.ReadUInt128LittleEndian(head), (SectionKind)head[16], (SectionFlags)head[17], BinaryPrimitives.ReadInt64LittleEndian(head[18..]), at + SectionHeadBytes, length));
            at += SectionHeadBytes + length;
        }
        return sections;
    }
}

/// <summary>A section of a checkpoint's bytes.</summary>
/// <param name="State">The fingerprint of its operator.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Flags">What it says of those before it.</param>
/// <param name="Part">The part of the state.</param>
/// <param name="Start">Where its body begins.</param>
/// <param name="Length">Bytes of its body.</param>
readonly record struct Section(UInt128 State, SectionKind Kind, SectionFlags Flags, long Part, long Start, int Length);
