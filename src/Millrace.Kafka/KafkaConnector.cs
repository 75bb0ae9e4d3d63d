using Millrace.Connectors;

namespace Millrace.Kafka;

/// <summary>connector = 'kafka': topics of a Kafka cluster.</summary>
public sealed class KafkaConnector : Connector
{
    /// <inheritdoc/>
    public override string Name => "kafka";

    /// <inheritdoc/>
    public override string Summary => "Reads a topic of a Kafka cluster, each partition from the offset where the last checkpoint was; writes rows to one, with tombstones for rows that are taken back.";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SourceOptions { get; } =
    [
        .. ClientSettings.Specs,
        new("start", "text", "earliest", "Where a run without checkpoint begins: earliest, latest, group (where the group has committed), a time, or offsets by partition such as '0:1500, 1:1720'. Offsets that are not there mean the nearest."),
        new("end", "never|latest", "never", "Where reading ends: never, or at what each partition had when the run began."),
        new("partitions", "text", "all", "Which partitions are read: all, also those that the topic gets meanwhile (16 at most), or numbers with commas."),
        new("partitions.look_every", "duration", "10 seconds", "How often is looked for new partitions."),
        new("group", "text", null, "A consumer group that is told how far the results are, once a second and at the end, for tools that show how far behind a reader is. It does not decide what is read."),
        new("lost_data", "fail|skip", "fail", "What happens when messages were deleted before they were read: an error, or reading goes on with the oldest that is there."),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SinkOptions { get; } =
    [
        .. ClientSettings.Specs,
        new("message_key", "columns", null, "Columns that make the key of a message where rows are only added; without it messages have none. The key of an upsert sink is the key of its rows."),
        new("compression", "none|gzip|snappy|lz4|zstd", "none", "How batches of messages are packed; zstd from Kafka 2.1 on."),
        new("delivery", "auto|transactions|at_least_once", "auto", "'transactions' (brokers from 0.11 on) writes each commit once; with 'at_least_once' a crash may write the last commit again. auto: transactions unless broker.version says that there are none."),
        new("marker_topic", "text", null, "The topic in which is noted how far a sink has written; it should be compacted. With transactions '<topic>-markers' unless given; without them optional: then a start after a crash writes again at most what was under way."),
        new("writer", "text", null, "The name under which a sink writes and notes: of one run at a time. The data folder's name and the sink's unless given."),
    ];

    /// <inheritdoc/>
    public override bool HasMessages => true;

    /// <inheritdoc/>
    public override bool IsBounded(string source, Options options) => Ends(options);

    internal static bool Ends(Options options) => options.Text("end", "never") == "latest";

    /// <inheritdoc/>
    public override ISource CreateSource(SourceContext context) => new KafkaSource(context);

    /// <inheritdoc/>
    public override ISink CreateSink(SinkContext context) => new KafkaSink(context);
}
