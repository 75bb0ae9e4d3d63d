using System.Text;
using Millrace.Runtime;
using Millrace.Stores;

namespace Millrace.Connectors.Journals;

/// <summary>connector = 'http': rows that are posted to /ingest/{source}, answered once they are in a durable journal.</summary>
public sealed class HttpConnector : Connector
{
    /// <inheritdoc/>
    public override string Name => "http";

    /// <inheritdoc/>
    public override string Summary => "Takes rows by POST /ingest/{source} and answers once they are in a durable journal, which a restart reads again.";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SourceOptions { get; } =
    [
        new("http.body_max_bytes", "integer", "16777216", "Bytes of a request at most, 1 to 1,073,741,824; a larger one is refused (413)."),
        new("journal.keys", "integer", "100000", "Idempotency keys that are remembered, the newest ones, 0 to 10,000,000; across restarts too."),
        .. JournalSettings.Specs,
    ];

    /// <inheritdoc/>
    public override ISource CreateSource(SourceContext context) => new HttpSource(context);

    /// <summary>The line that names fields in the dialect of a source.</summary>
    internal static byte[] Header(IEnumerable<string> fields, Options options)
    {
        var delimiter = options.Text("csv.delimiter", ",") is var text and not "\\t" ? text : "\t";
        var quote = options.Text("csv.quote", "\"");
        return Encoding.UTF8.GetBytes(string.Join(delimiter, fields.Select(f => quote + f.Replace(quote, quote + quote, StringComparison.Ordinal) + quote)) + "\n");
    }
}

/// <summary>A journal that is appended to from outside.</summary>
sealed class HttpSource(SourceContext context) : ISource, IIngestSource, IIngest
{
    Journal? _journal;

    public string Format { get; } = context.Options.Text("format", "json");
    public IReadOnlyList<string> Fields { get; } = context.Paths;
    public bool IsBounded => false;
    public IIngest Ingest => this;

    public ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop)
    {
        _journal = Journal.Open(JournalSettings.Of(context, Preamble(), isContinuous: false));
        return new([new JournalPartition(context.Name, _journal, from.FirstOrDefault())]);
    }

    /// <summary>A CSV journal names its fields at the head of every segment.</summary>
    byte[] Preamble() => Format == "csv" && context.Options.Boolean("csv.header", true) ? HttpConnector.Header(Fields, context.Options) : [];

    public ValueTask<IngestReceipt> AppendAsync(ReadOnlyMemory<byte> records, int count, string? idempotencyKey, CancellationToken stop)
    {
        if (_journal is null) throw new InvalidOperationException("The source is not open.");
        if (idempotencyKey?.Length > 1024) throw new ArgumentException("An idempotency key has 1,024 characters at most.", nameof(idempotencyKey));
        return _journal.AppendAsync(records, count, idempotencyKey, isEnd: false, stop);
    }

    public void Committed(IReadOnlyDictionary<int, long> positions)
    {
        if (positions.TryGetValue(0, out var position)) _journal?.Commit(position);
    }

    public ValueTask DisposeAsync()
    {
        _journal?.Dispose();
        return default;
    }
}
