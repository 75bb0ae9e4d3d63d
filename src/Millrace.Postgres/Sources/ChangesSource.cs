using System.Globalization;
using System.Text;
using Millrace.Connectors;
using Millrace.Stores;
using Npgsql;
using NpgsqlTypes;

namespace Millrace.Postgres.Sources;

/// <summary>The rows of a table as they stand, and from then on every insert, update and delete of it, by logical replication (pgoutput).</summary>
/// <remarks>
/// <para>
/// A replication slot keeps what has not been taken yet, so the server's log grows while the pipeline stands still. The first start makes the slot and reads the table in the slot's snapshot; what changes meanwhile
/// comes after it. A place is a number of rows since then: beside it stands a point of the server's log and the number of rows before it, from where a restart counts on. That point is told to the server
/// once no checkpoint is kept from before it.
/// </para>
/// </remarks>
sealed class ChangesSource(SourceContext context, PostgresServer server) : ISource
{
    ChangesPartition? _partition;

    public bool IsBounded => false;

    public async ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop)
    {
        var table = new TableColumns(context.Name, context.Options.Text("schema", "public"), context.Options.Text("table", context.Name));
        var slot = context.Options.Text("slot", "millrace_" + Simple(context.Name));
        var publication = context.Options.Text("publication", "millrace_" + Simple(context.Name));
        var columns = new ChangeColumns(context);
        try
        {
            Prepare(table, slot, publication, columns, from.Count == 0);
            _partition = new(context, server, table, slot, publication, columns);
            if (from.FirstOrDefault() is { } position) _partition.GoOn(position);
            else await _partition.BeginAsync(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (PostgresServer.IsOfServer(e))
        {
            throw server.Explain(e);
        }
        return [_partition];
    }

    static string Simple(string name)
    {
        var simple = new StringBuilder(name.Length);
        foreach (var c in name.ToLowerInvariant()) simple.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        return simple.Length > 50 ? simple.ToString(0, 50) : simple.ToString();
    }

    void Prepare(TableColumns table, string slot, string publication, ChangeColumns columns, bool isNew)
    {
        using var connection = server.Open();
        table.Check(connection, columns.Names);
        if (connection.Value("SHOW wal_level", "") is not "logical" and var level)
            throw new ConnectorException(Fault.User, $"source '{context.Name}': {server.Name} has wal_level = {level}. Changes can be read with wal_level = logical; its administrator sets it, and restarts the server.");
        if (!connection.Value("SELECT EXISTS (SELECT FROM pg_publication WHERE pubname = $1)", false, publication))
            connection.Run($"CREATE PUBLICATION {Statements.Quote(publication)} FOR TABLE {table.Name}");
        if (!connection.Value("SELECT EXISTS (SELECT FROM pg_publication_tables WHERE pubname = $1 AND format('%I.%I', schemaname, tablename)::regclass = to_regclass($2))", false, publication, table.Name))
            throw new ConnectorException(Fault.User, $"source '{context.Name}': the publication '{publication}' does not tell of '{table.Shown}'. Add it (ALTER PUBLICATION {Statements.Quote(publication)} ADD TABLE {table.Name}), or name another with publication = '...'.");
        var known = connection.Rows("SELECT active FROM pg_replication_slots WHERE slot_name = $1", static r => r.GetBoolean(0), slot);
        if (isNew && known is [false]) connection.Run("SELECT pg_drop_replication_slot($1)", slot);
        else if (isNew && known is [true]) throw new ConnectorException(Fault.User, $"source '{context.Name}': the replication slot '{slot}' is in use. Stop the pipeline that uses it, or name another with slot = '...'.");
        else if (!isNew && known.Count == 0)
            throw new ConnectorException(Fault.User, $"source '{context.Name}': the replication slot '{slot}' is gone, and with it what changed since the checkpoint. Start anew with --from fresh.");
    }

    public void Committed(IReadOnlyDictionary<int, long> positions)
    {
        if (positions.TryGetValue(0, out var position)) _partition?.Committed(position);
    }

    public async ValueTask DisposeAsync()
    {
        if (_partition is not null) await _partition.DisposeAsync().ConfigureAwait(false);
        server.Dispose();
    }
}

/// <summary>A place from which changes are counted: so many rows come before a point of the server's log.</summary>
readonly record struct ChangePoint(long Rows, NpgsqlLogSequenceNumber Log)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rows} {Log}");

    public static ChangePoint? Parse(string text) =>
        text.Split(' ') is [var rows, var log] && long.TryParse(rows, CultureInfo.InvariantCulture, out var count) && NpgsqlLogSequenceNumber.TryParse(log, out var point) ? new(count, point) : null;
}
