namespace Millrace.Connectors.Files;

/// <summary>connector = 'file': reads files, and writes one.</summary>
public sealed class FileConnector : Connector
{
    /// <inheritdoc/>
    public override string Name => "file";

    /// <inheritdoc/>
    public override string Summary => "Reads a file, a folder or a glob, plain or gz, once or as it grows; writes a file, or one for each value of some columns.";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SourceOptions { get; } =
    [
        new("path", "path", null, "A file, a folder (all its files) or a glob with *, ? and **; relative to the SQL file. A gz file is known by its first bytes.", Required: true),
        new("follow", "boolean", "false", "Waits at the end for bytes that are appended and for further files of the folder or glob; a further file ends the one before it. A rotated log is read on in the new file."),
        new("partitions", "one|files", "one", "'one' reads the files one after the other in ordinal order of their paths; 'files' makes each a partition of its own. Followed, files that appear later are found within a second, and each is followed until 16 more have come."),
        new("speed", "text", "max", "'max', or how many times faster than it happened the file is replayed by its WATERMARK column: '1x', '3600x'; above 0."),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SinkOptions { get; } =
    [
        new("path", "path", null, "The file; a start without checkpoint makes it anew. Relative to the SQL file. Its folder must exist, but for partition_by.", Required: true),
        new("partition_by", "columns", null, "Columns whose values divide the rows among files, with commas. The path then has their names in braces ('out/{day}/{hour}.csv'), or is a folder in which 'day=.../hour=.../rows.csv' are made."),
        new("max_partitions", "integer", "10000", "Files at most with partition_by; more values end the pipeline with an error."),
        new("compression", "auto|none|gzip", "auto", "'auto' packs where the path ends in .gz; each commit is a gzip member of its own, so rare commits pack better."),
        new("mode", "append|changes", "append", "'append' takes rows that are never taken back (EMIT FINAL). 'changes' writes every change with a first column change: 1 for a row that is new, -1 for one that is taken back (2 and -2 where it stands twice)."),
    ];

    /// <inheritdoc/>
    public override bool IsBounded(string source, Options options) => !options.Boolean("follow", false);

    /// <inheritdoc/>
    public override ISource CreateSource(SourceContext context) => new FileSource(context);

    /// <inheritdoc/>
    public override ISink CreateSink(SinkContext context) => context.Options.TextOrNull("partition_by") is null ? new FileSink(context) : new Partitions.PartitionedFileSink(context);
}
