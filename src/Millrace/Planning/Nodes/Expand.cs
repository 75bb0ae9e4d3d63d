using System.Collections.Immutable;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Gives every row once for each grouping set: GROUPING SETS, ROLLUP and CUBE are a plain aggregate over it.</summary>
/// <remarks>
/// Schema: the columns of the input, which arguments of aggregates still need as they are; then a copy of each key column, NULL in the sets that leave it out; then
/// <see cref="NumberColumn"/>, which keeps a key that a set leaves out apart from one that is NULL in the row.
/// </remarks>
public sealed class Expand : UnaryNode
{
    /// <summary>Name of the last column, BIGINT: the number of the set.</summary>
    public const string NumberColumn = "$grouping";

    /// <summary>Key columns of the input, 31 at most.</summary>
    public required ImmutableArray<int> Keys { get; init; }

    /// <summary>A number for each set: bit k is 1 where key k is left out; bits above tell sets apart that leave out the same.</summary>
    public required ImmutableArray<long> Sets { get; init; }

    /// <inheritdoc/>
    public override string Details => string.Join(", ", Sets.Select(s => $"({string.Join(", ", Keys.Where((_, k) => !IsLeftOut(s, k)).Select(k => Input.Schema[k].Name))})"));

    /// <summary>Whether a set leaves a key out.</summary>
    public static bool IsLeftOut(long set, int key) => (set >> key & 1) != 0;

    internal override IEnumerable<object?> Parameters => [Keys.Length, .. Keys.Cast<object?>(), .. Sets.Cast<object?>()];

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        var columns = Input.Schema.Count;
        ColumnUse.Pass(output[..columns], inputs[0]);
        for (var k = 0; k < Keys.Length; k++)
            if (output[columns + k]) inputs[0][Keys[k]] = true;
    }

    internal override IOperator CreateOperator(OperatorContext context) => new ExpandOperator(this, context);
}
