using System.Runtime.InteropServices;

namespace Millrace.Kafka.Native;

/// <summary>A message as librdkafka holds it (rd_kafka_message_t).</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct NativeMessage
{
    /// <summary>0, or an error in place of a message, of which <see cref="Payload"/> is then the text.</summary>
    public int Error;
    public nint Topic;
    public int Partition;
    public byte* Payload;
    public nint Length;
    public byte* Key;
    public nint KeyLength;
    public long Offset;
    readonly nint _private;

    /// <summary>The value; the difference between an empty one and none is whether <see cref="Payload"/> is null.</summary>
    public readonly ReadOnlySpan<byte> Value => new(Payload, (int)Length);
}
