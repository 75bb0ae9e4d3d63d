using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Stores;

namespace Millrace.Testing;

/// <summary>Stands in for a connector of a file: its sources give what the test pushes, its sinks keep what they are told.</summary>
/// <param name="name">The name of the connector.</param>
/// <param name="sources">What is pushed, by source, and whether the source is one that ends.</param>
/// <param name="sinks">What is told, by sink.</param>
sealed class ProgramConnector(string name, IReadOnlyDictionary<string, (MemorySource Rows, bool IsBounded)> sources, IReadOnlyDictionary<string, MemorySink> sinks) : Connector
{
    public override string Name => name;
    public override string Summary => "Rows of a test.";

    public override ISource CreateSource(SourceContext context) => new Pushed(sources[context.Name].Rows.Open(context.Name), sources[context.Name].IsBounded);

    public override ISink CreateSink(SinkContext context) => sinks[context.Name].Start();

    // Only a source that does not end can be idle.
    sealed class Pushed(ISource rows, bool isBounded) : ISource
    {
        public bool IsBounded => isBounded;
        public ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop) => rows.OpenAsync(from, stop);
        public ValueTask DisposeAsync() => rows.DisposeAsync();
    }
}
