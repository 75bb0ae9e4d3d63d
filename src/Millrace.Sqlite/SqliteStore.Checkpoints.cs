using System.Globalization;
using System.IO.Compression;
using Millrace.Connectors;
using Millrace.Stores;

namespace Millrace.Sqlite;

/// <content>What is done to the checkpoints of a data folder while no pipeline runs on it.</content>
public sealed partial class SqliteStore
{
    const string CheckpointFolder = "checkpoints", CheckpointPlace = "checkpoints.path";

    string _checkpoints;

    /// <summary>The folder in which the files of a data folder's checkpoints lie.</summary>
    static string CheckpointsOf(string folder)
    {
        var place = Path.Combine(folder, CheckpointPlace);
        return File.Exists(place) ? File.ReadAllText(place).Trim() : Path.Combine(folder, CheckpointFolder);
    }

    /// <summary>Keeps the files of checkpoints in a folder; those that lie elsewhere are moved there. Called before anything else.</summary>
    /// <param name="checkpoints">The folder, for this data folder alone; null = the one in the data folder.</param>
    /// <exception cref="ConnectorException">It cannot be written to, or a process uses the data folder.</exception>
    public void KeepCheckpointsIn(string? checkpoints)
    {
        var wanted = Path.GetFullPath(checkpoints ?? Path.Combine(_folder, CheckpointFolder));
        if (wanted == Path.GetFullPath(_checkpoints)) return;
        _folderLock ??= DataFolderLock.Acquire(_folder);
        var (from, to) = (Blobs, new FileBlobStore(wanted));
        if (to.List().Count > 0) throw new ConnectorException(Fault.User, $"The folder '{wanted}' for checkpoints is not empty. Empty it, or name another in SET checkpoints.folder.");
        foreach (var name in from.List())
        {
            using var blob = from.Open(name)!;
            to.Write(name, Pieces(blob));
        }
        var place = Path.Combine(_folder, CheckpointPlace);
        if (checkpoints is null) File.Delete(place);
        else
        {
            using (var written = new FileStream(place + ".new", FileMode.Create))
            {
                written.Write(System.Text.Encoding.UTF8.GetBytes(wanted));
                written.Flush(flushToDisk: true);
            }
            File.Move(place + ".new", place, overwrite: true);
        }
        (Blobs, _checkpoints) = (to, wanted);
        foreach (var name in from.List()) from.Delete(name);
    }

    static IEnumerable<ReadOnlyMemory<byte>> Pieces(Blob blob)
    {
        const int Most = 1 << 20;
        for (var at = 0L; at < blob.Length; at += Most) yield return blob.Slice(at, (int)Math.Min(Most, blob.Length - at)).ToArray();
    }

    /// <summary>Takes a checkpoint away with the files that no other needs. With the newest one results go back to the one before; where there is none before they stay, and the next run starts afresh.</summary>
    /// <param name="version">Its number.</param>
    /// <exception cref="ConnectorException">It is not there, or a process uses the folder.</exception>
    public void Drop(long version)
    {
        _folderLock ??= DataFolderLock.Acquire(_folder);
        using (var database = Connect())
        {
            var records = Ledger.ReadCheckpoints(database);
            var at = IndexOf(records, version);
            Transact(database, () =>
            {
                var tables = Ledger.Read(database).Values.Select(t => t.Table).ToList();
                foreach (var table in tables.Where(t => t.IsKeyed)) database.Run(table.CreateBefore);
                if (at == 0 && records.Count > 1) GoBack(database, records[1], tables);
                else
                {
                    database.Run(string.Create(CultureInfo.InvariantCulture, $"DELETE FROM millrace_checkpoints WHERE version = {version}"));
                    if (at == records.Count - 1) ForgetUpTo(database, at > 0 ? records[at - 1].Version : version, tables);
                }
            });
        }
        ClearBlobs();
    }

    /// <summary>Writes a checkpoint with everything that a run goes on from into one file: the results, the state, and the rest of the data folder (journals of <c>http</c> sources).</summary>
    /// <param name="version">Its number.</param>
    /// <param name="file">The file, a ZIP archive; one that is there is replaced.</param>
    /// <exception cref="ConnectorException">The checkpoint is not there or a file of it is gone, or a process uses the folder.</exception>
    public void Export(long version, string file)
    {
        _folderLock ??= DataFolderLock.Acquire(_folder);
        file = Path.GetFullPath(file);
        var (copy, partial) = (file + ".folder", file + ".partial");
        try
        {
            DeleteFolder(copy);
            var others = Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Select(f => (Path: f, Name: Path.GetRelativePath(_folder, f).Replace('\\', '/')))
                .Where(f => !IsOwn(f.Name) && Path.GetFullPath(f.Path) != file).OrderBy(f => f.Name, StringComparer.Ordinal).ToList();
            Directory.CreateDirectory(copy);
            CheckpointRecord record;
            using (var database = Connect())
            {
                var records = Ledger.ReadCheckpoints(database);
                record = records[IndexOf(records, version)];
                database.Run($"VACUUM INTO {Text(Path.Combine(copy, FileName))}");
            }
            using (var exported = new SqliteStore(copy)) exported.KeepOnly(version);
            DeleteOwnFiles(copy);
            using (var archive = ZipFile.Open(partial, ZipArchiveMode.Create))
            {
                archive.CreateEntryFromFile(Path.Combine(copy, FileName), FileName, CompressionLevel.Fastest);
                foreach (var name in record.BlobNames.Distinct())
                {
                    var path = Path.Combine(_checkpoints, name);
                    if (!File.Exists(path)) throw new ConnectorException(Fault.External, $"Checkpoint {version} is damaged: its file '{name}' is gone. Export another; 'millrace checkpoints verify' shows which are whole.");
                    archive.CreateEntryFromFile(path, $"{CheckpointFolder}/{name}", CompressionLevel.Fastest);
                }
                foreach (var other in others) archive.CreateEntryFromFile(other.Path, other.Name, CompressionLevel.Fastest);
            }
            File.Move(partial, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(Fault.External, $"Checkpoint {version} cannot be exported to '{file}': {e.Message}", e);
        }
        finally
        {
            DeleteFolder(copy);
            File.Delete(partial);
        }
    }

    /// <summary>Makes a data folder of what <see cref="Export"/> wrote: the next run there goes on from that checkpoint.</summary>
    /// <param name="file">The file.</param>
    /// <param name="folder">The data folder; it holds no results yet.</param>
    /// <returns>The checkpoint.</returns>
    /// <exception cref="ConnectorException">The folder holds results, or the file is none that was exported.</exception>
    public static CheckpointRecord Import(string file, string folder)
    {
        if (File.Exists(Path.Combine(folder, FileName)))
            throw new ConnectorException(Fault.User, $"'{folder}' holds results already. Name another folder with --data, or move that one away.");
        if (!File.Exists(file)) throw new ConnectorException(Fault.User, $"There is no file '{file}'.");
        using var store = new SqliteStore(folder);
        store._folderLock = DataFolderLock.Acquire(folder);
        try
        {
            using var archive = ZipFile.OpenRead(file);
            if (archive.GetEntry(FileName) is not { } database) throw new InvalidDataException($"it has no {FileName}");
            foreach (var entry in archive.Entries)
                if (entry != database && !entry.FullName.EndsWith('/')) Extract(entry, folder);
            Extract(database, folder); // last: without it the folder holds no results
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new ConnectorException(e is InvalidDataException ? Fault.User : Fault.External, $"'{file}' cannot be imported: {e.Message.TrimEnd('.')}. Give a file that 'millrace checkpoints export' wrote.", e);
        }
        return store.Checkpoints()[0];
    }

    static void Extract(ZipArchiveEntry entry, string folder)
    {
        var root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        var path = Path.GetFullPath(Path.Combine(root, entry.FullName));
        if (!path.StartsWith(root, StringComparison.Ordinal)) throw new InvalidDataException($"its entry '{entry.FullName}' leads out of the folder");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        entry.ExtractToFile(path);
    }

    /// <summary>Goes back to a checkpoint and forgets all others.</summary>
    void KeepOnly(long version)
    {
        using var database = Connect();
        var records = Ledger.ReadCheckpoints(database);
        var at = IndexOf(records, version);
        Transact(database, () =>
        {
            var tables = Ledger.Read(database).Values.Select(t => t.Table).ToList();
            foreach (var table in tables.Where(t => t.IsKeyed)) database.Run(table.CreateBefore);
            if (at > 0) GoBack(database, records[at], tables);
            database.Run(string.Create(CultureInfo.InvariantCulture, $"DELETE FROM millrace_checkpoints WHERE version <> {version}"));
            ForgetUpTo(database, version, tables);
        });
    }

    /// <summary>Forgets what takes results back to before a version.</summary>
    static void ForgetUpTo(Database database, long version, IEnumerable<StoredTable> tables)
    {
        foreach (var table in tables.Where(t => t.IsKeyed)) Run(table.Forget, TableWriter.UndoOf(version + 1));
        Run(Ledger.DropUndo, version + 1);

        void Run(string sql, long number)
        {
            using var statement = database.Prepare(sql);
            statement.Bind(1, number);
            statement.Run();
        }
    }

    void ClearBlobs()
    {
        var needed = Checkpoints().SelectMany(r => r.BlobNames).ToHashSet(StringComparer.Ordinal);
        foreach (var name in Blobs.List())
            if (!needed.Contains(name)) Blobs.Delete(name);
    }

    int IndexOf(List<CheckpointRecord> records, long version)
    {
        var at = records.FindIndex(r => r.Version == version);
        if (at >= 0) return at;
        throw new ConnectorException(Fault.User, string.Create(CultureInfo.InvariantCulture,
            $"There is no checkpoint {version} in '{_folder}': {(records.Count > 0 ? string.Join(", ", records.Select(r => r.Version)) + " are kept" : "none is kept")}."));
    }

    /// <summary>Whether a file of a data folder is the store's, which writes it in its own way, or tells who uses the folder.</summary>
    static bool IsOwn(string name) => name.StartsWith(FileName, StringComparison.Ordinal) || name.StartsWith(CheckpointFolder + "/", StringComparison.Ordinal) || name is "millrace.lock" or "millrace.pid" or CheckpointPlace;

    static void DeleteOwnFiles(string folder)
    {
        foreach (var name in new[] { "millrace.lock", "millrace.pid" }) File.Delete(Path.Combine(folder, name));
    }

    static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
