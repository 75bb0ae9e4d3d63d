using Millrace.Runtime;

namespace Millrace.Connectors;

/// <summary>A source whose rows are pushed to it from outside (<c>http</c>): it hands out the journal that takes them.</summary>
public interface IIngestSource
{
    /// <summary>The journal; usable once the source is open.</summary>
    IIngest Ingest { get; }
}
