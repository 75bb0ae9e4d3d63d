using System.Globalization;
using Millrace.Cassandra.Cql;
using Millrace.Connectors;

namespace Millrace.Cassandra;

/// <summary>Who writes a table, which version it holds, and which timestamps its writes may have: a row of the table millrace_sinks in the same keyspace.</summary>
/// <remarks>
/// <para>
/// Each start takes the table over: it raises the epoch by a conditional write, which a start before it that still runs finds at its next commit. Timestamps decide in Cassandra which of two
/// writes holds, so those of a start must be above all that any start before it has used or may still use. Therefore a start only uses timestamps that it has reserved, up to a limit that
/// stands in the row and is raised together with the version; the next start begins above the limit. Timestamps follow the clock, but never go back where it does.
/// </para>
/// <para>The row is written by conditional writes alone, with timestamps of the servers: the two kinds must not be mixed.</para>
/// </remarks>
sealed class SinkLedger(CqlCluster cluster, SinkSettings settings, TimeProvider clock)
{
    /// <summary>How far timestamps are reserved ahead of the last one, in microseconds: a crashed start makes the next begin so much ahead of the clock at most.</summary>
    public const long Ahead = 60_000_000;

    readonly string _table = $"{TableLayout.Quote(settings.Keyspace)}.millrace_sinks";
    readonly string _owner = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}, process {Environment.ProcessId}, {clock.GetUtcNow():O}");
    CqlStatement? _commit;
    long _epoch, _last, _reserved;

    /// <summary>The version that the table holds; 0 = none.</summary>
    public long Version { get; private set; }

    /// <summary>Whether the table was created by a sink, and so is emptied when results are computed anew.</summary>
    public bool IsOwn { get; private set; }

    /// <summary>Which table of that name it is: somebody may have dropped it and created another.</summary>
    public string TableId { get; private set; } = "";

    /// <summary>Whether there was a row before.</summary>
    public bool WasThere { get; private set; }

    /// <summary>Creates the table of such rows.</summary>
    public async Task CreateAsync()
    {
        if (await ExistingTable.FindAsync(cluster, settings.Keyspace, "millrace_sinks").ConfigureAwait(false) is not null) return;
        await cluster.DefineAsync($"CREATE TABLE IF NOT EXISTS {_table} (name text PRIMARY KEY, epoch bigint, owner text, version bigint, reserved bigint, is_own boolean, table_id text) WITH comment = 'Which commits of Millrace tables hold'").ConfigureAwait(false);
    }

    /// <summary>Takes the table over.</summary>
    /// <exception cref="ConnectorException">Others do so at the same time, again and again.</exception>
    public async Task ClaimAsync()
    {
        _commit = await cluster.PrepareAsync($"UPDATE {_table} SET version = ?, reserved = ?, is_own = ?, table_id = ? WHERE name = ? IF epoch = ?").ConfigureAwait(false);
        for (var tries = 0; tries < 10; tries++)
        {
            var row = await ReadAsync().ConfigureAwait(false);
            WasThere = row is not null;
            var (epoch, version, reserved) = row is null ? (0, 0, 0) : (row.Epoch, row.Version, row.Reserved);
            var now = Math.Max(Now(), reserved);
            var limit = now + Ahead;
            var owner = _owner.Replace("'", "''", StringComparison.Ordinal);
            var claim = row is null
                ? string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {_table} (name, epoch, owner, version, reserved, is_own) VALUES ('{settings.Table}', 1, '{owner}', 0, {limit}, false) IF NOT EXISTS")
                : string.Create(CultureInfo.InvariantCulture, $"UPDATE {_table} SET epoch = {epoch + 1}, owner = '{owner}', reserved = {limit} WHERE name = '{settings.Table}' IF epoch = {epoch}");
            if (await IsDoneAsync(cluster.QueryAsync(claim, Conditional, isIdempotent: false), epoch + 1).ConfigureAwait(false))
            {
                (_epoch, Version, _last, _reserved, IsOwn, TableId) = (epoch + 1, version, now, limit, row?.IsOwn ?? false, row?.TableId ?? "");
                return;
            }
        }
        throw new ConnectorException(Fault.User, $"other processes write the table '{settings.Table}' too, and take it from each other. Run one pipeline alone with this sink.");
    }

    /// <summary>A timestamp above all before it; reserves further ones where none is left.</summary>
    public long NextTimestamp()
    {
        if (_last + 1 >= _reserved)
        {
            Write(Version, Math.Max(Now(), _last) + Ahead);
            Begin();
        }
        return ++_last;
    }

    /// <summary>A commit begins: timestamps go on from the clock.</summary>
    public void Begin() => _last = Math.Max(_last, Math.Min(Now(), _reserved));

    /// <summary>The table holds a version now.</summary>
    public void Commit(long version) => Write(version, Math.Max(Now(), _last) + Ahead);

    /// <summary>The table holds no version, and belongs to the sink or not.</summary>
    public void Reset(bool isOwn, string tableId)
    {
        (IsOwn, TableId) = (isOwn, tableId);
        Write(0, _reserved);
    }

    void Write(long version, long reserved)
    {
        var values = new CqlWriter();
        values.Int(8);
        values.Long(version);
        values.Int(8);
        values.Long(reserved);
        values.Int(1);
        values.Byte((byte)(IsOwn ? 1 : 0));
        values.Bytes(System.Text.Encoding.UTF8.GetBytes(TableId));
        values.Bytes(System.Text.Encoding.UTF8.GetBytes(settings.Table));
        values.Int(8);
        values.Long(_epoch);
        var parameters = Conditional with { Values = values.Memory, ValueCount = 6 };
        // The same write by the same epoch may be done twice.
        if (!IsDoneAsync(cluster.ExecuteAsync(_commit!, parameters), _epoch).GetAwaiter().GetResult())
        {
            var row = ReadAsync().GetAwaiter().GetResult();
            throw new ConnectorException(Fault.User, row is null
                ? $"the row of '{settings.Table}' in {_table} is gone: somebody deleted it while the pipeline ran."
                : $"another process has taken over the table '{settings.Table}' ({row.Owner}). This one stops writing; nothing of it is lost, as its results stay in its checkpoint.");
        }
        (Version, _reserved) = (version, reserved);
    }

    QueryParameters Conditional => new(settings.Consistency is Consistency.Any or Consistency.EachQuorum ? Consistency.Quorum : settings.Consistency) { Serial = settings.Serial };

    /// <summary>Whether a conditional write was done, also where the answer was lost: then the row tells whose epoch it is.</summary>
    async Task<bool> IsDoneAsync(Task<CqlRows> write, long epoch)
    {
        try
        {
            var rows = await write.ConfigureAwait(false);
            if (rows.Count == 1 && rows.Text(0, "[applied]") == "true") return true;
        }
        catch (CqlException e) when (e.Failure == CqlFailure.Unknown && _epoch == 0)
        {
            // The claim may have been done or not.
        }
        // A repetition of a claim that was done finds the new epoch there.
        return _epoch == 0 && await ReadAsync().ConfigureAwait(false) is { } row && row.Epoch == epoch && row.Owner == _owner;
    }

    sealed record Row(long Epoch, string Owner, long Version, long Reserved, bool IsOwn, string TableId);

    async Task<Row?> ReadAsync()
    {
        var rows = await cluster.QueryAsync($"SELECT epoch, owner, version, reserved, is_own, table_id FROM {_table} WHERE name = '{settings.Table}'", new(settings.Serial)).ConfigureAwait(false);
        return rows.Count == 0 ? null : new(rows.Long(0, "epoch") ?? 0, rows.Text(0, "owner") ?? "", rows.Long(0, "version") ?? 0, rows.Long(0, "reserved") ?? 0,
            rows.Text(0, "is_own") == "true", rows.Text(0, "table_id") ?? "");
    }

    long Now() => (clock.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
