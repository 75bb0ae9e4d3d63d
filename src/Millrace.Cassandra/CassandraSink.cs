using System.Globalization;
using Millrace.Cassandra.Cql;
using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Cassandra;

/// <summary>A table of Cassandra that takes the changes of each commit: rows are upserted under their key, or deleted.</summary>
/// <remarks>
/// Cassandra has no transactions, so a reader may see part of a commit while it is written. What was written is written again after a crash, with the same content and later timestamps, up to
/// the version that the <see cref="SinkLedger"/> tells: in effect each commit arrives once.
/// </remarks>
sealed class CassandraSink(SinkSettings settings, TimeProvider clock) : ISink
{
    CqlCluster? _cluster;
    WritePipe? _pipe;
    SinkLedger? _ledger;
    EpochWriter? _writer;
    TableLayout? _wanted, _layout;
    string? _schemaVersion;
    volatile bool _mustCheck;

    string What => $"the sink into Cassandra's '{settings.Keyspace}.{settings.Table}'";

    public bool IsStaged => false;

    public long AppliedVersion { get; private set; }

    public void Open(Schema schema, IReadOnlyList<int> key, string? position)
    {
        _wanted = TableLayout.Of(settings, schema, key);
        try
        {
            OpenAsync(position is null ? null : long.Parse(position, CultureInfo.InvariantCulture)).GetAwaiter().GetResult();
        }
        catch (CqlException e)
        {
            throw e.ForEngine(What);
        }
    }

    async Task OpenAsync(long? flushed)
    {
        var cluster = _cluster = await CqlCluster.ConnectAsync(settings.Cluster, clock).ConfigureAwait(false);
        await CreateKeyspaceAsync(cluster).ConfigureAwait(false);
        await cluster.UseAsync(settings.Keyspace).ConfigureAwait(false);
        _pipe = new(cluster, settings.MaxInFlight);
        var ledger = _ledger = new(cluster, settings, clock);
        await ledger.CreateAsync().ConfigureAwait(false);
        await ledger.ClaimAsync().ConfigureAwait(false);
        if (flushed is { } version) await GoOnAsync(cluster, ledger, version).ConfigureAwait(false);
        else await BeginAsync(cluster, ledger).ConfigureAwait(false);
        AppliedVersion = ledger.Version;
        await PrepareAsync().ConfigureAwait(false);
        cluster.OnSchemaChanged = (keyspace, table) => _mustCheck |= keyspace == settings.Keyspace && (table.Length == 0 || table == settings.Table);
    }

    async Task CreateKeyspaceAsync(CqlCluster cluster)
    {
        var tables = cluster.HasOldSchema ? "system.schema_keyspaces" : "system_schema.keyspaces";
        if ((await cluster.QueryAsync($"SELECT keyspace_name FROM {tables} WHERE keyspace_name = '{settings.Keyspace}'", new(Consistency.One)).ConfigureAwait(false)).Count > 0) return;
        if (settings.Replication is not { } replication)
        {
            throw new ConnectorException(Fault.User,
                $"Cassandra has no keyspace '{settings.Keyspace}'. Create it (CREATE KEYSPACE ... WITH replication = ...), or let the sink do so: replication = '3' keeps each row three times.");
        }
        await cluster.DefineAsync($"CREATE KEYSPACE IF NOT EXISTS {TableLayout.Quote(settings.Keyspace)} WITH replication = {replication}").ConfigureAwait(false);
    }

    /// <summary>Results are computed anew: a table of ours is emptied, or made anew where it does not fit any more; any other is left as it is.</summary>
    async Task BeginAsync(CqlCluster cluster, SinkLedger ledger)
    {
        var layout = _wanted!;
        var found = await ExistingTable.FindAsync(cluster, settings.Keyspace, settings.Table).ConfigureAwait(false);
        var isOwn = found is null || ledger.IsOwn;
        if (found is not null && isOwn)
        {
            try
            {
                found.Fit(layout);
                await cluster.QueryAsync($"TRUNCATE {layout.FullName}", new(Consistency.All)).ConfigureAwait(false);
            }
            catch (ConnectorException)
            {
                await cluster.DefineAsync($"DROP TABLE {layout.FullName}").ConfigureAwait(false);
                found = null;
            }
        }
        if (found is null) await cluster.DefineAsync(layout.Create()).ConfigureAwait(false);
        found = await ExistingTable.FindAsync(cluster, settings.Keyspace, settings.Table).ConfigureAwait(false);
        ledger.Reset(isOwn, found?.Id ?? "");
    }

    async Task GoOnAsync(CqlCluster cluster, SinkLedger ledger, long flushed)
    {
        var found = await ExistingTable.FindAsync(cluster, settings.Keyspace, settings.Table).ConfigureAwait(false);
        var isThere = ledger.WasThere && found is not null && found.Id == ledger.TableId;
        if (isThere && ledger.Version >= flushed) return;
        throw new ConnectorException(Fault.User, $"the table '{settings.Keyspace}.{settings.Table}' " + (isThere ? $"holds version {ledger.Version:N0}" : "is gone, or another one stands in its place") +
            $", but the checkpoint has written version {flushed:N0} into it. Put back what was there, or start anew with --from fresh.");
    }

    /// <summary>Checks that the table is still there and fits, and prepares what writes it.</summary>
    async Task PrepareAsync()
    {
        var version = await _cluster!.SchemaVersionAsync().ConfigureAwait(false);
        var table = await ExistingTable.FindAsync(_cluster!, settings.Keyspace, settings.Table).ConfigureAwait(false);
        if (table is null || table.Id != _ledger!.TableId)
            throw new ConnectorException(Fault.User, $"the table '{settings.Keyspace}.{settings.Table}' is gone: somebody dropped it while the pipeline ran. Start anew with --from fresh.");
        var layout = _layout = table.Fit(_wanted!);
        var insert = await _cluster!.PrepareAsync(layout.Insert(settings.TimeToLive)).ConfigureAwait(false);
        var delete = await _cluster.PrepareAsync(layout.Delete).ConfigureAwait(false);
        _writer = new(settings, _cluster, _pipe!, _ledger!, layout, insert, delete);
        _schemaVersion = version;
    }

    public void Write(IReadOnlyList<Batch> changes, long version)
    {
        if (version <= AppliedVersion) return;
        try
        {
            if (_mustCheck) Check();
            WriteAll(changes, version);
            // A server takes and loses what is written by a statement that was prepared before the table changed, so no such write may count.
            while (HasChanged())
                if (Check()) WriteAll(changes, version);
            _ledger!.Commit(version);
            AppliedVersion = version;
        }
        catch (CqlException e)
        {
            if (!e.IsTransient && e.Failure != CqlFailure.Unauthorized) TellChange();
            throw e.ForEngine(What);
        }
    }

    /// <summary>A write was refused: where that is because the table has changed, this is what has to be told.</summary>
    void TellChange()
    {
        try
        {
            Check();
        }
        catch (CqlException)
        {
            // Then the refusal is told.
        }
    }

    bool HasChanged() => _mustCheck || _cluster!.SchemaVersionAsync().GetAwaiter().GetResult() != _schemaVersion;

    /// <summary>Looks at the table again.</summary>
    /// <returns>Whether it is written in another way now.</returns>
    bool Check()
    {
        _mustCheck = false;
        var before = _layout!.Columns;
        try
        {
            PrepareAsync().GetAwaiter().GetResult();
            return !_layout.Columns.SequenceEqual(before);
        }
        catch
        {
            _mustCheck = true;
            throw;
        }
    }

    void WriteAll(IReadOnlyList<Batch> changes, long version)
    {
        _ledger!.Begin();
        try
        {
            long rows = 0;
            foreach (var batch in changes)
            {
                _writer!.Add(batch, version, rows);
                rows += batch.RowCount;
            }
            _writer!.Send();
        }
        catch
        {
            _writer!.Forget();
            try
            {
                _pipe!.Drain();
            }
            catch (CqlException)
            {
                // The first failure is told.
            }
            throw;
        }
        _pipe!.Drain();
    }

    /// <summary>Each write ended with all replicas that were asked for.</summary>
    public string Flush() => AppliedVersion.ToString(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _cluster?.Dispose();
        _pipe?.Dispose();
    }
}
