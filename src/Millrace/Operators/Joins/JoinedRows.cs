using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Operators.Joins;

/// <summary>Puts rows of a join together, column by column: pairs of a batch's row and a remembered one, or rows of one side alone.</summary>
/// <param name="node">The join.</param>
/// <param name="used">For each column that flows out whether anybody reads it; the others are NULL.</param>
/// <param name="context">Where columns come from.</param>
/// <param name="sides">What is remembered.</param>
sealed class JoinedRows(Join node, bool[] used, OperatorContext context, JoinSide[] sides)
{
    readonly int _leftWidth = node.Left.Schema.Count;
    readonly Schema _pairs = node.PairSchema;

    /// <summary>Pairs as they flow out.</summary>
    public Batch Pairs(Batch batch, int input, ReadOnlySpan<int> rows, ReadOnlySpan<int> slots, ReadOnlySpan<int> weights) =>
        With(weights, Pairs(node.Schema, used, batch, input, rows, slots));

    /// <summary>Pairs with the columns that a condition reads.</summary>
    public Batch Candidates(bool[] read, Batch batch, int input, ReadOnlySpan<int> rows, ReadOnlySpan<int> slots) => Pairs(_pairs, read, batch, input, rows, slots);

    Batch Pairs(Schema schema, bool[] read, Batch batch, int input, ReadOnlySpan<int> rows, ReadOnlySpan<int> slots)
    {
        var target = context.Memory.RentBatch(schema);
        target.RowCount = rows.Length;
        for (var i = 0; i < schema.Count; i++)
        {
            var side = i < _leftWidth ? 0 : 1;
            var column = side == 0 ? i : i - _leftWidth;
            target.Add(!read[i] ? context.Memory.RentNulls(schema[i].Type, rows.Length) : side == input ? batch[column].Gather(rows) : Remembered(side, column, slots));
        }
        return target;
    }

    Column Remembered(int side, int column, ReadOnlySpan<int> slots)
    {
        var target = context.Memory.Rent(node.Inputs[side].Schema[column].Type);
        sides[side].AppendTo(column, slots, target);
        return target;
    }

    /// <summary>Rows of a batch without a partner (or, for semi, with one).</summary>
    public Batch Alone(Batch batch, int input, ReadOnlySpan<int> rows, ReadOnlySpan<int> weights)
    {
        var target = context.Memory.RentBatch(node.Schema);
        target.RowCount = rows.Length;
        for (var i = 0; i < node.Schema.Count; i++)
        {
            var isOwn = i < _leftWidth == (input == 0);
            target.Add(isOwn && used[i] ? batch[input == 0 ? i : i - _leftWidth].Gather(rows) : context.Memory.RentNulls(node.Schema[i].Type, rows.Length));
        }
        return With(weights, target);
    }

    /// <summary>Remembered rows without a partner (or, for semi, with one).</summary>
    public Batch Alone(int side, ReadOnlySpan<int> slots, ReadOnlySpan<int> weights)
    {
        var target = context.Memory.RentBatch(node.Schema);
        target.RowCount = slots.Length;
        for (var i = 0; i < node.Schema.Count; i++)
        {
            var isOwn = i < _leftWidth == (side == 0);
            target.Add(isOwn && used[i] ? Remembered(side, side == 0 ? i : i - _leftWidth, slots) : context.Memory.RentNulls(node.Schema[i].Type, slots.Length));
        }
        return With(weights, target);
    }

    Batch With(ReadOnlySpan<int> weights, Batch batch)
    {
        if (!weights.ContainsAnyExcept(1)) return batch;
        batch.Weights = context.Memory.Rent<int>(DataType.Integer);
        batch.Weights.Length = weights.Length;
        weights.CopyTo(batch.Weights.Values);
        return batch;
    }
}
