using Millrace.Data;
using Millrace.Expressions.Kernels;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Matching;

/// <summary>Where in the search for a match something is computed.</summary>
/// <param name="Attempt">What the variables have taken, the row at hand included.</param>
/// <param name="Start">The first row of the match.</param>
/// <param name="Row">The row at hand.</param>
readonly record struct Taken(int Attempt, int Start, int Row);

/// <summary>What came of computing a value.</summary>
enum Answer : byte
{
    Value,
    Null,
    /// <summary>It fails, or may: whole columns are to be asked, which know what to report.</summary>
    Unsure,
}

/// <summary>An expression computed for one row at a time, without batches.</summary>
/// <remarks>
/// What a condition says of earlier rows depends on the attempt, so it cannot be computed for a batch at once, and a batch of one row costs a hundred times what a comparison does.
/// The operations are the scalar forms of the kernels' own.
/// </remarks>
abstract class RowValue<T> where T : unmanaged
{
    /// <summary>Computes it.</summary>
    public abstract Answer Get(in Taken taken, out T value);
}

/// <summary>A column of the row at hand.</summary>
sealed class AtHand<T>(FixedSlots<T> column) : RowValue<T> where T : unmanaged
{
    public override Answer Get(in Taken taken, out T value)
    {
        value = column.Values[taken.Row];
        return column.IsNull(taken.Row) ? Answer.Null : Answer.Value;
    }
}

/// <summary>A column of the row that FIRST, LAST or PREV means.</summary>
sealed class OfRow<T>(FixedSlots<T> column, PatternItem item, Matching matching) : RowValue<T> where T : unmanaged
{
    public override Answer Get(in Taken taken, out T value)
    {
        var row = matching.RowOf(item, taken.Attempt, taken.Start, taken.Row);
        value = row < 0 ? default : column.Values[row];
        return row < 0 || column.IsNull(row) ? Answer.Null : Answer.Value;
    }
}

/// <summary>An aggregate over what a variable has taken.</summary>
sealed class OfRows<T>(int index, Matching matching) : RowValue<T> where T : unmanaged
{
    public override Answer Get(in Taken taken, out T value)
    {
        var column = (Column<T>)matching.Result(index, taken.Attempt);
        value = column[0];
        return column.IsNull(0) ? Answer.Null : Answer.Value;
    }
}

/// <summary>A constant.</summary>
sealed class Constant<T>(T? constant) : RowValue<T> where T : unmanaged
{
    readonly T _value = constant.GetValueOrDefault();
    readonly Answer _answer = constant is null ? Answer.Null : Answer.Value;

    public override Answer Get(in Taken taken, out T value)
    {
        value = _value;
        return _answer;
    }
}

/// <summary>A number as one of a wider type.</summary>
sealed class Widened<TFrom, T>(RowValue<TFrom> operand) : RowValue<T>
    where TFrom : unmanaged, System.Numerics.INumberBase<TFrom>
    where T : unmanaged, System.Numerics.INumberBase<T>
{
    public override Answer Get(in Taken taken, out T value)
    {
        var answer = operand.Get(taken, out var from);
        value = T.CreateTruncating(from);
        return answer;
    }
}

/// <summary>+, - or *.</summary>
sealed class Computed<T, TOperation>(RowValue<T> a, RowValue<T> b) : RowValue<T>
    where T : unmanaged
    where TOperation : IArithmetic<T>
{
    public override Answer Get(in Taken taken, out T value)
    {
        var answer = Answers.Of(a.Get(taken, out var left), b.Get(taken, out var right));
        if (TOperation.Scalar(left, right, out value) || answer == Answer.Null) return answer;
        return Answer.Unsure;
    }
}

/// <summary>A comparison; all six are one of two, turned round or flipped.</summary>
sealed class Compared<T, TComparison>(RowValue<T> a, RowValue<T> b, bool flips) : RowValue<byte>
    where T : unmanaged, IComparable<T>
    where TComparison : IComparison
{
    public override Answer Get(in Taken taken, out byte value)
    {
        var answer = Answers.Of(a.Get(taken, out var left), b.Get(taken, out var right));
        value = TComparison.Scalar(left, right) != flips ? (byte)1 : (byte)0;
        return answer;
    }
}

/// <summary>AND or OR; what comes after the condition that decides is not computed.</summary>
sealed class AllOrAny(bool isAnd, RowValue<byte>[] conditions) : RowValue<byte>
{
    public override Answer Get(in Taken taken, out byte value)
    {
        var all = Answer.Value;
        foreach (var condition in conditions)
        {
            var answer = condition.Get(taken, out value);
            if (answer == Answer.Unsure || answer == Answer.Value && value != 0 != isAnd) return answer;
            all = Answers.Of(all, answer);
        }
        value = isAnd ? (byte)1 : (byte)0;
        return all;
    }
}

/// <summary>NOT.</summary>
sealed class Opposite(RowValue<byte> operand) : RowValue<byte>
{
    public override Answer Get(in Taken taken, out byte value)
    {
        var answer = operand.Get(taken, out value);
        value ^= 1;
        return answer;
    }
}

/// <summary>IS NULL.</summary>
sealed class Missing<T>(RowValue<T> operand) : RowValue<byte> where T : unmanaged
{
    public override Answer Get(in Taken taken, out byte value)
    {
        var answer = operand.Get(taken, out _);
        value = answer == Answer.Null ? (byte)1 : (byte)0;
        return answer == Answer.Unsure ? answer : Answer.Value;
    }
}

static class Answers
{
    /// <summary>What comes of two values that are both needed.</summary>
    public static Answer Of(Answer a, Answer b) => a > b ? a : b;
}
