using System.Text;
using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Formats;

/// <summary>Comma-separated values, RFC 4180.</summary>
public sealed class CsvFormat : Format
{
    /// <inheritdoc/>
    public override string Name => "csv";

    /// <inheritdoc/>
    public override string Summary => "Comma-separated values (RFC 4180), one record a line; quoted fields may hold line ends.";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } =
    [
        new("csv.header", "boolean", "true", "Whether the first line names the fields; without it columns take fields by position."),
        new("csv.delimiter", "text", ",", "The one ASCII character between fields; '\\t' is a tab."),
        new("csv.quote", "text", "\"", "The one ASCII character around fields that hold delimiters, quotes or line ends; doubled inside."),
        new("csv.null", "text", "", "An unquoted field of this text is NULL, as is an unquoted empty one."),
        .. CommonOptions,
    ];

    internal static IReadOnlyList<OptionSpec> CommonOptions { get; } =
    [
        new("timestamp_format", "text", null, "How TIMESTAMP columns are written, e.g. 'dd.MM.yyyy HH:mm'; default: ISO 8601, or epoch seconds, milliseconds or microseconds by magnitude."),
        new("timezone", "text", "UTC", "The IANA zone of moments without an offset, e.g. 'Europe/Berlin'."),
        new("max_record_bytes", "integer", "16777216", "Bytes of a record at most, 16 to 268,435,455; a longer one is bad."),
    ];

    /// <inheritdoc/>
    public override IDecoder CreateDecoder(DecoderContext context) => new CsvDecoder(context);

    /// <inheritdoc/>
    public override IEncoder CreateEncoder(Schema schema, Options options) => new CsvEncoder(schema, new CsvDialect(options));

    /// <summary>Fields by position: only without a header can they be found in a lone record.</summary>
    public override byte[]? Redact(ReadOnlySpan<byte> record, DecoderContext context, IReadOnlySet<int> columns)
    {
        var dialect = new CsvDialect(context.Options);
        if (dialect.HasHeader) return null;
        var bytes = record.ToArray();
        var index = new CsvIndex(dialect.Delimiter, dialect.Quote);
        index.Run(bytes, 0, bytes.Length, isLast: true, rows: 1);
        if (index.Rows != 1 || index.IsOpen || index.IsBroken || index.RowEnds[0] + 1 != context.Schema.Count || index.Next < bytes.Length) return null;
        var target = new List<byte>(bytes.Length);
        for (var i = 0; i < context.Schema.Count; i++)
        {
            var from = i == 0 ? 0 : index.Ends[i - 1] + 1;
            if (i > 0) target.Add(dialect.Delimiter);
            if (columns.Contains(i)) target.AddRange("***"u8);
            else target.AddRange(bytes.AsSpan(from, index.Ends[i] - from));
        }
        return [.. target];
    }
}
