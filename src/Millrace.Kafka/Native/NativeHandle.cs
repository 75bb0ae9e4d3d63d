using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Millrace.Kafka.Native;

/// <summary>The native client behind one of Confluent.Kafka, which keeps it to itself.</summary>
static class NativeHandle
{
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_LibrdkafkaHandle")]
    [return: UnsafeAccessorType("Confluent.Kafka.Impl.SafeKafkaHandle, Confluent.Kafka")]
    static extern object Of(Handle handle);

    /// <summary>The client's handle, valid as long as the client is.</summary>
    public static nint Of(IClient client) => ((SafeHandle)Of(client.Handle)).DangerousGetHandle();
}
