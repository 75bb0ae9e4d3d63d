using System.Collections.Immutable;
using Millrace.Data;

namespace Millrace.State;

/// <summary>The canonical hash of the key columns of rows, column by column: what tables are probed by and rows are routed by.</summary>
/// <remarks>Texts of a dictionary bring their hashes along, so a column costs about a nanosecond a row.</remarks>
public static class KeyHash
{
    /// <summary>Hashes the keys of some rows.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="columns">The key columns; without any every row has the hash of NULL.</param>
    /// <param name="rows">The rows to hash.</param>
    /// <param name="hashes">Takes a hash for each of <paramref name="rows"/>.</param>
    public static void Compute(Batch batch, ImmutableArray<int> columns, ReadOnlySpan<int> rows, Span<ulong> hashes)
    {
        hashes = hashes[..rows.Length];
        if (columns.IsEmpty) hashes.Fill(Hash64.Null);
        for (var i = 0; i < columns.Length; i++) Add(batch[columns[i]], rows, hashes, i == 0);
    }

    static void Add(Column column, ReadOnlySpan<int> rows, Span<ulong> hashes, bool isFirst)
    {
        switch (column)
        {
            case Column<byte> c: Add(new Bytes(c.Slots), column, rows, hashes, isFirst); break;
            case Column<int> c: Add(new Ints(c.Slots), column, rows, hashes, isFirst); break;
            case Column<long> c: Add(new Longs(c.Slots), column, rows, hashes, isFirst); break;
            case Column<double> c: Add(new Doubles(c.Slots), column, rows, hashes, isFirst); break;
            case Column<Int128> c: Add(new Wides(c.Slots), column, rows, hashes, isFirst); break;
            case Column<Interval> c: Add(new Intervals(c.Slots), column, rows, hashes, isFirst); break;
            case TextColumn c: Add(new Texts(c), column, rows, hashes, isFirst); break;
        }
    }

    static void Add<T>(T values, Column column, ReadOnlySpan<int> rows, Span<ulong> hashes, bool isFirst) where T : IHashes, allows ref struct
    {
        if (column.HasNulls)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                var hash = column.IsNull(rows[i]) ? Hash64.Null : values.Of(rows[i]);
                hashes[i] = isFirst ? hash : Hash64.Combine(hashes[i], hash);
            }
        }
        else if (isFirst)
            for (var i = 0; i < rows.Length; i++) hashes[i] = values.Of(rows[i]);
        else
            for (var i = 0; i < rows.Length; i++) hashes[i] = Hash64.Combine(hashes[i], values.Of(rows[i]));
    }

    interface IHashes
    {
        ulong Of(int row);
    }

    readonly ref struct Bytes(ReadOnlySpan<byte> values) : IHashes
    {
        readonly ReadOnlySpan<byte> _values = values;
        public ulong Of(int row) => Hash64.Of((long)_values[row]);
    }

    readonly ref struct Ints(ReadOnlySpan<int> values) : IHashes
    {
        readonly ReadOnlySpan<int> _values = values;
        public ulong Of(int row) => Hash64.Of((long)_values[row]);
    }

    readonly ref struct Longs(ReadOnlySpan<long> values) : IHashes
    {
        readonly ReadOnlySpan<long> _values = values;
        public ulong Of(int row) => Hash64.Of(_values[row]);
    }

    readonly ref struct Doubles(ReadOnlySpan<double> values) : IHashes
    {
        readonly ReadOnlySpan<double> _values = values;
        public ulong Of(int row) => Hash64.Of(_values[row]);
    }

    readonly ref struct Wides(ReadOnlySpan<Int128> values) : IHashes
    {
        readonly ReadOnlySpan<Int128> _values = values;
        public ulong Of(int row) => Hash64.Of(_values[row]);
    }

    readonly ref struct Intervals(ReadOnlySpan<Interval> values) : IHashes
    {
        readonly ReadOnlySpan<Interval> _values = values;
        public ulong Of(int row) => Hash64.Of(_values[row]);
    }

    readonly ref struct Texts(TextColumn column) : IHashes
    {
        readonly ReadOnlySpan<int> _codes = column.Codes;
        readonly TextHeap _heap = column.Heap;
        public ulong Of(int row) => _heap.HashOf(_codes[row]);
    }
}
