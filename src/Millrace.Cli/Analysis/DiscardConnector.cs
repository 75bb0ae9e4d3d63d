using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Cli.Analysis;

/// <summary>A sink that takes everything and keeps nothing: an analysis must not write where the pipeline would.</summary>
sealed class DiscardConnector : Connector
{
    public override string Name => "$discard";
    public override string Summary => "Keeps nothing.";
    public override ISink CreateSink(SinkContext context) => new Discard();

    sealed class Discard : ISink
    {
        public bool IsStaged => false;

        public void Open(Schema schema, IReadOnlyList<int> key, string? position)
        {
        }

        public void Write(IReadOnlyList<Batch> changes, long version)
        {
        }

        public string Flush() => "";

        public void Dispose()
        {
        }
    }
}
