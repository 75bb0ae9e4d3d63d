namespace Millrace.Connectors.Journals;

/// <summary>Where a journal is and how large it may get.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Preamble">What stands before the records of every segment: a CSV header with its line end, or nothing.</param>
/// <param name="IsContinuous">Whether records may go on from one segment into the next (stdin); otherwise each segment is decoded anew.</param>
sealed record JournalSettings(string Folder, ReadOnlyMemory<byte> Preamble, bool IsContinuous)
{
    public long SegmentBytes { get; init; } = 64 << 20;

    /// <summary>Bytes that may wait for their results to be committed.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of committed segments that stay; null = all.</summary>
    public long? RetentionBytes { get; init; }

    /// <summary>Idempotency keys that are remembered.</summary>
    public int Keys { get; init; } = 100_000;

    /// <summary>The options that every journaled source has.</summary>
    public static IReadOnlyList<OptionSpec> Specs { get; } =
    [
        new("journal.max_bytes", "integer", "1073741824", "Bytes that may wait in the journal for their results to be committed, at least 1; past them new rows are refused (429) or stdin waits."),
        new("journal.segment_bytes", "integer", "67108864", "Bytes of a file of the journal, at least 1."),
        new("journal.retention_bytes", "integer", null,
            "Bytes of the journal that stay once their results are committed, at least 0; older files are deleted. All stay unless given: a start without checkpoint, or a view that starts over, " +
            "can only count what is still there."),
    ];

    /// <summary>For a source.</summary>
    public static JournalSettings Of(SourceContext context, ReadOnlyMemory<byte> preamble, bool isContinuous)
    {
        var options = context.Options;
        long Whole(string name, long fallback, long least) => options.Integer(name, fallback) is var value && value >= least
            ? value
            : throw new ConnectorException(Fault.User, $"source '{context.Name}': {name} = '{value}': expected a whole number from {least}.");
        return new(Path.Combine(context.DataDirectory, "journal", Uri.EscapeDataString(context.Name) + ".source"), preamble, isContinuous)
        {
            MaxBytes = Whole("journal.max_bytes", 1L << 30, 1),
            SegmentBytes = Whole("journal.segment_bytes", 64 << 20, 1),
            RetentionBytes = options.TextOrNull("journal.retention_bytes") is null ? null : Whole("journal.retention_bytes", 0, 0),
            Keys = (int)Math.Min(10_000_000, Whole("journal.keys", 100_000, 0)),
        };
    }
}
