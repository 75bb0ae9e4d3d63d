using Millrace.Connectors;
using Millrace.Data;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Bench.Nexmark;

/// <summary>connector = 'events': makes the events while they are read, for streams that do not fit into memory; what making them costs is part of every figure then, as it is of Flink's.</summary>
sealed class EventConnector(Workload workload) : Connector
{
    /// <inheritdoc/>
    public override string Name => "events";

    /// <inheritdoc/>
    public override string Summary => "Nexmark's events.";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SourceOptions { get; } = [];

    /// <inheritdoc/>
    public override bool NeedsFormat => false;

    /// <inheritdoc/>
    public override bool IsBounded(string source, Options options) => true;

    /// <inheritdoc/>
    public override ISource CreateSource(SourceContext context) => new Source(workload);

    sealed class Source(Workload workload) : ISource
    {
        public bool IsBounded => true;
        public ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop) => new([new Partition(workload)]);
        public ValueTask DisposeAsync() => default;
    }

    sealed class Partition(Workload workload) : IRowPartition
    {
        EventColumns? _columns;

        public int Id => 0;
        public string Name => "events";
        public bool IsAtEnd => Position == workload.Events;
        public long Position { get; private set; }
        public long? Length => workload.Events;

        public Batch? Next(MemoryAccountant memory, Timestamp now)
        {
            if (IsAtEnd) return null;
            _columns ??= new EventColumns(workload, memory);
            var batch = _columns.Next((int)Math.Min(memory.BatchRows, workload.Events - Position));
            Position += batch.RowCount;
            return batch;
        }

        public void Dispose() => _columns?.Dispose();
    }
}
