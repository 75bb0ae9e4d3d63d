using System.Buffers.Binary;

namespace Millrace.Cassandra.Cql;

/// <summary>The nine bytes before the body of each frame.</summary>
/// <param name="Version">The protocol's version, 3 to 5.</param>
/// <param name="IsResponse">Whether the server sent it.</param>
/// <param name="Flags">What else stands in the body.</param>
/// <param name="Stream">Which request it belongs to; negative: an event.</param>
/// <param name="Opcode">What it is.</param>
/// <param name="Length">Bytes of the body.</param>
readonly record struct FrameHeader(byte Version, bool IsResponse, byte Flags, short Stream, Opcode Opcode, int Length)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 9;

    /// <summary>Bytes of a body at most, by the protocol.</summary>
    public const int MaxLength = 256 << 20;

    public const byte CompressedFlag = 0x01, TracingFlag = 0x02, PayloadFlag = 0x04, WarningFlag = 0x08;

    /// <summary>Reads a header.</summary>
    /// <exception cref="CqlException">It cannot be one.</exception>
    public static FrameHeader Read(ReadOnlySpan<byte> bytes)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes[5..]);
        if (length is < 0 or > MaxLength) throw CqlException.Protocol($"a frame claims a body of {length:N0} bytes, 0 to {MaxLength:N0} are allowed; does a Cassandra answer on this port?");
        return new((byte)(bytes[0] & 0x7F), (bytes[0] & 0x80) != 0, bytes[1], BinaryPrimitives.ReadInt16BigEndian(bytes[2..]), (Opcode)bytes[4], length);
    }
}
