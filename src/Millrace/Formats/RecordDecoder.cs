using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Formats.Readers;

namespace Millrace.Formats;

/// <summary>What the decoders of record formats share: groups of records are cut into slices, readers turn slices into columns, bad records are taken out.</summary>
/// <remarks>
/// A group is at most 512 records: their bytes are still in the nearest caches when the readers come by column. A record that is bad takes
/// a row of the group like any other, with a message; rows with messages are dropped at the end of the group, so neighbours never notice.
/// </remarks>
abstract class RecordDecoder : IDecoder
{
    const int GroupRowsMax = 512;

    readonly FieldReader?[] _readers; // null where the column is not used
    readonly List<MetadataReader> _metadata = []; // those of them that read no field
    readonly bool _takesNull;         // whether a message without a value is a row
    readonly int[] _lanes;            // for each column the row of _slices it reads
    readonly string?[] _messages;
    readonly int _maxRecordBytes;
    bool _isSkipping;                 // inside a record that is too long, up to its line end
    bool _begins = true;              // nothing of the file has been seen
    long _records = -1;               // records of the file so far, or -1 where unknown

    protected RecordDecoder(DecoderContext context, bool isCsv)
    {
        Context = context;
        GroupRows = Math.Min(GroupRowsMax, context.Memory.BatchRows);
        _messages = new string?[GroupRows];
        Starts = new int[GroupRows];
        Lengths = new int[GroupRows];
        _maxRecordBytes = (int)Math.Clamp(context.Options.Integer("max_record_bytes", 16 << 20), 16, Slice.MaxLength);

        _readers = new FieldReader?[context.Schema.Count];
        _lanes = new int[context.Schema.Count];
        var paths = new List<string>();
        for (var i = 0; i < _readers.Length; i++)
        {
            if (MessageMetadata.NameIn(context.Paths[i]) is { } name)
            {
                _takesNull |= name == "tombstone";
                if (!context.Used[i]) continue;
                var reader = new MetadataReader(context.Schema[i], context, name);
                _readers[i] = reader;
                _metadata.Add(reader);
                continue;
            }
            if (!context.Used[i]) continue;
            _lanes[i] = paths.IndexOf(context.Paths[i]);
            if (_lanes[i] < 0)
            {
                _lanes[i] = paths.Count;
                paths.Add(context.Paths[i]);
            }
            _readers[i] = FieldReader.Create(context.Schema[i], context, isCsv, Unescape);
        }
        UsedPaths = paths;
        Slices = new Slice[(paths.Count + 1) * GroupRows];
    }

    protected DecoderContext Context { get; }

    /// <summary>The fields that somebody reads, each once.</summary>
    protected IReadOnlyList<string> UsedPaths { get; }

    protected int GroupRows { get; }

    /// <summary>Where the records of the group start and how long they are, without line ends.</summary>
    protected int[] Starts { get; }
    /// <inheritdoc cref="Starts"/>
    protected int[] Lengths { get; }

    /// <summary>The slice of used path p in record r at p · <see cref="GroupRows"/> + r. All are NULL when a group begins. Behind the last is room for slices that nobody reads.</summary>
    protected Slice[] Slices { get; }

    protected int MaxRecordBytes => _maxRecordBytes;

    /// <inheritdoc/>
    public long Nulled => _readers.Sum(static r => r?.Nulled ?? 0);

    /// <summary>Cuts records from a position on, up to a number.</summary>
    /// <param name="bytes">The chunk's room.</param>
    /// <param name="position">Where to begin.</param>
    /// <param name="limit">Where the filled bytes end.</param>
    /// <param name="isLast">Whether the end of the bytes ends a record.</param>
    /// <param name="rows">Records at most.</param>
    /// <param name="next">Where to go on. Equal to <paramref name="position"/> with no records: more bytes are needed.</param>
    /// <returns>The number of records, bad ones (<see cref="Fail"/>) included.</returns>
    protected abstract int Cut(byte[] bytes, int position, int limit, bool isLast, int rows, out int next);

    /// <summary>Cuts whole messages, each a record and a row of the group.</summary>
    /// <param name="bytes">The chunk's room.</param>
    /// <param name="position">Where the first begins.</param>
    /// <param name="ends">Behind each, where a line feed stands.</param>
    /// <returns>How many it has cut, at least one.</returns>
    protected abstract int CutMessages(byte[] bytes, int position, ReadOnlySpan<int> ends);

    /// <summary>Resolves the escapes of a value.</summary>
    /// <returns>Bytes written, or -1 with a message.</returns>
    protected abstract int Unescape(ReadOnlySpan<byte> text, Span<byte> target, out string? problem);

    /// <summary>Called before the first record of a file.</summary>
    protected abstract void Restart();

    /// <summary>The record just taken was bad; if it should have been a header, there is none.</summary>
    protected virtual void NoHeader() { }

    /// <summary>What the header said, as <see cref="LoadHeader"/> takes it; empty where there was none.</summary>
    protected virtual string SaveHeader() => "";

    /// <summary>Takes over what a header said.</summary>
    protected virtual void LoadHeader(string saved) { }

    /// <summary>Makes a record of the group bad; the first message stays.</summary>
    protected void Fail(int row, string message) => _messages[row] ??= message;

    /// <summary>Forgets what was cut of the group from a row on.</summary>
    protected void Forget(int from)
    {
        _messages.AsSpan(from).Clear();
        for (var i = 0; i < UsedPaths.Count; i++) Slices.AsSpan(i * GroupRows + from, GroupRows - from).Clear();
    }

    /// <summary>Whether a record of the group is bad.</summary>
    protected bool IsBad(int row) => _messages[row] is not null;

    /// <inheritdoc/>
    public void BeginFile()
    {
        _begins = true;
        _isSkipping = false;
    }

    // Records so far, a plus sign inside a record that is skipped, then the header; empty before the first byte of a file.
    /// <inheritdoc/>
    public string Save() => _begins ? "" : string.Create(CultureInfo.InvariantCulture, $"{_records}{(_isSkipping ? "+" : "")}{SaveHeader()}");

    /// <inheritdoc/>
    public void Load(string saved)
    {
        if (saved.Length == 0)
        {
            BeginFile();
            return;
        }
        var rest = saved.AsSpan().TrimStart("0123456789");
        _records = long.Parse(saved.AsSpan(0, saved.Length - rest.Length), CultureInfo.InvariantCulture);
        (_begins, _isSkipping) = (false, rest.StartsWith("+"));
        Restart();
        LoadHeader(rest[(_isSkipping ? 1 : 0)..].ToString());
    }

    /// <inheritdoc/>
    public Batch? Decode(Chunk chunk, int start, long offset, bool isLast, DecodeErrors errors, out int consumed)
    {
        if (chunk.Messages is { Count: > 0 } messages) return DecodeMessages(chunk, messages, start, errors, out consumed);
        var bytes = chunk.Bytes;
        var limit = chunk.Length;
        var position = start;
        if (_begins && position < limit)
        {
            ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
            var begin = bytes.AsSpan(position, Math.Min(3, limit - position));
            if (begin.Length < 3 && !isLast && mark.StartsWith(begin))
            {
                consumed = 0;
                return null;
            }
            _begins = false;
            _records = 0;
            if (begin.SequenceEqual(mark)) position += 3;
            Restart();
        }

        Batch? batch = null;
        var capacity = Context.Memory.BatchRows;
        var filled = 0;
        while (filled < capacity && position < limit)
        {
            if (_isSkipping)
            {
                var end = bytes.AsSpan(position, limit - position).IndexOf((byte)'\n');
                position = end < 0 ? limit : position + end + 1;
                _isSkipping = end < 0;
                continue;
            }
            var rows = Cut(bytes, position, limit, isLast, Math.Min(GroupRows, capacity - filled), out var next);
            if (rows > 0)
            {
                batch ??= Rent(chunk);
                filled += Fill(batch, bytes, filled, rows, offset - start, [], errors);
            }
            else if (next == position)
            {
                if (limit - position <= _maxRecordBytes + 2) break; // its line end may follow
                errors.Add(offset + position - start, position, _maxRecordBytes, TooLong + NextRecord());
                _isSkipping = true;
                NoHeader();
            }
            position = next;
        }
        consumed = position - start;
        return Finished(batch, filled);
    }

    // Messages are records as they come: nothing is a header, nothing goes over two of them, and their offsets are numbers of messages.
    Batch? DecodeMessages(Chunk chunk, MessageIndex messages, int start, DecodeErrors errors, out int consumed)
    {
        var position = start;
        Batch? batch = null;
        var filled = 0;
        var message = messages.IndexAt(start);
        var end = messages.IndexAt(chunk.Length);
        while (filled < Context.Memory.BatchRows && message < end)
        {
            var most = Math.Min(Math.Min(GroupRows, Context.Memory.BatchRows - filled), end - message);
            var rows = CutMessages(chunk.Bytes, position, messages.Ends.Slice(message, most));
            var isNull = messages.IsNull.Slice(message, rows);
            for (var row = isNull.IndexOf(true); row >= 0 && row < rows; row++)
                if (isNull[row]) _messages[row] = _takesNull ? null : NoValue;
            foreach (var reader in _metadata) reader.Of(messages, message);
            batch ??= Rent(chunk);
            filled += Fill(batch, chunk.Bytes, filled, rows, 0, messages.Offsets.Slice(message, rows), errors);
            message += rows;
            position = messages.Ends[message - 1] + 1;
        }
        consumed = position - start;
        return Finished(batch, filled);
    }

    const string NoValue = "the message has no value (a tombstone); a column ... BOOLEAN METADATA FROM 'tombstone' takes such messages as rows";

    Batch? Finished(Batch? batch, int rows)
    {
        if (batch is null) return null;
        if (rows == 0)
        {
            batch.Release();
            return null;
        }
        Finish(batch, rows);
        return batch;
    }

    protected string TooLong => $"the record is longer than max_record_bytes ({_maxRecordBytes:N0})";

    // The readers' turn: the slices of one group become rows of the batch behind those already there.
    // Offsets of messages are given; those of other records follow from where they start.
    int Fill(Batch batch, byte[] bytes, int at, int rows, long toOffset, ReadOnlySpan<long> offsets, DecodeErrors errors)
    {
        for (var i = 0; i < _readers.Length; i++)
            _readers[i]?.Read(bytes, Slices.AsSpan(_lanes[i] * GroupRows, rows), batch[i], at, _messages);
        for (var i = 0; i < UsedPaths.Count; i++) Slices.AsSpan(i * GroupRows, rows).Clear();

        var origin = batch.Origin;
        if (!_messages.AsSpan(0, rows).ContainsAnyExcept((string?)null))
        {
            if (origin is not null)
            {
                Starts.AsSpan(0, rows).CopyTo(origin.Starts.AsSpan(at));
                Lengths.AsSpan(0, rows).CopyTo(origin.Lengths.AsSpan(at));
                for (var i = 0; i < rows; i++) origin.Offsets[at + i] = offsets.IsEmpty ? toOffset + Starts[i] : offsets[i];
            }
            if (_records >= 0) _records += rows;
            return rows;
        }

        var good = 0;
        for (var i = 0; i < rows; i++)
        {
            var offset = offsets.IsEmpty ? toOffset + Starts[i] : offsets[i];
            if (_messages[i] is { } message)
            {
                errors.Add(offset, Starts[i], Lengths[i], message + NextRecord());
                _messages[i] = null;
                continue;
            }
            if (_records >= 0) _records++;
            if (origin is not null)
                (origin.Starts[at + good], origin.Lengths[at + good], origin.Offsets[at + good]) = (Starts[i], Lengths[i], offset);
            if (good != i)
            {
                for (var c = 0; c < _readers.Length; c++)
                    if (_readers[c] is { } reader) reader.Move(batch[c], at + i, at + good);
            }
            good++;
        }
        // Rows past the good ones are free again; their NULLs must not shine through to those that take their place.
        for (var c = 0; c < _readers.Length; c++)
        {
            if (!batch[c].HasNulls) continue;
            for (var i = at + good; i < at + rows; i++) Bits.Set(batch[c].Validity, i);
        }
        return good;
    }

    string NextRecord() => _records < 0 ? "" : $" (record {++_records:N0})";

    Batch Rent(Chunk chunk)
    {
        var memory = Context.Memory;
        var batch = memory.RentBatch(Context.Schema);
        for (var i = 0; i < _readers.Length; i++)
        {
            var column = memory.Rent(Context.Schema[i].Type);
            _readers[i]?.Begin(column);
            batch.Add(column);
        }
        if (!Context.KeepOrigin) return batch;
        var origin = memory.RentOrigin();
        origin.Source = Context.Source;
        origin.Partition = Context.Partition;
        origin.Chunk = chunk.Retain();
        batch.Origin = origin;
        return batch;
    }

    void Finish(Batch batch, int rows)
    {
        batch.RowCount = rows;
        for (var i = 0; i < _readers.Length; i++)
        {
            var column = batch[i];
            column.Length = rows;
            if (_readers[i] is { } reader) reader.End(column, rows);
            else column.BecomeNull(); // nobody reads it
        }
        if (batch.Origin is { } origin) origin.Count = rows;
        batch.AssertWhole();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var reader in _readers) reader?.Dispose();
    }
}
