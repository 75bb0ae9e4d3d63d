using System.Buffers;
using System.Globalization;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Postgres.Copies;
using Npgsql;

namespace Millrace.Postgres.Sinks;

/// <summary>Writes each commit in one transaction: the rows by COPY into a staging table and from there into the target, and in the ledger the version that the target then holds.</summary>
/// <remarks>
/// <para>Rows that are only added go straight into the target where its columns are laid out as ours. What PostgreSQL cannot hold, or the target refuses, is left out and told as a dead letter; the rest of the commit goes in.</para>
/// <para>
/// After a failure the connection is given up. The next try looks first what the target holds, for the commit may have arrived although nobody heard of it. The ledger's row stays locked from the first
/// statement of a transaction to its end, so what a server that was held up does later cannot come between.
/// </para>
/// </remarks>
sealed class PostgresSink : ISink
{
    readonly PostgresServer _server;
    readonly SinkContext _context;
    readonly string _schema, _tableName;
    readonly SinkLedger _ledger;
    List<RejectedRow> _rejected = [];
    NpgsqlConnection? _connection;
    SinkTable _table = null!;
    IEncoder _encoder = null!;
    long _refused;
    bool _isUnique;

    public PostgresSink(SinkContext context)
    {
        _context = context;
        (_schema, _tableName) = (context.Options.Text("schema", "public"), context.Options.Text("table", context.Name));
        _server = PostgresServer.Of(context.Options, $"millrace {context.Pipeline} sink {context.Name}");
        _ledger = new(_schema, context.Pipeline, context.Name, _tableName);
    }

    public bool IsStaged => false;

    public long AppliedVersion { get; private set; }

    public void Open(Schema schema, IReadOnlyList<int> key, string? position)
    {
        var own = OwnKey(schema);
        _isUnique = own is null;
        _table = new(_schema, _tableName, schema, own ?? key);
        _encoder = new JsonFormat().CreateEncoder(schema, Options.None);
        try
        {
            var connection = _connection = Connect(Fault.User);
            using var transaction = connection.BeginTransaction();
            _ledger.Make(connection);
            if (position is null) MakeAnew(connection);
            else GoOn(connection, long.Parse(position, CultureInfo.InvariantCulture));
            transaction.Commit();
            connection.Run(_table.CreateStaging);
        }
        catch (Exception e) when (PostgresServer.IsOfServer(e))
        {
            throw _server.Explain(e);
        }
    }

    /// <summary>The columns of the option <c>key</c>, or null.</summary>
    int[]? OwnKey(Schema schema) => _context.Options.TextOrNull("key") is { } own && _context.Options.Text("mode", "upsert") == "upsert"
        ? [.. own.Split(',', StringSplitOptions.TrimEntries).Select(schema.IndexOf)] : null;

    NpgsqlConnection Connect(Fault whenLocked)
    {
        var connection = _server.Open();
        try
        {
            if (connection.Value("SHOW server_encoding", "") is not "UTF8" and var encoding)
                throw new ConnectorException(Fault.User, $"{_server.Name} keeps texts as {encoding}, which does not hold every text. Use a database with the encoding UTF8.");
            AdvisoryLock.Take(connection, _ledger.LockName, $"The table '{_schema}.{_tableName}' of {_server.Name}", whenLocked);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    void MakeAnew(NpgsqlConnection connection)
    {
        var exists = _table.Exists(connection);
        var isMade = !exists || _ledger.Read(connection) is { IsMade: true };
        if (exists && isMade)
        {
            // Made by an earlier start, perhaps with other columns.
            connection.Run($"DROP TABLE {_table.Name}");
            exists = false;
        }
        if (!exists) _table.Make(connection);
        _table.Check(connection);
        if (!isMade)
        {
            var existing = _context.Options.Text("existing_rows", "refuse");
            if (existing == "delete") connection.Run($"DELETE FROM {_table.Name}");
            else if (existing == "refuse" && connection.Value($"SELECT EXISTS (SELECT FROM {_table.Name})", false))
                throw new ConnectorException(Fault.User, $"The table '{_table.Shown}' of {_server.Name} has rows, and Millrace did not create it. Say existing_rows = 'keep' or 'delete', or name another table.");
        }
        _ledger.Begin(connection, isMade);
        (AppliedVersion, _refused) = (0, 0);
    }

    void GoOn(NpgsqlConnection connection, long flushed)
    {
        var known = _ledger.Read(connection);
        if (known is null || known.Value.Version < flushed || !_table.Exists(connection))
        {
            throw new ConnectorException(Fault.User, $"The table '{_table.Shown}' of {_server.Name} " + (known is { } k && _table.Exists(connection) ? $"holds version {k.Version:N0}" : "is gone") +
                $", but the checkpoint has written version {flushed:N0} into it. Put back the table as it was, or start anew with --from fresh.");
        }
        _table.Check(connection);
        (AppliedVersion, _refused) = (known.Value.Version, known.Value.Refused);
        _rejected.AddRange(_ledger.After(connection, flushed));
    }

    public void Write(IReadOnlyList<Batch> changes, long version)
    {
        if (version <= AppliedVersion) return;
        try
        {
            _connection ??= ConnectAgain(version);
            if (version > AppliedVersion) Apply(_connection, changes, version);
        }
        catch (Exception e) when (PostgresServer.IsOfServer(e))
        {
            GiveUp();
            throw _server.Explain(e);
        }
        catch
        {
            GiveUp();
            throw;
        }
    }

    void GiveUp()
    {
        _connection?.Dispose();
        _connection = null;
    }

    /// <summary>Connects after a failure, and finds out whether the version that failed has arrived all the same.</summary>
    NpgsqlConnection ConnectAgain(long version)
    {
        var connection = Connect(Fault.External);
        try
        {
            var known = _ledger.Read(connection);
            if (known?.Version != AppliedVersion && known?.Version != version) throw WrittenByAnother(known?.Version);
            if (known.Value.Version == version)
            {
                _rejected.AddRange(_ledger.After(connection, AppliedVersion));
                (AppliedVersion, _refused) = (version, known.Value.Refused);
            }
            connection.Run(_table.CreateStaging);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    ConnectorException WrittenByAnother(long? version) => new(Fault.User,
        $"The table '{_table.Shown}' of {_server.Name} holds version {version?.ToString(CultureInfo.InvariantCulture) ?? "none"}, and this process has written version {AppliedVersion}: another one has written to it meanwhile.");

    void Apply(NpgsqlConnection connection, IReadOnlyList<Batch> changes, long version)
    {
        var letters = new List<RejectedRow>();
        using var transaction = connection.BeginTransaction();
        var known = _ledger.Read(connection, locks: true);
        if (known?.Version != AppliedVersion) throw WrittenByAnother(known?.Version);
        // What a deferred constraint says is known by row only at once.
        connection.Run("SET CONSTRAINTS ALL IMMEDIATE");
        var commit = new CommitRows(_table, changes);
        RejectUnfit(commit, letters);
        if (_table.Key.Length > 0 || !_table.IsSame || !TryCopy(connection, commit))
        {
            commit.Copy(connection, isStaged: true, _server.Timeout);
            if (_table.Key.Length > 0)
            {
                if (commit.HasDeletes) InParts(connection, commit, _table.Delete(isNull: false), letters);
                if (commit.HasNullKeyDeletes) InParts(connection, commit, _table.Delete(isNull: true), letters);
            }
            if (commit.HasInserts) InParts(connection, commit, _table.Insert(_isUnique || _table.Key.Length == 0), letters);
        }
        _ledger.Write(connection, version, _refused + letters.Count, letters);
        transaction.Commit();
        (AppliedVersion, _refused) = (version, _refused + letters.Count);
        _rejected.AddRange(letters);
    }

    void RejectUnfit(CommitRows commit, List<RejectedRow> letters)
    {
        foreach (var (number, column, problem) in commit.LeaveOutUnfit())
            letters.Add(Letter(commit, number, letters.Count, "value", $"'{_table.Rows[column].Name}' is {problem}, which PostgreSQL cannot hold."));
    }

    RejectedRow Letter(CommitRows commit, long number, int count, string rule, string error)
    {
        var output = new ArrayBufferWriter<byte>();
        var row = commit.RowAt(number);
        _encoder.Write(row, output);
        row.Release();
        return new(_refused + count + 1, rule, error, output.WrittenMemory.ToArray().AsMemory()[..^1]);
    }

    /// <summary>Writes straight into the table; where it refuses a row, nothing is written.</summary>
    bool TryCopy(NpgsqlConnection connection, CommitRows commit)
    {
        connection.Run("SAVEPOINT rows");
        try
        {
            commit.Copy(connection, isStaged: false, _server.Timeout);
            return true;
        }
        catch (PostgresException e) when (IsOfRow(e))
        {
            connection.Run("ROLLBACK TO SAVEPOINT rows");
            return false;
        }
    }

    /// <summary>Whether the server refuses a row for what it is: a constraint, a value that a column does not take, or a trigger of the table's owner says so.</summary>
    static bool IsOfRow(PostgresException e) => e.SqlState is ['2', '3', ..] or ['2', '2', ..] or "P0001" or "44000";

    /// <summary>Runs a statement over all staged rows, and where rows are refused over halves and halves of halves, until only those are left out.</summary>
    void InParts(NpgsqlConnection connection, CommitRows commit, string statement, List<RejectedRow> letters)
    {
        var parts = new Stack<(long From, long To)>();
        parts.Push((0, commit.Count - 1));
        var isDivided = false;
        while (parts.TryPop(out var part))
        {
            connection.Run("SAVEPOINT rows");
            try
            {
                connection.Run(statement, part.From, part.To);
                connection.Run("RELEASE SAVEPOINT rows");
            }
            catch (PostgresException e) when (e.SqlState == "21000" && _isUnique)
            {
                // A key stands twice: the last row of it counts.
                connection.Run("ROLLBACK TO SAVEPOINT rows");
                _isUnique = false;
                statement = _table.Insert(isUnique: false);
                parts.Push(part);
            }
            catch (PostgresException e) when (IsOfRow(e))
            {
                connection.Run("ROLLBACK TO SAVEPOINT rows");
                if (part.From == part.To)
                {
                    letters.Add(Letter(commit, part.From, letters.Count, e.ConstraintName ?? e.ColumnName ?? e.SqlState, $"{e.MessageText}{(e.Detail is { } detail ? $" ({detail})" : "")}"));
                    continue;
                }
                if (!isDivided)
                {
                    // Parts are found by number.
                    connection.Run($"CREATE INDEX IF NOT EXISTS millrace_staging_n ON {SinkTable.Staging} (n)");
                    connection.Run("SET LOCAL enable_seqscan = off");
                    isDivided = true;
                }
                var middle = part.From + (part.To - part.From) / 2;
                parts.Push((middle + 1, part.To));
                parts.Push((part.From, middle));
            }
        }
    }

    public IReadOnlyList<RejectedRow> TakeRejected()
    {
        if (_rejected.Count == 0) return [];
        var rejected = _rejected;
        _rejected = [];
        return rejected;
    }

    /// <summary>Each write ended with a durable commit.</summary>
    public string Flush() => AppliedVersion.ToString(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        GiveUp();
        _server.Dispose();
    }
}
