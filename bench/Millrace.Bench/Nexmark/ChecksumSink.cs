using System.Runtime.InteropServices;
using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Bench.Nexmark;

/// <summary>connector = 'checksum': reads every value of every change and keeps one number that stands for all of them in any order.</summary>
/// <param name="isStaged">Written before a checkpoint, as a file is; otherwise results would stand in the checkpoint until they are here.</param>
sealed class ChecksumSink(bool isStaged = false) : Connector, ISink
{
    ulong[] _hashes = [];

    /// <inheritdoc/>
    public override string Name => "checksum";

    /// <inheritdoc/>
    public override string Summary => "A number that stands for all rows.";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SinkOptions { get; } = [];

    /// <inheritdoc/>
    public override bool NeedsFormat => false;

    /// <summary>Changes that came.</summary>
    public long Changes { get; private set; }

    /// <summary>Stands for the changes that came.</summary>
    public ulong Checksum { get; private set; }

    /// <summary>Whether rows are only added: then every run has the same changes. Of rows that are updated a sink hears the last word at each commit, and commits come by the clock.</summary>
    public bool IsRepeatable { get; private set; }

    /// <inheritdoc/>
    public override ISink CreateSink(SinkContext context) => this;

    /// <inheritdoc/>
    public bool IsStaged => isStaged;

    /// <inheritdoc/>
    public void Open(Schema schema, IReadOnlyList<int> key, string? position) => (Changes, Checksum, IsRepeatable) = (0, 0, key.Count == 0);

    /// <inheritdoc/>
    public void Write(IReadOnlyList<Batch> changes, long version)
    {
        foreach (var batch in changes)
        {
            var rows = batch.RowCount;
            if (_hashes.Length < rows) _hashes = new ulong[Math.Max(rows, MemoryAccountant.DefaultBatchRows)];
            var hashes = _hashes.AsSpan(0, rows);
            hashes.Clear();
            foreach (var column in batch.Columns) Add(column, hashes);
            Changes += rows;
            if (batch.Weights is { } weights)
            {
                for (var i = 0; i < rows; i++) Checksum += hashes[i] * (ulong)weights[i];
                continue;
            }
            var sum = 0UL;
            foreach (var hash in hashes) sum += hash;
            Checksum += sum;
        }
    }

    /// <summary>Folds the values of a column into the hashes of their rows.</summary>
    static void Add(Column column, Span<ulong> hashes)
    {
        switch (column)
        {
            case TextColumn texts: Add(texts, hashes); break;
            case Column<long> longs: Add(MemoryMarshal.Cast<long, ulong>(longs.Values), hashes); break;
            case Column<double> doubles: Add(MemoryMarshal.Cast<double, ulong>(doubles.Values), hashes); break;
            case Column<int> ints:
                for (var i = 0; i < hashes.Length; i++) hashes[i] = Hash64.Combine(hashes[i], (ulong)ints[i]);
                break;
            case Column<byte> bytes:
                for (var i = 0; i < hashes.Length; i++) hashes[i] = Hash64.Combine(hashes[i], bytes[i]);
                break;
            case Column<Int128> wide:
                for (var i = 0; i < hashes.Length; i++) hashes[i] = Hash64.Combine(hashes[i], Hash64.Of(wide[i]));
                break;
            default: throw new NotSupportedException($"A checksum of {column.Type} is not needed so far.");
        }
        if (!column.HasNulls) return;
        // A NULL row has folded an arbitrary value in.
        for (var i = 0; i < hashes.Length; i++)
            if (column.IsNull(i)) hashes[i] = Hash64.Null;
    }

    static void Add(ReadOnlySpan<ulong> values, Span<ulong> hashes)
    {
        for (var i = 0; i < hashes.Length; i++) hashes[i] = Hash64.Combine(hashes[i], values[i]);
    }

    static void Add(TextColumn texts, Span<ulong> hashes)
    {
        if (hashes.IsEmpty) return;
        var heap = texts.Heap;
        var codes = texts.Codes;
        if (heap.IsDictionary)
            for (var i = 0; i < hashes.Length; i++) hashes[i] = Hash64.Combine(hashes[i], heap.HashOf(codes[i]));
        else
            for (var i = 0; i < hashes.Length; i++) hashes[i] = Hash64.Combine(hashes[i], Hash64.Of(heap[codes[i]]));
    }

    /// <inheritdoc/>
    public string Flush() => "";

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
