using Millrace.Connectors;
using Millrace.Stores;

namespace Millrace.Postgres.Sources;

/// <summary>A table that is read once, whole, as it is when the pipeline starts.</summary>
sealed class TableSource(SourceContext context, PostgresServer server) : ISource
{
    TablePartition? _partition;

    public bool IsBounded => true;

    public ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop)
    {
        var table = new TableColumns(context.Name, context.Options.Text("schema", "public"), context.Options.Text("table", context.Name));
        IReadOnlyList<string> key;
        using (var connection = server.Open())
        {
            try
            {
                key = table.Check(connection, context.Paths);
            }
            catch (Exception e) when (PostgresServer.IsOfServer(e))
            {
                throw server.Explain(e);
            }
        }
        var position = from.FirstOrDefault()?.Position ?? 0;
        if (position > 0 && key.Count == 0)
            throw new ConnectorException(Fault.User, $"source '{context.Name}': {position:N0} rows of '{table.Shown}' are in the results, and without a primary key nobody knows which come after them. Start anew with --from fresh.");
        var order = key.Count == 0 ? "" : $" ORDER BY {string.Join(", ", key.Select(Statements.Quote))}";
        var rows = $"SELECT {string.Join(", ", context.Paths.Select((p, i) => TableColumns.Cast(p, context.Schema[i].Type)))} FROM {table.Name}{order}{(position > 0 ? $" OFFSET {position}" : "")}";
        _partition = new(context, server, $"COPY ({rows}) TO STDOUT (FORMAT binary)", table.Shown, position);
        return new([_partition]);
    }

    public ValueTask DisposeAsync()
    {
        _partition?.Dispose();
        server.Dispose();
        return default;
    }
}
