using System.Diagnostics;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Postgres.Copies;
using Millrace.Stores;
using Millrace.Time;
using Npgsql.Replication;
using Npgsql.Replication.PgOutput;
using Npgsql.Replication.PgOutput.Messages;

namespace Millrace.Postgres.Sources;

/// <summary>Changes of a table in the order of their commits, taken from the server by a task of its own. A connection that is lost is made again for five minutes, and counts on where it was.</summary>
sealed class ChangesPartition(SourceContext context, PostgresServer server, TableColumns table, string slot, string publication, ChangeColumns columns) : IRowPartition
{
    const int Ahead = 4;
    const string InSnapshot = "snapshot";

    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5), s_look = TimeSpan.FromMilliseconds(5);

    readonly Lock _lock = new();
    readonly Queue<Batch> _full = new();
    readonly Queue<ChangePoint> _points = new(); // behind the marked one, oldest first
    readonly CancellationTokenSource _stop = new();
    Batch? _open;
    Task? _reader;
    LogicalReplicationConnection? _replication;
    string? _snapshot; // the server's name for what the slot begins with
    volatile Exception? _failure;
    volatile string _mark = InSnapshot;
    ChangePoint _point;
    long _read; // rows that were taken from the server

    public int Id => 0;
    public string Name => table.Shown;
    public string? Mark => _mark;
    public long Position { get; private set; }
    public long? Length => null;
    public bool IsAtEnd => false;

    /// <summary>Makes the slot; the table is read in its snapshot.</summary>
    public async Task BeginAsync(CancellationToken stop)
    {
        _replication = Connection();
        await _replication.Open(stop).ConfigureAwait(false);
        var made = await _replication.CreatePgOutputReplicationSlot(slot, slotSnapshotInitMode: LogicalSlotSnapshotInitMode.Export, cancellationToken: stop).ConfigureAwait(false);
        (_snapshot, _point) = (made.SnapshotName, new(0, made.ConsistentPoint));
    }

    /// <summary>Goes on from a place of a checkpoint.</summary>
    public void GoOn(SourcePosition from)
    {
        if (ChangePoint.Parse(from.Mark ?? "") is not { } point || from.Position < point.Rows)
            throw new ConnectorException(Fault.User, $"source '{context.Name}': the last run ended before it had read all rows that '{table.Shown}' had at its start, and the snapshot of then is gone. Start anew with --from fresh.");
        (_point, _mark, Position, _read) = (point, point.ToString(), from.Position, from.Position);
    }

    LogicalReplicationConnection Connection() => new(server.ReplicationString) { WalReceiverStatusInterval = TimeSpan.FromSeconds(2) };

    public Batch? Next(MemoryAccountant memory, Timestamp now)
    {
        _reader ??= Task.Run(() => ReadAsync(memory));
        lock (_lock)
        {
            var batch = _full.Count > 0 ? _full.Dequeue() : _open;
            if (ReferenceEquals(batch, _open)) _open = null;
            if (batch is not null)
            {
                Position += batch.RowCount;
                return batch;
            }
        }
        return _failure is { } failure ? throw failure : null;
    }

    async Task ReadAsync(MemoryAccountant memory)
    {
        try
        {
            if (_snapshot is not null) ReadTable(memory);
            var failing = 0L;
            while (true)
            {
                var before = _read;
                try
                {
                    await FollowAsync(memory).ConfigureAwait(false);
                }
                catch (Exception e) when (PostgresServer.IsOfServer(e) && !_stop.IsCancellationRequested)
                {
                    if (failing == 0 || _read > before) failing = Stopwatch.GetTimestamp();
                    if (server.Explain(e).Fault == Fault.User || Stopwatch.GetElapsedTime(failing) > s_patience) throw;
                    await CloseAsync().ConfigureAwait(false);
                    await Task.Delay(TimeSpan.FromMilliseconds(500), _stop.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Nobody reads any more.
        }
        catch (Exception e)
        {
            _failure = PostgresServer.IsOfServer(e) ? server.Explain(e) : e;
        }
    }

    void ReadTable(MemoryAccountant memory)
    {
        using var connection = server.Open();
        using var transaction = connection.BeginTransaction(System.Data.IsolationLevel.RepeatableRead);
        connection.Run($"SET TRANSACTION SNAPSHOT '{_snapshot!.Replace("'", "''", StringComparison.Ordinal)}'");
        var names = columns.Names.ToList();
        var types = connection.Rows("SELECT attname::text, CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = to_regclass($1) AND a.attnum > 0",
            static r => (Name: r.GetString(0), Type: r.GetFieldValue<uint>(1)), table.Name).ToDictionary(static c => c.Name, static c => c.Type);
        using var reader = new CopyReader(connection.BeginRawBinaryCopy($"COPY (SELECT {string.Join(", ", names.Select(Statements.Quote))} FROM {table.Name}) TO STDOUT (FORMAT binary)"));
        // The last row is told when its place in the log is known: a checkpoint behind it can be gone on from.
        var (row, last) = (new WireRow(), new WireRow());
        var isFirst = true;
        while (reader.NextRow())
        {
            if (!isFirst) Add(memory, "r"u8, last);
            isFirst = false;
            row.Clear();
            foreach (var name in names)
            {
                var field = reader.Field(out var isNull);
                if (!isNull) row.Set(name, types[name], field.ToArray());
            }
            (row, last) = (last, row);
            Wait().Wait(_stop.Token);
        }
        lock (_lock)
        {
            _point = _point with { Rows = isFirst ? _read : _read + 1 };
            _mark = _point.ToString();
        }
        if (!isFirst) Add(memory, "r"u8, last);
        _snapshot = null;
    }

    /// <summary>Takes changes until the connection is lost. What was taken before the point is left out by the server, what was taken behind it is counted.</summary>
    async Task FollowAsync(MemoryAccountant memory)
    {
        if (_replication is null)
        {
            _replication = Connection();
            await _replication.Open(_stop.Token).ConfigureAwait(false);
        }
        ChangePoint from;
        long known;
        lock (_lock) (from, known) = (_point, _read - _point.Rows);
        var rows = from.Rows;
        var (row, old) = (new WireRow(), new WireRow());
        void Tell(ReadOnlySpan<byte> op, WireRow values)
        {
            rows++;
            if (known > 0) known--;
            else Add(memory, op, values);
        }

        var options = new PgOutputReplicationOptions(publication, PgOutputProtocolVersion.V1, binary: true);
        await foreach (var message in _replication.StartReplication(new PgOutputReplicationSlot(slot), options, _stop.Token, from.Log).ConfigureAwait(false))
        {
            switch (message)
            {
                case InsertMessage insert when IsOurs(insert.Relation):
                    await ReadAsync(insert.NewRow, insert.Relation, row).ConfigureAwait(false);
                    Tell("c"u8, row);
                    break;
                case FullUpdateMessage update when IsOurs(update.Relation):
                    await ReadAsync(update.OldRow, update.Relation, old).ConfigureAwait(false);
                    await ReadAsync(update.NewRow, update.Relation, row, old).ConfigureAwait(false);
                    if (!row.IsSame(old, columns.Key)) Tell("d"u8, old);
                    Tell("u"u8, row);
                    break;
                case IndexUpdateMessage update when IsOurs(update.Relation):
                    await ReadAsync(update.Key, update.Relation, old).ConfigureAwait(false);
                    await ReadAsync(update.NewRow, update.Relation, row).ConfigureAwait(false);
                    Tell("d"u8, old);
                    Tell("u"u8, row);
                    break;
                case UpdateMessage update when IsOurs(update.Relation):
                    await ReadAsync(update.NewRow, update.Relation, row).ConfigureAwait(false);
                    Tell("u"u8, row);
                    break;
                case KeyDeleteMessage delete when IsOurs(delete.Relation):
                    await ReadAsync(delete.Key, delete.Relation, old).ConfigureAwait(false);
                    Tell("d"u8, old);
                    break;
                case FullDeleteMessage delete when IsOurs(delete.Relation):
                    await ReadAsync(delete.OldRow, delete.Relation, old).ConfigureAwait(false);
                    Tell("d"u8, old);
                    break;
                case TruncateMessage truncate when truncate.Relations.Any(IsOurs):
                    throw new ConnectorException(Fault.User, $"source '{context.Name}': '{table.Shown}' was emptied by TRUNCATE, which does not say which rows it took. Start anew with --from fresh, or delete rows with DELETE.");
                case CommitMessage commit:
                    var point = new ChangePoint(rows, commit.TransactionEndLsn);
                    lock (_lock)
                        if (rows > _point.Rows && (_points.Count == 0 || rows > _points.Last().Rows)) _points.Enqueue(point);
                    break;
            }
            await Wait().ConfigureAwait(false);
        }
    }

    bool IsOurs(RelationMessage relation) => Statements.Quote(relation.Namespace, relation.RelationName) == table.Name;

    /// <summary>Reads a row; large values that an update left alone are not sent, and come from the old row where the server sends that.</summary>
    async Task ReadAsync(ReplicationTuple tuple, RelationMessage relation, WireRow row, WireRow? old = null)
    {
        row.Clear();
        var index = 0;
        await foreach (var value in tuple.ConfigureAwait(false))
        {
            var column = relation.Columns[index++];
            if (value.IsDBNull) continue;
            if (value.IsUnchangedToastedValue)
            {
                if (old is not null && old.TryFind(column.ColumnName, out var kept)) row.Set(column.ColumnName, kept.Type, kept.Bytes);
                else if (old is null && columns.Names.Contains(column.ColumnName))
                    throw new ConnectorException(Fault.User, $"source '{context.Name}': an update of '{table.Shown}' left the large value of '{column.ColumnName}' alone, and then the server does not send it. Run ALTER TABLE {table.Name} REPLICA IDENTITY FULL, and start anew with --from fresh.");
                continue;
            }
            var bytes = new byte[value.Length];
            await value.GetStream().ReadExactlyAsync(bytes, _stop.Token).ConfigureAwait(false);
            row.Set(column.ColumnName, column.DataTypeId, bytes);
        }
    }

    void Add(MemoryAccountant memory, ReadOnlySpan<byte> op, WireRow row)
    {
        string? faulty;
        lock (_lock)
        {
            if (_open is null)
            {
                _open = memory.RentBatch(columns.Schema);
                foreach (var field in columns.Schema.Fields) _open.Add(memory.Rent(field.Type));
            }
            faulty = columns.Append(_open, op, row);
            if (faulty is null) _read++;
            if (_open.RowCount == memory.BatchRows)
            {
                _full.Enqueue(_open);
                _open = null;
            }
        }
        if (faulty is not null)
            throw new ConnectorException(Fault.User, $"source '{context.Name}': a row of '{table.Shown}' has in '{faulty}' a value that the declared type does not hold. Declare another type (TEXT for enums and other types of the database), and start anew with --from fresh.");
    }

    /// <summary>While lanes do not take rows, none are taken from the server.</summary>
    async Task Wait()
    {
        while (true)
        {
            lock (_lock)
                if (_full.Count < Ahead) return;
            await Task.Delay(s_look, _stop.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Rows up to a position are durable: the server may forget what lies before them.</summary>
    public void Committed(long position)
    {
        lock (_lock)
        {
            var moved = false;
            for (; _points.TryPeek(out var next) && next.Rows <= position; moved = true) _point = _points.Dequeue();
            if (!moved) return;
            _mark = _point.ToString();
            _replication?.SetReplicationStatus(_point.Log);
        }
    }

    async Task CloseAsync()
    {
        LogicalReplicationConnection? connection;
        lock (_lock) (connection, _replication) = (_replication, null);
        if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_reader is not null) await _reader.ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
        lock (_lock)
        {
            foreach (var batch in _full) batch.Release();
            _full.Clear();
            _open?.Release();
            _open = null;
        }
    }

    public void Dispose()
    {
        // The source disposes of it, which may wait.
    }
}
