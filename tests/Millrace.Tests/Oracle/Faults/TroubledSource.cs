using Millrace.Connectors;
using Millrace.Data;
using Millrace.Stores;
using Millrace.Tests.Stores;
using Millrace.Time;

namespace Millrace.Tests.Oracle.Faults;

/// <summary>A source that keeps rows until it hears that their results are durable, as a journal does, and gives them again in other batches to whoever goes on. Outlives the process.</summary>
/// <param name="schema">Its columns.</param>
/// <param name="partitions">Its rows.</param>
/// <param name="troubles">What goes wrong.</param>
sealed class TroubledSource(Schema schema, IReadOnlyList<object?[]>[] partitions, Troubles troubles) : ISource
{
    readonly long[] _dropped = new long[partitions.Length];

    public bool IsBounded => true;

    /// <summary>The next process reads from the beginning, as after a run that came to its end.</summary>
    public void BeginAnew() => _dropped.AsSpan().Clear();

    public ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop)
    {
        var opened = new List<IPartition>();
        troubles.Call("the opening of a source", () =>
        {
            for (var i = 0; i < partitions.Length; i++)
            {
                var position = from.FirstOrDefault(p => p.Partition == i)?.Position ?? 0;
                if (position < _dropped[i]) throw new WrongAnswer($"partition {i} is read from row {position}, and was told that the results of {_dropped[i]} rows are durable");
                opened.Add(new Rows(i, schema, partitions[i], position, troubles));
            }
        });
        return new(opened);
    }

    public void Committed(IReadOnlyDictionary<int, long> positions) => troubles.Call("the dropping of rows", () =>
    {
        foreach (var (partition, position) in positions) _dropped[partition] = position;
    }, canFail: false);

    public ValueTask DisposeAsync() => default;

    sealed class Rows(int id, Schema schema, IReadOnlyList<object?[]> rows, long position, Troubles troubles) : IRowPartition
    {
        public int Id => id;
        public string Name => "rows " + id;
        public bool IsAtEnd => Position == rows.Count;
        public long Position { get; private set; } = position;
        public long? Length => null;

        public Batch? Next(MemoryAccountant memory, Timestamp now)
        {
            if (IsAtEnd || troubles.Next(4) == 0) return null;
            if (troubles.Happens("a source fails")) throw new ConnectorException(Fault.External, "Simulated: a source fails.");
            var count = Math.Min(rows.Count - (int)Position, 1 + troubles.Next(memory.BatchRows));
            var batch = StoredRows.Batch(memory, schema, [.. rows.Skip((int)Position).Take(count)]);
            Position += count;
            return batch;
        }

        public void Dispose()
        {
        }
    }
}
