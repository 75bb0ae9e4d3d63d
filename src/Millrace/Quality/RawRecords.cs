using System.Text;
using Millrace.Formats;
using Millrace.Planning;

namespace Millrace.Quality;

/// <summary>Raw records of one source as they may be shown and kept: values of masked columns are taken out, and a record in which they cannot be found is withheld whole.</summary>
/// <param name="source">The source.</param>
/// <param name="format">Its format, or null where rows have no raw bytes.</param>
/// <param name="context">What the decoder of a partition is told.</param>
sealed class RawRecords(SourceDefinition source, Format? format, Func<int, DecoderContext> context)
{
    const int ShownBytes = 300;

    readonly HashSet<int> _masked = [.. source.Masked.Select(m => m.Column)];

    /// <summary>Whether nothing needs to be taken out.</summary>
    public bool IsOpen => _masked.Count == 0;

    /// <summary>The bytes of a record that may be kept, or null where all must be withheld.</summary>
    public byte[]? Redact(ReadOnlySpan<byte> record, int partition) => format?.Redact(record, context(partition), _masked);

    /// <summary>A sentence that shows a record, cut where it is long.</summary>
    public string Show(ReadOnlySpan<byte> record, int partition)
    {
        if (record.IsEmpty) return "";
        if (!IsOpen)
        {
            if (Redact(record, partition) is not { } safe) return "The record is not shown: it holds masked values. ";
            record = safe;
        }
        var text = Encoding.UTF8.GetString(record[..Math.Min(record.Length, ShownBytes)]);
        return $"Record: {text}{(record.Length > ShownBytes ? "..." : "")}\n";
    }
}
