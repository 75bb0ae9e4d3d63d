using System.Globalization;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Sqlite;

/// <summary>The embedded store: one SQLite file, <c>millrace.db</c>, in the data folder; one transaction a commit.</summary>
/// <remarks>
/// Write-ahead log, fsynced at each commit, so a commit that returned survives a power cut. Snapshots are read transactions on pooled connections of their own and
/// never wait for the writer. The version goes on growing when the tables are emptied, so a reader never takes one run's version for another's. Measured on one of two
/// shared cores, 200,000 rows of 4 columns a commit, random keys among 380,000: 520,000 to 770,000 upserts/s, scans of 2 to 4 million rows/s.
/// </remarks>
public sealed partial class SqliteStore : IStore
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "millrace.db";

    readonly string _path;
    readonly string _folder;
    readonly bool _isReader;
    readonly Stack<Database> _readers = [];
    readonly Lock _lock = new();
    readonly Dictionary<string, TableWriter> _writers = new(StringComparer.Ordinal);
    DataFolderLock? _folderLock;
    Database? _writer;
    readonly Queue<(long Version, IReadOnlyDictionary<string, Frontier> Frontiers)> _kept = []; // oldest first
    Statement? _setVersion, _setFrontier, _setCheckpoint, _dropCheckpoints, _setUndo, _dropUndo;
    long _version;
    bool _isDisposed;

    /// <summary>A store that writes; nothing is opened before <see cref="Open"/>.</summary>
    /// <param name="folder">The data folder; created if it is not there.</param>
    public SqliteStore(string folder) : this(folder, isReader: false)
    {
    }

    SqliteStore(string folder, bool isReader)
    {
        (_folder, _path, _isReader, _checkpoints) = (folder, Path.Combine(folder, FileName), isReader, CheckpointsOf(folder));
        Blobs = new FileBlobStore(_checkpoints);
    }

    /// <summary>Opens the database of a folder to read from, beside a process that may be writing to it.</summary>
    /// <exception cref="ConnectorException">There is none, or it cannot be read.</exception>
    public static SqliteStore OpenReader(string folder)
    {
        var store = new SqliteStore(folder, isReader: true);
        if (!File.Exists(store._path))
            throw new ConnectorException(Fault.User, $"There are no results in '{folder}' yet: it has no {FileName}. Run the pipeline first, or name its folder with --data.");
        store.Snapshot().Dispose();
        return store;
    }

    /// <summary>The file.</summary>
    public string FilePath => _path;

    /// <summary>Pages of the file at most; a full disk for tests.</summary>
    internal int? MaxPages { get; init; }

    /// <inheritdoc/>
    public long Version
    {
        get
        {
            if (!_isReader) return Interlocked.Read(ref _version);
            using var snapshot = Snapshot();
            return snapshot.Version;
        }
    }

    /// <inheritdoc/>
    public IBlobStore Blobs { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<CheckpointRecord> Checkpoints()
    {
        if (!_isReader) _folderLock ??= DataFolderLock.Acquire(_folder);
        if (!File.Exists(_path)) return [];
        // A writer's connection also mends what a power cut left half done.
        using var database = _isReader ? Database.Open(_path, isReader: true) : Connect();
        return Ledger.ReadCheckpoints(database);
    }

    /// <inheritdoc/>
    public void Open(IReadOnlyList<TableDefinition> tables, CheckpointRecord? from)
    {
        if (_isReader) throw new InvalidOperationException("The store was opened to read from.");
        _folderLock ??= DataFolderLock.Acquire(_folder);
        var database = _writer ??= Connect();
        foreach (var writer in _writers.Values) writer.Dispose();
        _writers.Clear();
        _kept.Clear();
        Transact(database, () =>
        {
            Ledger.Create(database);
            var known = Ledger.Read(database);
            if (from is null)
            {
                foreach (var (name, (table, _)) in known)
                {
                    foreach (var sql in table.Drop()) database.Run(sql);
                    Ledger.Remove(database, name);
                }
                database.Run("DELETE FROM millrace_checkpoints");
                database.Run("DELETE FROM millrace_undo");
                known.Clear();
            }
            else
            {
                foreach (var (table, _) in known.Values)
                    if (table.IsKeyed) database.Run(table.CreateBefore);
                if (from.Version < Ledger.ReadCheckpoints(database)[0].Version) GoBack(database, from, known.Values.Select(k => k.Table));
            }
            var taken = new HashSet<string>(known.Values.Select(k => k.Table.Name).Concat(Ledger.Names), StringComparer.OrdinalIgnoreCase);
            foreach (var definition in tables)
            {
                if (known.TryGetValue(definition.Name, out var there) && Follow(database, there.Table, from!.Frontiers.GetValueOrDefault(definition.Name, Frontier.Start), definition)) continue;
                // SQLite keeps names that begin with sqlite_ for itself.
                var name = definition.Name.StartsWith("sqlite_", StringComparison.OrdinalIgnoreCase) ? "_" + definition.Name : definition.Name;
                if (there.Table is not null) taken.Remove(there.Table.Name);
                var table = new StoredTable(definition, StoredTable.Unique(name, taken));
                foreach (var sql in table.Create()) database.Run(sql);
                if (table.IsKeyed) database.Run(table.CreateBefore);
                Ledger.Add(database, table, Frontier.Start);
            }
            if (from is not null && tables.Any(t => t.StartsOverAt is not null)) StayAt(database, from);
        });
        foreach (var record in Enumerable.Reverse(Ledger.ReadCheckpoints(database))) _kept.Enqueue((record.Version, record.Frontiers));
        foreach (var (name, (table, _)) in Ledger.Read(database)) _writers[name] = new TableWriter(database, table);
        _setVersion ??= database.Prepare(Ledger.WriteVersion);
        _setFrontier ??= database.Prepare(Ledger.WriteFrontier);
        _setCheckpoint ??= database.Prepare(Ledger.WriteCheckpoint);
        _dropCheckpoints ??= database.Prepare(Ledger.DropCheckpoints);
        _setUndo ??= database.Prepare(Ledger.WriteUndo);
        _dropUndo ??= database.Prepare(Ledger.DropUndo);
        Interlocked.Exchange(ref _version, database.Number(Ledger.ReadVersion));
    }

    /// <summary>Takes back what came after a checkpoint.</summary>
    static void GoBack(Database database, CheckpointRecord to, IEnumerable<StoredTable> tables)
    {
        var (version, undo) = (to.Version.ToString(CultureInfo.InvariantCulture), TableWriter.UndoOf(to.Version + 1).ToString(CultureInfo.InvariantCulture));
        foreach (var table in tables)
        {
            if (table.IsKeyed)
                foreach (var sql in table.Restore(undo)) database.Run(sql);
            else
                database.Run($"{table.DropAfter} COALESCE((SELECT rows FROM millrace_undo WHERE version > {version} AND table_name = {Text(table.Definition.Name)} ORDER BY version LIMIT 1), 9223372036854775807)");
            var frontier = to.Frontiers.GetValueOrDefault(table.Definition.Name, Frontier.Start);
            database.Run($"UPDATE millrace_tables SET closed = {Text(frontier.Closed)}, final = {Text(frontier.Final)} WHERE name = {Text(table.Definition.Name)}");
        }
        database.Run($"DELETE FROM millrace_undo WHERE version > {version}");
        database.Run($"DELETE FROM millrace_checkpoints WHERE version > {version}");
        database.Run("UPDATE millrace SET value = value + 1 WHERE name = 'version'");
    }

    static string Text(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    static string Text(Timestamp time) => time.Microseconds.ToString(CultureInfo.InvariantCulture);

    Database Connect()
    {
        var database = Database.Open(_path, isReader: false);
        try
        {
            database.Run("PRAGMA journal_mode = WAL");
            database.Run("PRAGMA synchronous = FULL");
            database.Run("PRAGMA cache_size = -65536"); // 64 MB: the inner pages and hot leaves of a few million keys
            database.Run("PRAGMA wal_autocheckpoint = 4000");
            if (MaxPages is { } pages) database.Run($"PRAGMA max_page_count = {pages}");
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Makes a table that is there follow an edit; false where it has to be made anew.</summary>
    bool Follow(Database database, StoredTable stored, Frontier frontier, TableDefinition wanted)
    {
        var table = new StoredTable(wanted, stored.Name);
        if (stored.Definition.AddedBy(wanted) is not { } added || !table.Has(stored, added))
        {
            if (wanted.StartsOverAt is null)
            {
                throw new ConnectorException(Fault.User, $"'{_path}' holds '{wanted.Name}' with other columns or another key ({stored.Definition.Schema}) than the file declares now ({wanted.Schema}). "
                    + $"Undo the edit; or let it begin empty with --start-over {wanted.Name}; or start anew with --from fresh, or in another folder with --data.");
            }
            foreach (var sql in stored.Drop()) database.Run(sql);
            Ledger.Remove(database, wanted.Name);
            return false;
        }
        if (added.Length > 0 || stored.Definition.Retention != wanted.Retention || stored.Definition.TimeColumn != wanted.TimeColumn)
        {
            foreach (var sql in table.Widen(added)) database.Run(sql);
            Ledger.Remove(database, wanted.Name);
            Ledger.Add(database, table, frontier);
        }
        if (wanted.StartsOverAt is { } time) database.Run(table.DropFrom(time));
        return true;
    }

    /// <summary>Makes a checkpoint the only one: a table started over, and results cannot go back to what it held.</summary>
    static void StayAt(Database database, CheckpointRecord checkpoint)
    {
        database.Run("DELETE FROM millrace_checkpoints");
        using (var write = database.Prepare(Ledger.WriteCheckpoint))
        {
            write.Bind(1, checkpoint.Version);
            write.BindText(2, CheckpointJson.Write(checkpoint));
            write.Run();
        }
        ForgetUpTo(database, checkpoint.Version, Ledger.Read(database).Values.Select(t => t.Table));
    }

    /// <inheritdoc/>
    public void Commit(StoreCommit commit)
    {
        if (_writer is not { } database) throw new InvalidOperationException("The store is not open.");
        if (commit.Version != Version + 1) throw new ArgumentException($"Version {commit.Version} does not follow version {Version}.", nameof(commit));
        Transact(database, () =>
        {
            var canGoBack = commit.Checkpoint is { IsFinished: false };
            foreach (var change in commit.Changes)
            {
                var writer = _writers[change.Table.Name];
                if (canGoBack && writer.Table.IsKeyed) writer.RememberFor(commit.Version);
                else if (canGoBack) RememberRows(database, writer.Table, commit.Version);
                foreach (var batch in change.Batches) writer.Write(batch);
                writer.RememberFor(null);
            }
            foreach (var (name, frontier) in commit.Frontiers)
            {
                if (!_writers.TryGetValue(name, out var writer)) continue;
                _setFrontier!.Bind(1, frontier.Closed.Microseconds);
                _setFrontier.Bind(2, frontier.Final.Microseconds);
                _setFrontier.BindText(3, name);
                _setFrontier.Run();
            }
            if (commit.Checkpoint is { } checkpoint)
            {
                _setCheckpoint!.Bind(1, checkpoint.Version);
                _setCheckpoint.BindText(2, CheckpointJson.Write(checkpoint));
                _setCheckpoint.Run();
                _dropCheckpoints!.Bind(1, checkpoint.DroppedUpTo);
                _dropCheckpoints.Run();
                Forget(checkpoint);
            }
            // Rows that a kept checkpoint has stay until it is dropped.
            foreach (var (name, frontier) in commit.Checkpoint is null ? commit.Frontiers : _kept.Peek().Frontiers)
                if (_writers.TryGetValue(name, out var writer) && Retention.CutOff(writer.Table.Definition, frontier) is { } cutOff) writer.DropBefore(cutOff);
            _setVersion!.Bind(1, commit.Version);
            _setVersion.Run();
        });
        Interlocked.Exchange(ref _version, commit.Version);
    }

    void RememberRows(Database database, StoredTable table, long version)
    {
        _setUndo!.Bind(1, version);
        _setUndo.BindText(2, table.Definition.Name);
        _setUndo.Bind(3, database.Number(table.LastRow));
        _setUndo.Run();
    }

    /// <summary>Forgets what took tables back to checkpoints that are no longer kept.</summary>
    void Forget(CheckpointRecord newest)
    {
        _kept.Enqueue((newest.Version, newest.Frontiers));
        while (_kept.Peek().Version <= newest.DroppedUpTo) _kept.Dequeue();
        var oldest = newest.DroppedUpTo + 1;
        foreach (var writer in _writers.Values) writer.ForgetBefore(oldest + 1);
        _dropUndo!.Bind(1, oldest + 1);
        _dropUndo.Run();
    }

    static void Transact(Database database, Action action)
    {
        database.Run("BEGIN IMMEDIATE");
        try
        {
            action();
            database.Run("COMMIT");
        }
        catch
        {
            // A full disk may already have rolled it back.
            if (database.IsInTransaction) database.Run("ROLLBACK");
            throw;
        }
    }

    /// <inheritdoc/>
    public IStoreSnapshot Snapshot()
    {
        var database = TakeReader();
        try
        {
            database.Run("BEGIN");
            return new SqliteSnapshot(this, database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    Database TakeReader()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_readers.TryPop(out var pooled)) return pooled;
        }
        return Database.Open(_path, isReader: true);
    }

    internal void Return(Database reader)
    {
        reader.Run("COMMIT");
        lock (_lock)
            if (!_isDisposed && _readers.Count < 8)
            {
                _readers.Push(reader);
                return;
            }
        reader.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            foreach (var reader in _readers) reader.Dispose();
        }
        foreach (var writer in _writers.Values) writer.Dispose();
        _setVersion?.Dispose();
        _setFrontier?.Dispose();
        _setCheckpoint?.Dispose();
        _dropCheckpoints?.Dispose();
        _setUndo?.Dispose();
        _dropUndo?.Dispose();
        _writer?.Dispose();
        _folderLock?.Dispose();
    }
}
