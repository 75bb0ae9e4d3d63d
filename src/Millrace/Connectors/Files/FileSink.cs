using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Planning;
using Millrace.Stores;

namespace Millrace.Connectors.Files;

/// <summary>Writes rows into a file, whole commits only: what is behind the last one that was flushed is cut off, at once where writing fails, else at the next start.</summary>
/// <remarks>A packed file is one gzip member a commit, which readers take for one stream, so that it can be cut between any two. Its position: bytes, and a checksum of the columns.</remarks>
sealed class FileSink : ISink
{
    /// <summary>Encoded bytes that are kept before they are written.</summary>
    const int PutBytes = 1 << 20;

    readonly SinkContext _context;
    readonly string _path;
    readonly bool _isPacked;
    readonly bool _writesChanges;
    readonly ArrayBufferWriter<byte> _bytes = new(1 << 16);
    FileStream? _file;
    GZipStream? _member;
    IEncoder? _encoder;
    VisibleRows _visible = new(Schema.Empty);
    Schema _signed = Schema.Empty;
    readonly List<int> _copies = []; // rows of a batch, each as often as it is written
    uint _columns;
    long _flushed;

    public FileSink(SinkContext context)
    {
        _context = context;
        var path = context.Options.Text("path", "");
        _path = Path.GetFullPath(Path.Combine(context.BaseDirectory, path));
        _isPacked = context.Options.Text("compression", "auto") switch { "gzip" => true, "none" => false, _ => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) };
        _writesChanges = context.Options.Text("mode", "append") == "changes";
    }

    public bool IsStaged => true;

    public void Open(Schema schema, IReadOnlyList<int> key, string? position)
    {
        if (_context.Options.Text("mode", "append") == "upsert")
        {
            throw Failed(Fault.User, "a file can only be appended to, so it takes no upserts. Write mode = 'append' (each row once, when it is final), mode = 'changes' " +
                "(every change with its sign), or a sink that replaces rows by key, such as connector = 'sqlite'");
        }
        var name = _context.Options.Text("format", _path.Contains(".json", StringComparison.OrdinalIgnoreCase) ? "json" : "csv");
        var format = new FormatList().Find(name == "jsonl" ? "json" : name) ?? throw Failed(Fault.User, $"format = '{name}': expected 'csv' or 'json'");
        _visible = new(schema);
        _signed = new Schema(_visible.Schema.Fields.Prepend(new Field("change", DataType.Integer)));
        var written = _writesChanges ? _signed : _visible.Schema;
        _encoder = format.CreateEncoder(written, _context.Options);
        _columns = Crc32C.Append(0, Encoding.UTF8.GetBytes($"{name} {_isPacked} {written}"));
        try
        {
            if (position is not null)
            {
                GoOn(position);
                return;
            }
            _file = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            _encoder.WriteHeader(_bytes);
            Put();
            EndMember();
            Durability.SyncFolder(Path.GetDirectoryName(_path)!);
            _flushed = _file.Position;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var what = position is null ? "made: " : "opened to go on: ";
            throw Failed(e is UnauthorizedAccessException or DirectoryNotFoundException ? Fault.User : Fault.External,
                $"it cannot be {what}{e.Message.TrimEnd('.')}. Its folder must exist, and have room and the right to write", e);
        }
    }

    void GoOn(string position)
    {
        var (bytes, columns) = position.Split(' ') is [var b, var c] ? (long.Parse(b, CultureInfo.InvariantCulture), c) : (0, "");
        if (columns != Hex(_columns))
        {
            throw Failed(Fault.User, "the checkpoint wrote other columns or another format into it than the SQL declares now, and a file has one form only. " +
                "Give the sink another path, or start anew with --from fresh");
        }
        if (!File.Exists(_path)) throw Failed(Fault.User, $"it is gone, but the checkpoint has written {bytes:N0} bytes into it. Put it back, or start anew with --from fresh");
        _file = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
        if (_file.Length < bytes)
            throw Failed(Fault.User, $"it has {_file.Length:N0} bytes, but the checkpoint has written {bytes:N0}. Put back the file as it was, or start anew with --from fresh");
        _file.SetLength(bytes);
        _file.Position = _flushed = bytes;
    }

    static string Hex(uint value) => value.ToString("x8", CultureInfo.InvariantCulture);

    public void Write(IReadOnlyList<Batch> changes, long version)
    {
        var isBegun = false;
        foreach (var batch in changes)
        {
            if (_writesChanges) EncodeChanges(batch);
            else if (batch.Weights is { } weights && weights.Values.ContainsAnyInRange(int.MinValue, -1))
            {
                _bytes.ResetWrittenCount();
                if (isBegun) CutBack();
                throw Failed(Fault.User, "rows are taken back, which a file that is only appended to cannot do. Read final rows (EMIT FINAL), or write mode = 'changes'");
            }
            else Encode(batch);
            if (_bytes.WrittenCount < PutBytes) continue;
            Put(version);
            isBegun = true;
        }
        Put(version);
    }

    void Put(long version)
    {
        try
        {
            Put();
        }
        catch (IOException e)
        {
            throw Lost(version, e);
        }
    }

    void Put()
    {
        if (_bytes.WrittenCount == 0) return;
        if (_isPacked) _member ??= new(_file!, CompressionLevel.Fastest, leaveOpen: true);
        ((Stream?)_member ?? _file!).Write(_bytes.WrittenSpan);
        _bytes.ResetWrittenCount();
    }

    void EndMember()
    {
        _member?.Dispose();
        _member = null;
    }

    ConnectorException Lost(long? version, IOException e)
    {
        CutBack();
        var what = version is null ? "it cannot be written" : $"commit {version} cannot be written";
        return Failed(Fault.External, $"{what} ({e.Message.TrimEnd('.')}); it holds all commits before. Free some space and start again", e);
    }

    /// <summary>Leaves what was flushed.</summary>
    void CutBack()
    {
        try
        {
            EndMember();
        }
        catch (IOException)
        {
            // Its bytes are cut off in any case.
        }
        try
        {
            if (_file!.Position != _flushed) _file.SetLength(_flushed);
        }
        catch (IOException)
        {
            // The first error is the one to tell; the next start cuts.
        }
    }

    /// <summary>A row of weight 2 is two equal rows, each with a line of its own.</summary>
    void Encode(Batch batch)
    {
        var visible = _visible.Of(batch);
        var weights = batch.Weights is { } own && own.Values.ContainsAnyExcept(1) ? own.Values : default;
        if (weights.IsEmpty) _encoder!.Write(visible, _bytes);
        for (var row = 0; row < weights.Length; row++)
            for (var copies = weights[row]; copies > 0; copies--)
            {
                _copies.Add(row);
                if (_copies.Count == batch.Home.BatchRows) EncodeCopies(visible);
            }
        if (_copies.Count > 0) EncodeCopies(visible);
        visible.Release();
    }

    void EncodeCopies(Batch rows)
    {
        var copies = rows.Gather(CollectionsMarshal.AsSpan(_copies));
        _encoder!.Write(copies, _bytes);
        copies.Release();
        _copies.Clear();
    }

    void EncodeChanges(Batch batch)
    {
        var visible = _visible.Of(batch);
        var signed = batch.Home.RentBatch(_signed);
        var change = batch.Home.Rent<int>(DataType.Integer);
        change.Length = batch.RowCount;
        if (batch.Weights is { } weights) weights.Values.CopyTo(change.Values);
        else change.Values.Fill(1);
        signed.Add(change);
        foreach (var column in visible.Columns) signed.Add(column.Retain());
        signed.RowCount = batch.RowCount;
        _encoder!.Write(signed, _bytes);
        signed.Release();
        visible.Release();
    }

    public string Flush()
    {
        try
        {
            EndMember();
            _file!.Flush(flushToDisk: true);
            _flushed = _file.Position;
        }
        catch (IOException e)
        {
            throw Lost(null, e);
        }
        return string.Create(CultureInfo.InvariantCulture, $"{_flushed} {Hex(_columns)}");
    }

    public void Dispose()
    {
        if (_file is null) return;
        CutBack();
        _file.Dispose();
        _file = null;
    }

    ConnectorException Failed(Fault fault, string what, Exception? inner = null) => new(fault, $"sink '{_context.Name}', file '{_path}': {what}.", inner);
}
