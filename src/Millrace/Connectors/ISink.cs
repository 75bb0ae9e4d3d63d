using Millrace.Data;

namespace Millrace.Connectors;

/// <summary>Where results go that are not kept in the store: files, databases, topics. Each commit arrives exactly once, also across crashes.</summary>
/// <remarks>
/// <para>There are two kinds:</para>
/// <para>
/// A <b>staged</b> sink (a file) is written before the checkpoint of a commit: <see cref="Write"/>, then <see cref="Flush"/>, whose position the checkpoint keeps. After a crash
/// it may hold more than the checkpoint knows; it is opened at the position, which cuts the rest off.
/// </para>
/// <para>
/// A <b>pending</b> sink (a database) is written after the checkpoint, which holds the results until they are flushed; after a crash they are written again, under the same version.
/// It keeps the version that it has applied last together with the rows, and leaves out what it has applied already.
/// </para>
/// <para>Called by the committer's thread, once per commit, in the order of commits; may block, which holds the pipeline back. Versions only grow, across restarts too.</para>
/// </remarks>
public interface ISink : IDisposable
{
    /// <summary>Whether it is written before the checkpoint and can be cut back to a position; otherwise it is written after and knows <see cref="AppliedVersion"/>.</summary>
    bool IsStaged { get; }

    /// <summary>Opens the target.</summary>
    /// <param name="schema">The columns.</param>
    /// <param name="key">The columns that tell rows apart; empty: rows are only added.</param>
    /// <param name="position">What <see cref="Flush"/> gave for the checkpoint from which the pipeline goes on; null = makes the target anew.</param>
    /// <exception cref="ConnectorException">It cannot be opened, or does not hold what it held at the position.</exception>
    void Open(Schema schema, IReadOnlyList<int> key, string? position);

    /// <summary>Takes the changes of one commit, in order. Batches carry weights where rows are updated or taken back; an upsert sink applies them by key.</summary>
    /// <remarks>A pending sink leaves out a version that is not above <see cref="AppliedVersion"/>.</remarks>
    void Write(IReadOnlyList<Batch> changes, long version);

    /// <summary>Makes durable what was written.</summary>
    /// <returns>The position behind it, for <see cref="Open"/>: a short text that only the sink understands.</returns>
    string Flush();

    /// <summary>The version that it has applied last; 0 = none. A staged sink says 0.</summary>
    long AppliedVersion => 0;

    /// <summary>Takes the rows that the target refused for what they are (they violate a constraint of it), of the commits that were applied since the last call.</summary>
    /// <remarks>
    /// They go to <c>dead_letters</c> with the next commit; the other rows of their commits are in the target. A sink that is opened at a position gives those of later commits again; by their
    /// numbers they are known.
    /// </remarks>
    IReadOnlyList<RejectedRow> TakeRejected() => [];
}

/// <summary>A row that a sink's target refused.</summary>
/// <param name="Number">Counts the refused rows of the sink, also across restarts.</param>
/// <param name="Rule">The constraint, or what kind of value was refused.</param>
/// <param name="Error">What the target said.</param>
/// <param name="Row">The row as JSON.</param>
public sealed record RejectedRow(long Number, string Rule, string Error, ReadOnlyMemory<byte> Row);
