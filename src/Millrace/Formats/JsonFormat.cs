using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Formats;

/// <summary>JSON lines: one object a line.</summary>
public sealed class JsonFormat : Format
{
    /// <inheritdoc/>
    public override string Name => "json";

    /// <inheritdoc/>
    public override string Summary => "JSON lines: one object a line; a dotted path reaches into objects.";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> Options { get; } = [.. CsvFormat.CommonOptions];

    /// <inheritdoc/>
    public override IDecoder CreateDecoder(DecoderContext context) => new JsonDecoder(context);

    /// <inheritdoc/>
    public override IEncoder CreateEncoder(Schema schema, Options options) => new JsonEncoder(schema);

    /// <inheritdoc/>
    public override byte[]? Redact(ReadOnlySpan<byte> record, DecoderContext context, IReadOnlySet<int> columns) => JsonRedaction.Apply(record, context, columns);
}
