using System.Globalization;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Postgres.Copies;
using Millrace.Stores;
using Millrace.Time;
using Npgsql;

namespace Millrace.Postgres.Stores;

/// <summary>Results and checkpoints in a schema of a PostgreSQL database; one transaction a commit.</summary>
/// <remarks>
/// Snapshots are read-only transactions that see one version (REPEATABLE READ). One process writes at a time: its connection holds an advisory lock, and each start takes the next number of an owner, which
/// every commit looks at first; so a process that was cut off and presumed dead can change nothing any more. A server that is away for a moment is waited for (<see cref="Retries"/>); a commit that was cut
/// off is looked for before it is made again.
/// </remarks>
sealed class PostgresStore : IStore
{
    /// <summary>The schema unless the URL names another.</summary>
    public const string DefaultSchema = "millrace";

    readonly PostgresServer _server; // for everything that holds no lock
    readonly PostgresServer _own;
    readonly string _schema;
    readonly bool _isReader;
    readonly StoreLedger _ledger;
    readonly Retries _retries;
    readonly Dictionary<string, StoredTable> _tables = new(StringComparer.Ordinal);
    readonly Dictionary<string, long> _lastRows = new(StringComparer.Ordinal);
    readonly Queue<(long Version, IReadOnlyDictionary<string, Frontier> Frontiers)> _kept = []; // checkpoints since the start, oldest first
    NpgsqlConnection? _writer;
    long _owner, _version;
    bool _isOpen;

    public PostgresStore(PostgresUrl url, bool isReader = false)
    {
        _schema = url.Schema ?? DefaultSchema;
        var timeout = TimeSpan.FromSeconds(30);
        _server = new(url, "millrace store " + _schema, timeout, isPooled: true);
        _own = new(url, "millrace store " + _schema, timeout);
        (_isReader, _ledger, _retries) = (isReader, new(_schema), new(_server));
        Blobs = new PostgresBlobs(_server, _ledger, _retries);
    }

    string Place => $"schema '{_schema}' of {_server.Name}";

    public IBlobStore Blobs { get; }

    public long Version
    {
        get
        {
            if (!_isReader) return Interlocked.Read(ref _version);
            using var snapshot = Snapshot();
            return snapshot.Version;
        }
    }

    public IReadOnlyList<CheckpointRecord> Checkpoints() => Guarded(() =>
    {
        if (_isReader)
        {
            using var connection = _server.Open();
            return _ledger.Exists(connection) ? _ledger.ReadCheckpoints(connection) : [];
        }
        var writer = Writer();
        return _ledger.Exists(writer) ? _ledger.ReadCheckpoints(writer) : [];
    });

    T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (PostgresServer.IsOfServer(e))
        {
            throw _server.Explain(e);
        }
    }

    /// <summary>The connection that holds the lock.</summary>
    NpgsqlConnection Writer()
    {
        if (_writer is not null) return _writer;
        var connection = _own.Open();
        try
        {
            if (connection.Value("SHOW server_encoding", "") is not "UTF8" and var encoding)
                throw new ConnectorException(Fault.User, $"{_server.Name} keeps texts as {encoding}, which does not hold every text. Use a database with the encoding UTF8.");
            AdvisoryLock.Take(connection, "millrace store\n" + _schema, "The store in " + Place, _isOpen ? Fault.External : Fault.User);
            foreach (var table in _tables.Values.Where(t => t.IsKeyed)) connection.Run(table.CreateStaging);
            return _writer = connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Open(IReadOnlyList<TableDefinition> tables, CheckpointRecord? from)
    {
        if (_isReader) throw new InvalidOperationException("The store was opened to read from.");
        if (tables.FirstOrDefault(t => t.StartsOverAt is not null) is { } edited)
            throw new ConnectorException(Fault.User, $"'{edited.Name}' was edited, and a store in PostgreSQL cannot begin a part of its tables anew. Start with --from fresh, or undo the edit.");
        _kept.Clear();
        Guarded(() =>
        {
            var connection = Writer();
            using (var transaction = connection.BeginTransaction())
            {
                _ledger.Create(connection, _server.Name);
                Prepare(connection, tables, from);
                connection.Run($"UPDATE {_ledger.Main} SET value = value + 1 WHERE name = 'owner'");
                transaction.Commit();
            }
            foreach (var table in _tables.Values) connection.Run($"DROP TABLE IF EXISTS pg_temp.{Statements.Quote(table.Name)}");
            _tables.Clear();
            _lastRows.Clear();
            foreach (var (name, (table, _)) in _ledger.ReadTables(connection))
            {
                _tables[name] = table;
                if (table.IsKeyed) connection.Run(table.CreateStaging);
                else _lastRows[name] = connection.Value(table.LastRow, 0L);
            }
            _owner = _ledger.Number(connection, "owner");
            Interlocked.Exchange(ref _version, _ledger.Number(connection, "version"));
            _isOpen = true;
            return true;
        });
        if (from is null)
            foreach (var name in Blobs.List()) Blobs.Delete(name);
    }

    void Prepare(NpgsqlConnection connection, IReadOnlyList<TableDefinition> tables, CheckpointRecord? from)
    {
        var known = _ledger.ReadTables(connection);
        if (from is null)
        {
            foreach (var (table, _) in known.Values)
                foreach (var sql in table.Drop()) connection.Run(sql);
            foreach (var name in new[] { _ledger.Tables, _ledger.Positions, _ledger.Checkpoints, _ledger.Undo }) connection.Run($"DELETE FROM {name}");
            known.Clear();
        }
        else if (from.Version < _ledger.ReadCheckpoints(connection)[0].Version) GoBack(connection, from, known.Values.Select(k => k.Table));
        var taken = new HashSet<string>(known.Values.SelectMany(k => new[] { k.Table.Name, k.Table.BeforeName }).Concat(StoreLedger.Names), StringComparer.Ordinal);
        foreach (var definition in tables)
        {
            if (known.TryGetValue(definition.Name, out var there))
            {
                RequireSame(there.Table.Definition, definition);
                continue;
            }
            var table = new StoredTable(definition, _schema, StoredTable.Unique(definition.Name, taken));
            taken.Add(table.BeforeName);
            foreach (var sql in table.Create()) connection.Run(sql);
            _ledger.Add(connection, table);
        }
    }

    /// <summary>Takes back what came after a checkpoint.</summary>
    void GoBack(NpgsqlConnection connection, CheckpointRecord to, IEnumerable<StoredTable> tables)
    {
        foreach (var table in tables)
        {
            if (table.IsKeyed)
                foreach (var sql in table.Restore(to.Version)) connection.Run(sql);
            else
                connection.Run(table.DropAfter($"coalesce((SELECT rows FROM {_ledger.Undo} WHERE version > $1 AND table_name = $2 ORDER BY version LIMIT 1), 9223372036854775807)"), to.Version, table.Definition.Name);
            var frontier = to.Frontiers.GetValueOrDefault(table.Definition.Name, Frontier.Start);
            connection.Run($"UPDATE {_ledger.Tables} SET closed = $1, final = $2 WHERE name = $3", frontier.Closed.Microseconds, frontier.Final.Microseconds, table.Definition.Name);
        }
        connection.Run($"DELETE FROM {_ledger.Undo} WHERE version > $1", to.Version);
        connection.Run($"DELETE FROM {_ledger.Checkpoints} WHERE version > $1", to.Version);
        connection.Run($"DELETE FROM {_ledger.Positions}");
        foreach (var position in to.Positions) connection.Run($"INSERT INTO {_ledger.Positions} VALUES ($1, $2, $3)", position.Source, position.Partition, position.Position);
        connection.Run($"UPDATE {_ledger.Main} SET value = value + 1 WHERE name = 'version'");
    }

    void RequireSame(TableDefinition stored, TableDefinition wanted)
    {
        if (stored.Schema.Fields.SequenceEqual(wanted.Schema.Fields) && stored.Key.SequenceEqual(wanted.Key)) return;
        throw new ConnectorException(Fault.User,
            $"The {Place} holds '{stored.Name}' with other columns or another key ({stored.Schema}) than the file declares now ({wanted.Schema}). Start anew with --from fresh, or name another schema in the URL: ?schema=NAME.");
    }

    public void Commit(StoreCommit commit)
    {
        if (!_isOpen) throw new InvalidOperationException("The store is not open.");
        if (commit.Version != Version + 1) throw new ArgumentException($"Version {commit.Version} does not follow version {Version}.", nameof(commit));
        if (commit.Checkpoint is { } checkpoint)
        {
            _kept.Enqueue((checkpoint.Version, checkpoint.Frontiers));
            while (_kept.Peek().Version <= checkpoint.DroppedUpTo) _kept.Dequeue();
        }
        var rows = new Dictionary<string, long>(StringComparer.Ordinal);
        _retries.Run(() =>
        {
            try
            {
                rows.Clear();
                TryCommit(Writer(), commit, rows);
                return true;
            }
            catch
            {
                _writer?.Dispose();
                _writer = null;
                throw;
            }
        });
        foreach (var (name, last) in rows) _lastRows[name] = last;
        Interlocked.Exchange(ref _version, commit.Version);
    }

    void TryCommit(NpgsqlConnection connection, StoreCommit commit, Dictionary<string, long> lastRows)
    {
        using var transaction = connection.BeginTransaction();
        var now = connection.Rows($"SELECT name, value FROM {_ledger.Main} WHERE name IN ('owner', 'version') FOR UPDATE", static r => (r.GetString(0), r.GetInt64(1))).ToDictionary(static r => r.Item1, static r => r.Item2);
        if (now["owner"] != _owner) throw new ConnectorException(Fault.User, $"Another process has taken over the store in {Place}; this one stops.");
        // The try before may have arrived although nobody heard of it.
        if (now["version"] == commit.Version)
        {
            foreach (var change in commit.Changes)
                if (_tables[change.Table.Name] is { IsKeyed: false } table) lastRows[change.Table.Name] = connection.Value(table.LastRow, 0L);
            return;
        }
        using var batch = new NpgsqlBatch(connection, transaction);
        var canGoBack = commit.Checkpoint is { IsFinished: false };
        foreach (var change in commit.Changes) Write(connection, batch, _tables[change.Table.Name], change.Batches, commit.Version, canGoBack, lastRows);
        foreach (var (name, frontier) in commit.Frontiers)
            if (_tables.ContainsKey(name)) Add(batch, $"UPDATE {_ledger.Tables} SET closed = $1, final = $2 WHERE name = $3", frontier.Closed.Microseconds, frontier.Final.Microseconds, name);
        foreach (var position in commit.Positions)
            Add(batch, $"INSERT INTO {_ledger.Positions} VALUES ($1, $2, $3) ON CONFLICT (source, partition) DO UPDATE SET position = excluded.position", position.Source, position.Partition, position.Position);
        if (commit.Checkpoint is { } checkpoint)
        {
            Add(batch, $"INSERT INTO {_ledger.Checkpoints} VALUES ($1, $2) ON CONFLICT (version) DO UPDATE SET record = excluded.record", checkpoint.Version, CheckpointJson.Write(checkpoint));
            Add(batch, $"DELETE FROM {_ledger.Checkpoints} WHERE version <= $1", checkpoint.DroppedUpTo);
            // What takes tables back to checkpoints that are no longer kept.
            foreach (var table in _tables.Values.Where(t => t.IsKeyed)) Add(batch, table.Forget(checkpoint.DroppedUpTo + 1));
            Add(batch, $"DELETE FROM {_ledger.Undo} WHERE version <= $1", checkpoint.DroppedUpTo + 1);
        }
        // Rows that a kept checkpoint has stay until it is dropped.
        foreach (var (name, frontier) in commit.Checkpoint is null ? commit.Frontiers : _kept.Peek().Frontiers)
            if (_tables.TryGetValue(name, out var aging) && Retention.CutOff(aging.Definition, frontier) is { } cutOff && cutOff.Microseconds > CopyWriter.FirstTime) Add(batch, aging.DropOld(cutOff.Microseconds));
        Add(batch, $"UPDATE {_ledger.Main} SET value = $1 WHERE name = 'version'", commit.Version);
        batch.ExecuteNonQuery();
        transaction.Commit();
    }

    /// <summary>Brings rows to the server and adds to the batch what is done with them there.</summary>
    void Write(NpgsqlConnection connection, NpgsqlBatch batch, StoredTable table, IReadOnlyList<Batch> batches, long version, bool canGoBack, Dictionary<string, long> lastRows)
    {
        var stream = connection.BeginRawBinaryCopy(table.Copy);
        stream.WriteTimeout = stream.ReadTimeout = (int)_own.Timeout.TotalMilliseconds;
        var key = new KeyEncoding(table.Definition.Key);
        var seen = new HashSet<ulong>();
        var isUnique = true;
        var before = table.IsKeyed ? 0 : _lastRows[table.Definition.Name];
        var number = before;
        using (var writer = new CopyWriter(stream))
        {
            writer.Begin();
            foreach (var rows in batches)
                for (var row = 0; row < rows.RowCount; row++)
                {
                    var isDelete = rows.Weights is { } weights && weights[row] < 0;
                    if (isDelete && !table.IsKeyed) continue; // rows without a key are only appended
                    writer.BeginRow(rows.Columns.Count + (table.IsKeyed ? 4 : 2));
                    writer.Put(++number);
                    if (table.IsKeyed)
                    {
                        writer.Put(isDelete ? -1 : 1);
                        var encoded = key.Encode(rows, row);
                        isUnique &= seen.Add(Hash64.Of(encoded));
                        writer.Put(encoded);
                    }
                    PutRow(writer, rows, row);
                }
            writer.End();
        }
        if (!table.IsKeyed)
        {
            lastRows[table.Definition.Name] = number;
            if (canGoBack) Add(batch, $"INSERT INTO {_ledger.Undo} VALUES ($1, $2, $3)", version, table.Definition.Name, before);
            return;
        }
        if (canGoBack) Add(batch, table.Remember(version));
        foreach (var sql in table.Apply(isUnique)) Add(batch, sql);
    }

    static void PutRow(CopyWriter writer, Batch rows, int row)
    {
        var exact = ExactValues.Of(rows, row);
        foreach (var column in rows.Columns)
        {
            if (exact is not null && CopyWriter.Unfit(column, row) is not null) writer.PutNull();
            else writer.Put(column, row);
        }
        if (exact is null) writer.PutNull();
        else writer.Put(exact);
    }

    static void Add(NpgsqlBatch batch, string sql, params ReadOnlySpan<object> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value });
        batch.BatchCommands.Add(command);
    }

    /// <summary>How far sources are in the results.</summary>
    public IReadOnlyList<SourcePosition> Positions() => Guarded(() =>
        Writer().Rows($"SELECT source, partition, position FROM {_ledger.Positions}", static r => new SourcePosition(r.GetString(0), r.GetInt32(1), r.GetInt64(2))));

    public IStoreSnapshot Snapshot() => Guarded(() =>
    {
        try
        {
            return new PostgresSnapshot(_server, _ledger, Place);
        }
        catch (Exception e) when (PostgresServer.IsOfServer(e))
        {
            // The connections that were kept may be those of a server that has started again since.
            _server.ForgetConnections();
            return new PostgresSnapshot(_server, _ledger, Place);
        }
    });

    public void Dispose()
    {
        _writer?.Dispose();
        _server.Dispose();
        _own.Dispose();
    }
}
