using Millrace.Data;

namespace Millrace.Connectors;

/// <summary>Where results go that are not kept in the store: files, databases, topics.</summary>
/// <remarks>Called by the committer's thread, once per commit, in the order of commits; may block, which holds the pipeline back.</remarks>
public interface ISink : IDisposable
{
    /// <summary>Opens or creates the target. Until checkpoints exist a restart starts it anew.</summary>
    void Open(Schema schema, IReadOnlyList<int> key);

    /// <summary>Takes the changes of one commit, in order. Batches carry weights where rows are updated or taken back; an upsert sink applies them by key.</summary>
    void Write(IReadOnlyList<Batch> changes, long version);

    /// <summary>Makes durable what was written.</summary>
    void Flush();
}
