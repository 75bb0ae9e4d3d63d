using Millrace.Connectors;
using Millrace.Postgres.Sinks;
using Millrace.Postgres.Sources;

namespace Millrace.Postgres;

/// <summary>connector = 'postgres': tables of a PostgreSQL database.</summary>
public sealed class PostgresConnector : Connector
{
    /// <inheritdoc/>
    public override string Name => "postgres";

    /// <inheritdoc/>
    public override string Summary => "Reads a table of a PostgreSQL database, or its changes as they happen, and writes rows into one: each commit exactly once in one transaction; rows with a key replace the row of that key.";

    /// <inheritdoc/>
    public override bool NeedsFormat => false;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SourceOptions { get; } =
    [
        .. PostgresServer.Options,
        new("schema", "text", "public", "The schema of the table."),
        new("table", "text", null, "The table; the name of the source unless given. A column is read from the column of its name, or of the name behind FROM."),
        new("read", "table|changes", "table", "'table' reads the rows that are there at the start, in the order of the primary key; 'changes' those and then every insert, update and delete (with changes = 'cdc')."),
        new("slot", "text", null, "read = 'changes': the replication slot, made by a start without checkpoint; 'millrace_' and the name of the source unless given. Each pipeline needs its own."),
        new("publication", "text", null, "read = 'changes': the publication, made for the table if it is not there; 'millrace_' and the name of the source unless given."),
    ];

    /// <inheritdoc/>
    public override bool IsBounded(string source, Options options) => options.Text("read", "table") == "table";

    /// <inheritdoc/>
    public override ISource CreateSource(SourceContext context)
    {
        var server = PostgresServer.Of(context.Options, "millrace source " + context.Name);
        return context.Options.Text("read", "table") == "table" ? new TableSource(context, server) : new ChangesSource(context, server);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SinkOptions { get; } =
    [
        .. PostgresServer.Options,
        new("schema", "text", "public", "The schema of the table; created if it is not there."),
        new("table", "text", null, "The table; the name of the sink unless given. It is created if it is not there, and checked otherwise."),
        new("existing_rows", "refuse|delete|keep", "refuse", "What a start without checkpoint does with the rows of a table that Millrace did not create: 'refuse' to start where there are any, 'delete' or 'keep' them."),
    ];

    /// <inheritdoc/>
    public override ISink CreateSink(SinkContext context) => new PostgresSink(context);
}
