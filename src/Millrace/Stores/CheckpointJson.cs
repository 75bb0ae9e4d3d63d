using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Stores;

/// <summary>Checkpoint records as JSON, the form in which stores keep them.</summary>
public static class CheckpointJson
{
    /// <summary>The record as JSON.</summary>
    public static byte[] Write(CheckpointRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, CheckpointJsonContext.Default.CheckpointRecord);

    /// <summary>The record of a JSON text.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static CheckpointRecord Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, CheckpointJsonContext.Default.CheckpointRecord) ?? throw new InvalidDataException("A checkpoint's record is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"A checkpoint's record is damaged: {e.Message}", e);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CheckpointRecord))]
sealed partial class CheckpointJsonContext : JsonSerializerContext;
