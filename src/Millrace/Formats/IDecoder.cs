using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Formats;

/// <summary>A format: bytes to columns and back. One file each, one line in <see cref="FormatList"/>. Knows no transport.</summary>
public abstract class Format
{
    /// <summary>The name that <c>format = '...'</c> gives.</summary>
    public abstract string Name { get; }

    /// <summary>One sentence.</summary>
    public abstract string Summary { get; }

    /// <summary>Its options, e.g. <c>csv.delimiter</c>.</summary>
    public abstract IReadOnlyList<OptionSpec> Options { get; }

    /// <summary>Makes a decoder for one partition.</summary>
    public abstract IDecoder CreateDecoder(DecoderContext context);

    /// <summary>Makes an encoder.</summary>
    public abstract IEncoder CreateEncoder(Schema schema, Options options);

    /// <summary>Replaces the values of some fields in a raw record, for dead letters of sources with masked columns; null where they cannot be found.</summary>
    public abstract byte[]? Redact(ReadOnlySpan<byte> record, DecoderContext context, IReadOnlySet<int> columns);
}

/// <summary>What a decoder is told.</summary>
/// <param name="Source">Name of the source.</param>
/// <param name="Partition">Number of the partition.</param>
/// <param name="Schema">The columns to fill.</param>
/// <param name="Paths">For each column the field it comes from: a name (matched exactly first, then without regard to case) or a dotted path.</param>
/// <param name="Used">For each column whether anything reads it. An unused column is filled with NULLs without being parsed (its record is still checked to be well-formed).</param>
/// <param name="Options">The source's options (timestamp_format, timezone, csv.*, json.* ...).</param>
/// <param name="NullOnError">bad_data = 'null': a field that does not fit becomes NULL and is counted, instead of failing its record.</param>
/// <param name="KeepOrigin">Whether batches carry an <see cref="Origin"/>.</param>
/// <param name="Memory">Where columns come from.</param>
public sealed record DecoderContext(string Source, int Partition, Schema Schema, IReadOnlyList<string> Paths, IReadOnlyList<bool> Used, Options Options,
    bool NullOnError, bool KeepOrigin, MemoryAccountant Memory);

/// <summary>Cuts the bytes of one partition into records and fills columns with them; no object or string per row. One thread at a time.</summary>
public interface IDecoder : IDisposable
{
    /// <summary>Decodes records from a chunk into one batch.</summary>
    /// <param name="chunk">Raw bytes. Whole records are taken; a last, incomplete one is left.</param>
    /// <param name="start">Where to begin in the chunk.</param>
    /// <param name="offset">The partition's offset of that byte.</param>
    /// <param name="isLast">Whether no more bytes follow (end of file or partition): a last record without a line end is then whole.</param>
    /// <param name="errors">Takes the records that could not be decoded; they are in no row.</param>
    /// <param name="consumed">Bytes taken from <paramref name="start"/>. 0 with a null batch: the record needs more bytes than the chunk has.</param>
    /// <returns>A batch of at most the accountant's batch size with one reference, or null if there was no whole good record.</returns>
    Batch? Decode(Chunk chunk, int start, long offset, bool isLast, DecodeErrors errors, out int consumed);

    /// <summary>A new file of the same partition begins: header and state start anew.</summary>
    void BeginFile();

    /// <summary>How it stands between two calls, as a short text: what it knows of the file from its header, how many records it has seen.</summary>
    string Save();

    /// <summary>Makes it stand as another decoder of the same context did when it was saved; called before the first record.</summary>
    void Load(string saved);

    /// <summary>Fields that became NULL because they did not fit (bad_data = 'null').</summary>
    long Nulled { get; }
}

/// <summary>Records that could not be decoded in one call, with their raw bytes by reference. Reused.</summary>
public sealed class DecodeErrors
{
    readonly List<DecodeError> _items = [];

    /// <summary>The errors, in order.</summary>
    public IReadOnlyList<DecodeError> Items => _items;

    /// <summary>Adds one.</summary>
    public void Add(long offset, int start, int length, string message) => _items.Add(new(offset, start, length, message));

    /// <summary>Forgets those before an offset.</summary>
    public void RemoveBefore(long offset) => _items.RemoveAll(e => e.Offset < offset);

    /// <summary>Forgets all.</summary>
    public void Clear() => _items.Clear();
}

/// <summary>One undecodable record.</summary>
/// <param name="Offset">The partition's offset of its first byte.</param>
/// <param name="Start">Where it starts in the chunk.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Message">What was found, what was expected, and where (line if known, column or field).</param>
public readonly record struct DecodeError(long Offset, int Start, int Length, string Message);

/// <summary>Columns to bytes.</summary>
public interface IEncoder
{
    /// <summary>What stands before the first row (a CSV header); may be nothing.</summary>
    void WriteHeader(System.Buffers.IBufferWriter<byte> output);

    /// <summary>Writes rows.</summary>
    void Write(Batch batch, System.Buffers.IBufferWriter<byte> output);
}

/// <summary>The formats.</summary>
public sealed class FormatList
{
    readonly Dictionary<string, Format> _formats = new(StringComparer.Ordinal);

    /// <summary>A list of the built-in ones.</summary>
    public FormatList()
    {
        Add(new CsvFormat());
        Add(new JsonFormat());
    }

    /// <summary>All of them.</summary>
    public IEnumerable<Format> All => _formats.Values;

    /// <summary>Adds one.</summary>
    public FormatList Add(Format format)
    {
        _formats.Add(format.Name, format);
        return this;
    }

    /// <summary>The format of a name, or null.</summary>
    public Format? Find(string name) => _formats.GetValueOrDefault(name);
}
