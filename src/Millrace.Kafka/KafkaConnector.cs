using Millrace.Connectors;

namespace Millrace.Kafka;

/// <summary>connector = 'kafka': topics of a Kafka cluster.</summary>
public sealed class KafkaConnector : Connector
{
    /// <inheritdoc/>
    public override string Name => "kafka";

    /// <inheritdoc/>
    public override string Summary => "Reads a topic of a Kafka cluster, each partition from the offset where the last checkpoint was.";

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
    public override bool HasMessages => true;

    /// <inheritdoc/>
    public override bool IsBounded(string source, Options options) => Ends(options);

    internal static bool Ends(Options options) => options.Text("end", "never") == "latest";

    /// <inheritdoc/>
    public override ISource CreateSource(SourceContext context) => new KafkaSource(context);
}
