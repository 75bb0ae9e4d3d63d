using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Bench.Harness;

/// <summary>One timed run of one side.</summary>
sealed record Lap
{
    /// <summary>What the clock said.</summary>
    public required double Seconds { get; init; }

    /// <summary>Rows that were read.</summary>
    public required long Rows { get; init; }

    /// <summary>Bytes that were read; 0 where rows come from memory.</summary>
    public long Bytes { get; init; }

    /// <summary>Stands for the whole result: sides that agree on it have computed the same. May be told in the first lap only.</summary>
    public string? Checksum { get; init; }

    /// <summary>Bytes of managed memory allocated per row in the second half of the run, where that is known.</summary>
    public double? AllocatedPerRow { get; init; }

    /// <summary>The most state that was seen, in bytes, where somebody looked.</summary>
    public long? StateBytes { get; init; }

    /// <summary>Rows added and taken back in the answer, where they are counted.</summary>
    public long? Changes { get; init; }

    /// <summary>Why there is no answer.</summary>
    public string? Error { get; init; }

    static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>As the line that a serving process prints.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_options);

    /// <summary>From such a line.</summary>
    public static Lap FromJson(string line) => JsonSerializer.Deserialize<Lap>(line, s_options)!;
}
