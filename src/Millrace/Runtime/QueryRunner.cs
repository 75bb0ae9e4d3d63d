using Millrace.Data;
using Millrace.Planning;
using Millrace.Stores;

namespace Millrace.Runtime;

/// <summary>Runs an ad-hoc query over the stored rows of one version, with the same operators that run pipelines.</summary>
public static class QueryRunner
{
    /// <summary>The rows; the caller releases each batch. Rows that are taken back on the way (aggregates, DISTINCT ON) are settled: only final rows come out, all with weight +1.</summary>
    /// <param name="plan">Made by the binder over <see cref="StoredScan"/> and <see cref="Values"/>.</param>
    /// <param name="snapshot">Where stored rows come from; null where the plan reads none.</param>
    /// <param name="memory">Where batches come from.</param>
    /// <param name="stop">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="QueryException">A row could not be computed; the message names the expression and the value.</exception>
    public static IEnumerable<Batch> Run(PlanNode plan, IStoreSnapshot? snapshot, MemoryAccountant memory, CancellationToken stop = default) => throw new NotImplementedException();
}

/// <summary>A query failed on a row's value.</summary>
public sealed class QueryException(string message) : Exception(message);
