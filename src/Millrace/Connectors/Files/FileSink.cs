using System.Buffers;
using System.IO.Compression;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Planning;

namespace Millrace.Connectors.Files;

/// <summary>Writes rows into a file, whole commits only: a commit that fails half-way (a full disk) is cut off again.</summary>
sealed class FileSink : ISink
{
    readonly SinkContext _context;
    readonly string _path;
    readonly bool _isPacked;
    readonly bool _writesChanges;
    readonly bool _syncs;
    readonly ArrayBufferWriter<byte> _bytes = new(1 << 16);
    FileStream? _file;
    Stream? _output;
    IEncoder? _encoder;
    VisibleRows _visible = new(Schema.Empty);
    Schema _signed = Schema.Empty;

    public FileSink(SinkContext context)
    {
        _context = context;
        var path = context.Options.Text("path", "");
        _path = Path.GetFullPath(Path.Combine(context.BaseDirectory, path));
        _isPacked = context.Options.Text("compression", "auto") switch { "gzip" => true, "none" => false, _ => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) };
        _writesChanges = context.Options.Text("mode", "append") == "changes";
        _syncs = context.Options.Boolean("fsync", false);
    }

    public void Open(Schema schema, IReadOnlyList<int> key)
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
        _encoder = format.CreateEncoder(_writesChanges ? _signed : _visible.Schema, _context.Options);
        try
        {
            _file = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
            _output = _isPacked ? new GZipStream(_file, CompressionLevel.Fastest) : _file;
            _encoder.WriteHeader(_bytes);
            Put();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e is UnauthorizedAccessException or DirectoryNotFoundException ? Fault.User : Fault.External, $"it cannot be made: {e.Message.TrimEnd('.')}. Its folder must exist, and have room and the right to write.", e);
        }
    }

    public void Write(IReadOnlyList<Batch> changes, long version)
    {
        foreach (var batch in changes)
        {
            if (_writesChanges) EncodeChanges(batch);
            else if (batch.Weights is { } weights && weights.Values.ContainsAnyInRange(int.MinValue, -1))
            {
                _bytes.ResetWrittenCount();
                throw Failed(Fault.User, "rows are taken back, which a file that is only appended to cannot do. Read final rows (EMIT FINAL), or write mode = 'changes'");
            }
            else Encode(batch);
        }
        if (_bytes.WrittenCount == 0) return;
        var before = _file!.Position;
        try
        {
            Put();
        }
        catch (IOException e)
        {
            TryCut(before);
            throw Failed(Fault.External, $"commit {version} cannot be written ({e.Message.TrimEnd('.')}); it holds all commits before. Free some space and start again", e);
        }
    }

    void Put()
    {
        _output!.Write(_bytes.WrittenSpan);
        _bytes.ResetWrittenCount();
        _output.Flush();
        _file!.Flush(_syncs);
    }

    // A gz stream that was cut could not go on; it is left as it is and told to be broken.
    void TryCut(long length)
    {
        if (_isPacked) return;
        try
        {
            _file!.SetLength(length);
        }
        catch (IOException)
        {
            // The first error is the one to tell.
        }
    }

    void Encode(Batch batch)
    {
        var visible = _visible.Of(batch);
        _encoder!.Write(visible, _bytes);
        visible.Release();
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

    public void Flush()
    {
        try
        {
            _output?.Flush();
            _file?.Flush(flushToDisk: true);
        }
        catch (IOException e)
        {
            throw Failed(Fault.External, $"it cannot be written ({e.Message.TrimEnd('.')})", e);
        }
    }

    public void Dispose()
    {
        try
        {
            _output?.Dispose();
            _file?.Dispose();
        }
        catch (IOException)
        {
            // Whatever could not be written was told by Write or Flush.
        }
    }

    ConnectorException Failed(Fault fault, string what, Exception? inner = null) => new(fault, $"sink '{_context.Name}', file '{_path}': {what}.", inner);
}
