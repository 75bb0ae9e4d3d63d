using Millrace.Connectors;

namespace Millrace.Cassandra;

/// <summary>CREATE SINK ... WITH (connector = 'cassandra', hosts = 'db1', keyspace = 'shop', partition_key = 'product'): rows into a table of Apache Cassandra, by key.</summary>
/// <param name="clock">The outside world's time, for timestamps and time-outs; the system's unless given.</param>
public sealed class CassandraConnector(TimeProvider? clock = null) : Connector
{
    /// <inheritdoc/>
    public override string Name => "cassandra";

    /// <inheritdoc/>
    public override string Summary => "Writes rows into a table of Apache Cassandra; rows with a key replace the row of that key, each commit takes effect once.";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SinkOptions { get; } =
    [
        new("hosts", "text", null, "Some nodes of the cluster, with commas, each perhaps with a port ('db1, db2:9043'); the others are learned from them.", Required: true),
        new("port", "integer", "9042", "The port of hosts that name none, and of all nodes that are learned."),
        new("keyspace", "text", null, "The keyspace.", Required: true),
        new("replication", "text", null, "Creates the keyspace if it is not there: '3' keeps each row three times, 'dc1: 3, dc2: 2' so often in each data center."),
        new("table", "text", null, "The table; the name of the sink unless given. It is created if it is not there; one that is there must fit, and is left as it is."),
        new("partition_key", "text", null, "Columns whose rows lie together, with commas; day(c), hour(c) and month(c) make a column that holds the beginning of the day, hour or month of a time column. The key columns that are no TIMESTAMP unless given; needed where rows have no key."),
        new("clustering_key", "text", null, "Columns by which rows of a partition are sorted, with commas, each perhaps with DESC; the other key columns unless given."),
        new("null_key", "text", null, "What stands for NULL in key columns, as Cassandra allows none there; a value that does not occur otherwise. Without it a NULL there ends the pipeline with an error."),
        new("ttl", "duration", null, "After how long Cassandra forgets a row that was not written again; at most 20 years. Never unless given, or after the table's own default_time_to_live."),
        new("consistency", "ONE|TWO|THREE|QUORUM|ALL|LOCAL_QUORUM|EACH_QUORUM|LOCAL_ONE|ANY", "LOCAL_QUORUM", "How many replicas must have a row before it counts as written."),
        new("datacenter", "text", null, "The data center whose nodes are written to; that of the first host that answers unless given."),
        new("user", "text", null, "The name to log in with."),
        new("password", "secret", null, "The password."),
        new("tls", "boolean", "false", "Whether connections are encrypted."),
        new("tls_ca", "path", null, "A file in PEM with the certificates that may sign the servers'; those that the system trusts unless given."),
        new("tls_check_name", "boolean", "true", "Whether a server's certificate must be for its name or address."),
        new("tls_cert", "path", null, "Our own certificate in PEM, where the servers ask for one."),
        new("tls_key", "path", null, "Its key in PEM, unencrypted."),
        new("timeout", "duration", "12 seconds", "How long an answer is awaited; longer than the servers' own limits (2 s for writes), at least 1 second."),
        new("max_in_flight", "integer", "1024", "Requests under way at once, 1 to 4096; fewer by itself while the servers do not keep up."),
        new("batch_bytes", "integer", "4096", "Rows of one partition go together in unlogged batches of so many bytes at most; servers warn above 5 kB unless set otherwise. 0: every row by itself."),
        new("connections", "integer", "2", "Connections to each node, 1 to 16."),
        new("protocol", "auto|3|4|5", "auto", "The version of the native protocol; the highest that the server speaks unless given."),
    ];

    /// <inheritdoc/>
    public override ISink CreateSink(SinkContext context) => new CassandraSink(SinkSettings.Read(context), clock ?? TimeProvider.System);
}
