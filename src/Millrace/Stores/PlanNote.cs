using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Millrace.Data;

namespace Millrace.Stores;

/// <summary>What a checkpoint knows of the plan whose state it holds: whose each state is, and what the next start has to keep so that the state fits again.</summary>
/// <remarks>A blob of its own, written when a plan runs for the first time and named by each checkpoint of it. A checkpoint without one still starts; then states have no names in messages.</remarks>
sealed record PlanNote
{
    /// <summary>The states of the plan.</summary>
    public ImmutableArray<StateNote> States { get; init; } = [];

    /// <summary>The views and sinks.</summary>
    public ImmutableArray<ReaderNote> Readers { get; init; } = [];

    /// <summary>The largest round that a view or sink ever had: names of states are not used again.</summary>
    public int LastRound { get; init; }

    /// <summary>The note as bytes: JSON and a CRC-32C.</summary>
    public byte[] ToBlob()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, PlanNoteJsonContext.Default.PlanNote);
        var blob = new byte[json.Length + sizeof(uint)];
        json.CopyTo(blob, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(json.Length), Crc32C.Append(0, json));
        return blob;
    }

    /// <summary>The note that a checkpoint names; null where it names none.</summary>
    /// <exception cref="InvalidDataException">It is damaged or gone.</exception>
    public static PlanNote? Of(CheckpointRecord record, IBlobStore blobs)
    {
        if (record.Plan is null) return null;
        try
        {
            using var blob = blobs.Open(record.Plan) ?? throw new InvalidDataException("it is gone");
            var bytes = blob.Slice(0, checked((int)blob.Length));
            BatchImages.Check(bytes);
            return JsonSerializer.Deserialize(bytes[..^sizeof(uint)], PlanNoteJsonContext.Default.PlanNote);
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            throw new InvalidDataException($"of its file '{record.Plan}', which says whose its states are, {e.Message}", e);
        }
    }
}

/// <summary>Whose a state is.</summary>
/// <param name="Name">The state.</param>
/// <param name="Operator">What EXPLAIN calls the operator.</param>
/// <param name="Details">What that does, in the words of EXPLAIN.</param>
/// <param name="Below">The same of what stands between it and the next states or sources below.</param>
/// <param name="Owner">The source or view whose text it comes from.</param>
/// <param name="Readers">The views and sinks that read it.</param>
/// <param name="HoldsRows">Whether results are lost with it; otherwise it knows the time alone, which the next rows tell again.</param>
sealed record StateNote(UInt128 Name, string Operator, string Details, ImmutableArray<string> Below, string Owner, ImmutableArray<string> Readers, bool HoldsRows)
{
    /// <summary>Of an aggregate what makes its groups: <see cref="Planning.PlanFingerprint.OfGroups"/>; else 0.</summary>
    public UInt128 Groups { get; init; }

    /// <summary>The ports that are read of it.</summary>
    public int Demand { get; init; }

    /// <summary>Of an aggregate what it computes of each group, in the order in which that is saved.</summary>
    public ImmutableArray<CallNote> Calls { get; init; } = [];
}

/// <summary>What an aggregate computes of each group.</summary>
/// <param name="Name">What it computes: <see cref="Planning.PlanFingerprint.OfCall"/>.</param>
/// <param name="Function">The name of the function.</param>
/// <param name="Types">The types of its arguments, each as kind, precision and scale.</param>
/// <param name="Distinct">Whether DISTINCT stands before the argument.</param>
/// <param name="IsPlain">Whether the function stands there without constants and an order of its own.</param>
/// <param name="Readers">The views and sinks that read it.</param>
sealed record CallNote(UInt128 Name, string Function, ImmutableArray<int> Types, bool Distinct, bool IsPlain, ImmutableArray<string> Readers);

/// <summary>A view or sink of a plan.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">view or sink.</param>
/// <param name="Round">The edit that it came with, 0 = with the first start. Those of different rounds share no operator.</param>
/// <param name="Declared">What it was declared to compute: <see cref="Planning.PlanFingerprint.OfDeclared"/>.</param>
/// <param name="Columns">Its columns with their types: <see cref="Planning.PlanNotes.ColumnsOf"/>.</param>
sealed record ReaderNote(string Name, string Kind, int Round, UInt128 Declared, ImmutableArray<string> Columns);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PlanNote))]
sealed partial class PlanNoteJsonContext : JsonSerializerContext;
