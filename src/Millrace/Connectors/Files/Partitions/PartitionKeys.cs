using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Millrace.Data;
using Millrace.Formats;

namespace Millrace.Connectors.Files.Partitions;

/// <summary>Numbers partitions: rows with the same values in the same text form have the same number.</summary>
/// <param name="columns">The columns that rows are divided by.</param>
sealed class PartitionKeys(IReadOnlyList<int> columns)
{
    readonly Dictionary<byte[], int> _numbers = new(ByKey.Instance);
    readonly ArrayBufferWriter<byte> _key = new(), _value = new();
    byte[] _last = [];
    int _lastNumber = -1;

    /// <summary>The number of a row's partition; that of a new one is the count so far.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="row">The row.</param>
    /// <param name="values">The values of a new partition in text form, null for NULL; null where the partition is known.</param>
    public int NumberOf(Batch batch, int row, out byte[]?[]? values)
    {
        values = null;
        _key.ResetWrittenCount();
        foreach (var column in columns) AddValue(batch[column], row);
        var key = _key.WrittenSpan;
        // Rows that come together often belong together.
        if (_lastNumber >= 0 && key.SequenceEqual(_last)) return _lastNumber;
        var lookup = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(key, out var known, out var number))
        {
            values = Values(batch, row);
            (number, known) = (_numbers.Count, key.ToArray());
            _numbers.Add(known, number);
        }
        (_last, _lastNumber) = (known, number);
        return number;
    }

    void AddValue(Column column, int row)
    {
        // The length tells where a value ends, -1 that it is NULL.
        var length = _key.GetSpan(sizeof(int));
        if (column.IsNull(row))
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, -1);
            _key.Advance(sizeof(int));
            return;
        }
        var text = Text(column, row);
        BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        _key.Advance(sizeof(int));
        _key.Write(text);
    }

    ReadOnlySpan<byte> Text(Column column, int row)
    {
        if (column is TextColumn { Type.Kind: TypeKind.Text } texts) return texts[row];
        _value.ResetWrittenCount();
        Formats.Values.FormatValue(column, row, _value);
        return _value.WrittenSpan;
    }

    byte[]?[] Values(Batch batch, int row) => [.. columns.Select(c => batch[c].IsNull(row) ? null : Text(batch[c], row).ToArray())];

    sealed class ByKey : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly ByKey Instance = new();

        public bool Equals(byte[]? a, byte[]? b) => a.AsSpan().SequenceEqual(b);
        public bool Equals(ReadOnlySpan<byte> key, byte[] other) => key.SequenceEqual(other);
        public int GetHashCode([DisallowNull] byte[] key) => GetHashCode((ReadOnlySpan<byte>)key);
        public int GetHashCode(ReadOnlySpan<byte> key) => (int)Hash64.Of(key);
        public byte[] Create(ReadOnlySpan<byte> key) => key.ToArray();
    }
}
