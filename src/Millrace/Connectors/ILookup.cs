using System.Collections.Immutable;
using Millrace.Data;

namespace Millrace.Connectors;

/// <summary>A table outside in which rows are looked up by key while the pipeline runs, some keys at a time: what is found is kept for a while, and lanes never wait for it.</summary>
/// <remarks>Each lane has one of its own. Fails with <see cref="ConnectorException"/>; what is the outside world's fault is tried again.</remarks>
public interface ILookup : IDisposable
{
    /// <summary>Finds the rows of some keys. Called by a thread of the pool, also while an earlier call is under way.</summary>
    /// <param name="keys">The key columns, in the order in which the lookup was made for them; a row for each key, without NULLs, none twice. Valid until the task ends.</param>
    /// <param name="memory">Where batches come from.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>The rows, with the declared columns, in any order; the caller releases the batches.</returns>
    Task<IReadOnlyList<Batch>> FindAsync(Batch keys, MemoryAccountant memory, CancellationToken stop);
}

/// <summary>What every table takes that is looked up in.</summary>
public static class LookupOptions
{
    /// <summary>How long an answer holds unless said otherwise.</summary>
    public static readonly TimeSpan DefaultTtl = TimeSpan.FromMinutes(1);

    /// <summary>The options.</summary>
    public static IReadOnlyList<OptionSpec> Specs { get; } =
    [
        new("lookup.ttl", "duration", "1 minute", "read = 'lookup': how long rows that were found (or that there are none) are kept before they are asked for again."),
    ];
}
