using Millrace.Data;

namespace Millrace.Operators;

/// <summary>An operator that can take some rows of a batch by their numbers, so that a batch which is divided among lanes need not be copied.</summary>
interface IPicksRows : IOperator
{
    /// <summary>As <see cref="IOperator.OnBatch"/> of input 0, for some rows; conditions that the node has on its rows hold for them.</summary>
    /// <param name="batch">The batch; other lanes read it at the same time.</param>
    /// <param name="rows">Indexes of the rows, in order.</param>
    /// <param name="output">Where results go.</param>
    void OnRows(Batch batch, ReadOnlySpan<int> rows, IOutput output);
}
