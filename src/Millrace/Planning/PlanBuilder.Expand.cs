using System.Collections.Immutable;
using Millrace.Data;

namespace Millrace.Planning;

public static partial class PlanBuilder
{
    /// <summary>Gives every row once for each grouping set.</summary>
    /// <param name="input">The rows.</param>
    /// <param name="keys">Key columns of it; copies of them, NULL where a set leaves them out, stand behind its columns, and the set's number behind those.</param>
    /// <param name="sets">Numbers of the sets, see <see cref="Planning.Expand.Sets"/>.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode Expand(PlanNode input, ImmutableArray<int> keys, ImmutableArray<long> sets, string where = "")
    {
        var number = input.Schema.Count + keys.Length;
        return new Expand
        {
            Schema = new Schema([.. input.Schema.Fields, .. keys.Select(k => input.Schema[k]), new Field(Planning.Expand.NumberColumn, DataType.BigInt)]),
            Input = input,
            Keys = keys,
            Sets = sets,
            Key = input.Key.IsEmpty ? [] : input.Key.Add(number),
            Times = input.Times,
            Where = where,
        };
    }
}
