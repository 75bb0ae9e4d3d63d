using System.Buffers;
using System.Text;
using System.Text.Json;
using Millrace.Kafka.Native;

namespace Millrace.Kafka;

/// <summary>The headers of a message as a JSON object; values that are no UTF-8 text are written in base64.</summary>
sealed unsafe class HeaderJson
{
    readonly ArrayBufferWriter<byte> _buffer = new(256);
    readonly Utf8JsonWriter _writer;

    public HeaderJson() => _writer = new(_buffer);

    /// <summary>The object, valid until the next call.</summary>
    /// <param name="message">The message.</param>
    /// <param name="hasNone">Whether it has no headers.</param>
    public ReadOnlySpan<byte> Of(NativeMessage* message, out bool hasNone)
    {
        nint headers;
        hasNone = Librdkafka.Headers(message, &headers) != 0;
        if (hasNone) return default;
        _buffer.ResetWrittenCount();
        _writer.Reset();
        _writer.WriteStartObject();
        byte* name, value;
        nint length;
        for (nint i = 0; Librdkafka.Header(headers, i, &name, &value, &length) == 0; i++)
        {
            _writer.WritePropertyName(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name));
            var bytes = new ReadOnlySpan<byte>(value, (int)length);
            if (value == null) _writer.WriteNullValue();
            else if (System.Text.Unicode.Utf8.IsValid(bytes)) _writer.WriteStringValue(bytes);
            else _writer.WriteBase64StringValue(bytes);
        }
        _writer.WriteEndObject();
        _writer.Flush();
        return _buffer.WrittenSpan;
    }
}
