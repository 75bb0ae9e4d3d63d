using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Stores;

namespace Millrace.Bench.Nexmark;

/// <summary>connector = 'lines': keeps the rows that stand after all changes, each as a line that other programs can write too.</summary>
/// <remarks>Values with | between, times as microseconds since 1970, \N for NULL; hidden columns are left out. Lines have no order.</remarks>
sealed class LinesSink : Connector, ISink
{
    readonly Dictionary<string, string> _byKey = new(StringComparer.Ordinal);
    readonly List<string> _appended = [];
    readonly ArrayBufferWriter<byte> _line = new();
    KeyEncoding? _key;
    int[] _shown = [];

    /// <inheritdoc/>
    public override string Name => "lines";

    /// <inheritdoc/>
    public override string Summary => "Rows as lines.";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SinkOptions { get; } = [];

    /// <inheritdoc/>
    public override bool NeedsFormat => false;

    /// <summary>The rows that stand.</summary>
    public IEnumerable<string> Lines => _appended.Concat(_byKey.Values);

    /// <summary>Stands for the rows: their number, and the sum of the first 48 bits of each line's MD5.</summary>
    public string Checksum()
    {
        var (count, sum) = (0L, 0L);
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        foreach (var line in Lines)
        {
            count++;
            MD5.HashData(Encoding.UTF8.GetBytes(line), hash);
            for (var (i, head) = (0, 0L); i < 6; i++)
            {
                head = head << 8 | hash[i];
                if (i == 5) sum += head;
            }
        }
        return string.Create(CultureInfo.InvariantCulture, $"{count} {sum}");
    }

    /// <inheritdoc/>
    public override ISink CreateSink(SinkContext context) => this;

    /// <inheritdoc/>
    public bool IsStaged => false;

    /// <inheritdoc/>
    public void Open(Schema schema, IReadOnlyList<int> key, string? position)
    {
        _byKey.Clear();
        _appended.Clear();
        _key = key.Count == 0 ? null : new KeyEncoding([.. key]);
        _shown = [.. Enumerable.Range(0, schema.Count).Where(i => schema[i].Name[0] != '$')];
    }

    /// <inheritdoc/>
    public void Write(IReadOnlyList<Batch> changes, long version)
    {
        foreach (var batch in changes)
            for (var row = 0; row < batch.RowCount; row++)
            {
                var weight = batch.Weights?[row] ?? 1;
                if (_key is null)
                {
                    if (weight < 0) throw new InvalidOperationException("A row without a key is taken back.");
                    for (var line = Line(batch, row); weight > 0; weight--) _appended.Add(line);
                    continue;
                }
                var key = Convert.ToBase64String(_key.Encode(batch, row));
                if (weight > 0) _byKey[key] = Line(batch, row);
                else _byKey.Remove(key);
            }
    }

    string Line(Batch batch, int row)
    {
        _line.ResetWrittenCount();
        foreach (var column in _shown)
        {
            if (column != _shown[0]) _line.Write("|"u8);
            if (batch[column].IsNull(row)) _line.Write("\\N"u8);
            else if (batch[column] is Column<long> { Type.Kind: TypeKind.Timestamp } times) _line.Write(Encoding.UTF8.GetBytes(times[row].ToString(CultureInfo.InvariantCulture)));
            else Values.FormatValue(batch[column], row, _line);
        }
        return Encoding.UTF8.GetString(_line.WrittenSpan);
    }

    /// <inheritdoc/>
    public string Flush() => "";

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
