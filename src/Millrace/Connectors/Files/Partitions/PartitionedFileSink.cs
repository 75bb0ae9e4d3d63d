using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Planning;

namespace Millrace.Connectors.Files.Partitions;

/// <summary>Divides rows among files by the values of columns, whole commits only: one that fails half-way (a full disk) is cut off again in every file that it touched.</summary>
/// <remarks>
/// At most 128 files are open; the one that was written to the longest ago is closed for another. Rows keep the columns that they are divided by. Its position is that of the
/// <see cref="PartitionList"/>, and a checksum of the columns.
/// </remarks>
sealed class PartitionedFileSink : ISink
{
    const int MaxOpen = 128;

    readonly SinkContext _context;
    readonly string[] _names;
    readonly string _path;
    readonly bool _isPacked, _writesChanges;
    readonly long _most;
    readonly List<PartitionFile> _files = [];
    readonly List<PartitionFile> _touched = []; // by the commit at hand
    readonly List<PartitionFile> _unsynced = [];
    readonly Stack<ArrayBufferWriter<byte>> _buffers = [];
    readonly LinkedList<PartitionFile> _open = []; // the one written to last comes last
    readonly List<List<int>> _rows = []; // of the batch at hand, by partition
    readonly List<int> _present = [];
    PartitionPath _paths = null!;
    PartitionKeys _keys = null!;
    PartitionList? _list;
    IEncoder _encoder = null!;
    VisibleRows _visible = new(Schema.Empty);
    Schema _signed = Schema.Empty;
    string _form = "";

    public PartitionedFileSink(SinkContext context)
    {
        _context = context;
        _names = context.Options.Text("partition_by", "").Split(',', StringSplitOptions.TrimEntries);
        _path = Path.Combine(context.BaseDirectory, context.Options.Text("path", ""));
        _isPacked = context.Options.Text("compression", "auto") switch { "gzip" => true, "none" => false, _ => _path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) };
        _writesChanges = context.Options.Text("mode", "append") == "changes";
        _most = context.Options.Integer("max_partitions", 10_000);
    }

    public bool IsStaged => true;

    public void Open(Schema schema, IReadOnlyList<int> key, string? position)
    {
        if (_context.Options.Text("mode", "append") == "upsert")
            throw Failed(Fault.User, "files can only be appended to, so they take no upserts. Write mode = 'append' (each row once, when it is final) or mode = 'changes' (every change with its sign)");
        var name = _context.Options.Text("format", _path.Contains(".json", StringComparison.OrdinalIgnoreCase) ? "json" : "csv");
        var format = new FormatList().Find(name == "jsonl" ? "json" : name) ?? throw Failed(Fault.User, $"format = '{name}': expected 'csv' or 'json'");
        _visible = new(schema);
        _signed = new Schema(_visible.Schema.Fields.Prepend(new Field("change", DataType.Integer)));
        var written = _writesChanges ? _signed : _visible.Schema;
        _encoder = format.CreateEncoder(written, _context.Options);
        _form = Crc32C.Append(0, Encoding.UTF8.GetBytes($"{name} {_isPacked} {string.Join(",", _names)} {written}")).ToString("x8", CultureInfo.InvariantCulture);
        var columns = _names.Select(n => _visible.Schema.Fields.ToList().FindIndex(f => f.Name == n)).ToArray();
        var missing = Array.IndexOf(columns, -1);
        if (missing >= 0) throw Failed(Fault.User, $"partition_by names '{_names[missing]}'; its columns are {string.Join(", ", _visible.Schema.Fields.Select(f => f.Name))}");
        // Where changes are written, their sign stands before the columns.
        _keys = new([.. columns.Select(c => _writesChanges ? c + 1 : c)]);
        try
        {
            _paths = new(_path, _names, "rows." + (format.Name == "json" ? "jsonl" : format.Name) + (_isPacked ? ".gz" : ""));
            if (position is not null && !position.EndsWith(" " + _form, StringComparison.Ordinal))
                throw new FormatException("the checkpoint wrote other columns, another format or other partitions into them than the SQL declares now. Give the sink another path, or start anew with --from fresh");
            _list = new(Path.GetFullPath(_paths.Folder), _context.Name, position?[..^(_form.Length + 1)]);
        }
        catch (FormatException e)
        {
            throw Failed(Fault.User, e.Message, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e is UnauthorizedAccessException ? Fault.User : Fault.External, $"the folder cannot be made or cleared: {e.Message.TrimEnd('.')}", e);
        }
    }

    public void Write(IReadOnlyList<Batch> changes, long version)
    {
        try
        {
            foreach (var batch in changes) Divide(batch);
            foreach (var file in _touched) Put(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            foreach (var file in _touched) file.Cut();
            throw Failed(Fault.External, $"commit {version} cannot be written ({e.Message.TrimEnd('.')}); the files hold all commits before. Free some space and start again", e);
        }
        finally
        {
            foreach (var file in _touched)
            {
                file.Keep();
                file.Bytes!.ResetWrittenCount();
                _buffers.Push(file.Bytes);
                file.Bytes = null;
            }
            _touched.Clear();
        }
    }

    /// <summary>Encodes the rows of a batch for their files.</summary>
    void Divide(Batch batch)
    {
        var rows = Shown(batch);
        try
        {
            var weights = batch.Weights is { } given ? given.Values : default;
            for (var row = 0; row < rows.RowCount; row++)
            {
                var copies = _writesChanges || weights.IsEmpty ? 1 : weights[row];
                if (copies < 0) throw Failed(Fault.User, "rows are taken back, which files that are only appended to cannot do. Read final rows (EMIT FINAL), or write mode = 'changes'");
                if (copies == 0) continue;
                var number = _keys.NumberOf(rows, row, out var values);
                if (values is not null) AddFile(values);
                var own = _rows[number];
                if (own.Count == 0) _present.Add(number);
                for (; copies > 0; copies--) own.Add(row);
            }
            foreach (var number in _present) Encode(rows, number);
        }
        finally
        {
            foreach (var number in _present) _rows[number].Clear();
            _present.Clear();
            rows.Release();
        }
    }

    void AddFile(byte[]?[] values)
    {
        if (_files.Count >= _most || _list!.Count >= _most)
            throw Failed(Fault.User, $"the columns {string.Join(", ", _names)} have more than {_most} different values, and each makes a file. Divide by something coarser, or raise max_partitions");
        var path = Path.GetFullPath(_paths.Of(values));
        Debug.Assert(_list.IsInside(path));
        if (!_list.IsInside(path)) throw Failed(Fault.User, $"'{path}' lies outside of its folder");
        _files.Add(new(path, _isPacked, _list.Has(path)));
        _rows.Add([]);
    }

    void Encode(Batch rows, int number)
    {
        var file = _files[number];
        if (file.Bytes is null)
        {
            _touched.Add(file);
            file.Bytes = _buffers.TryPop(out var spare) ? spare : new();
            if (!file.IsMade) _encoder.WriteHeader(file.Bytes);
        }
        var own = _rows[number];
        if (own.Count == rows.RowCount && rows.Weights is null)
        {
            _encoder.Write(rows, file.Bytes);
            return;
        }
        // A row that is written several times may make more rows than a batch has.
        for (var at = 0; at < own.Count; at += rows.Home.BatchRows)
        {
            var part = rows.Gather(CollectionsMarshal.AsSpan(own).Slice(at, Math.Min(own.Count - at, rows.Home.BatchRows)));
            _encoder.Write(part, file.Bytes);
            part.Release();
        }
    }

    /// <summary>The columns that files have, in a batch of the caller's.</summary>
    Batch Shown(Batch batch)
    {
        var visible = _visible.Of(batch);
        if (!_writesChanges) return visible;
        var signed = batch.Home.RentBatch(_signed);
        var change = batch.Home.Rent<int>(DataType.Integer);
        change.Length = batch.RowCount;
        if (batch.Weights is { } weights) weights.Values.CopyTo(change.Values);
        else change.Values.Fill(1);
        signed.Add(change);
        foreach (var column in visible.Columns) signed.Add(column.Retain());
        signed.RowCount = batch.RowCount;
        visible.Release();
        return signed;
    }

    void Put(PartitionFile file)
    {
        if (file.IsOpen) _open.Remove(file);
        else if (_open.Count == MaxOpen)
        {
            _open.First!.Value.Close();
            _open.RemoveFirst();
        }
        if (!file.IsMade) _list!.Add(file.Path);
        if (!file.IsUnsynced) _unsynced.Add(file);
        file.Put();
        _open.AddLast(file);
    }

    public string Flush()
    {
        try
        {
            var lengths = new List<(string, long)>(_unsynced.Count);
            foreach (var file in _unsynced)
            {
                var wasOpen = file.IsOpen;
                lengths.Add((file.Path, file.Sync()));
                if (!wasOpen) file.Close();
            }
            _unsynced.Clear();
            return $"{_list!.Flush(lengths)} {_form}";
        }
        catch (IOException e)
        {
            throw Failed(Fault.External, $"the files cannot be written ({e.Message.TrimEnd('.')})", e);
        }
    }

    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
        _list?.Dispose();
    }

    ConnectorException Failed(Fault fault, string what, Exception? inner = null) => new(fault, $"sink '{_context.Name}', files '{_path}': {what}.", inner);
}
