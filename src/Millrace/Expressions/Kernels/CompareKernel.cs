using System.Numerics;
using Millrace.Data;
using Millrace.Functions;

namespace Millrace.Expressions.Kernels;

/// <summary>A comparison operator over columns of one type.</summary>
/// <param name="type">Type of both sides.</param>
/// <param name="constants">Constant sides.</param>
/// <param name="isSwapped">Whether the sides change places: a &gt; b is b &lt; a.</param>
/// <param name="flip">1 where the operator is the opposite of the comparison: &lt;&gt; of =.</param>
internal sealed class CompareKernel<TComparison>(DataType type, IReadOnlyList<Literal?> constants, bool isSwapped, byte flip) : IScalarKernel
    where TComparison : IComparison
{
    readonly CodeOfText? _code = typeof(TComparison) == typeof(EqualTo) && type.Storage == Storage.Text
        ? CodeOfText.For(constants[0], 1) ?? CodeOfText.For(constants[1], 0) : null;
    readonly Literal? _left = isSwapped ? constants[1] : constants[0];
    readonly Literal? _right = isSwapped ? constants[0] : constants[1];

    public Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors)
    {
        var result = arguments[0].Home.Rent<byte>(DataType.Boolean);
        result.Length = rows;
        Validity.Combine(result, arguments);
        var a = isSwapped ? arguments[1] : arguments[0];
        var b = isSwapped ? arguments[0] : arguments[1];
        var values = result.Values;
        switch (type.Storage)
        {
            case Storage.Byte: Run<byte>(a, b, values); break;
            case Storage.Int: Run<int>(a, b, values); break;
            case Storage.Long: Run<long>(a, b, values); break;
            case Storage.Double: Run<double>(a, b, values); break;
            case Storage.Text when _code is not null && ((TextColumn)arguments[_code.Varying]).Heap.IsDictionary:
                _code.Run((TextColumn)arguments[_code.Varying], values, flip);
                break;
            default: Compare(type, a, b, values, flip); break;
        }
        return result;
    }

    void Run<T>(Column a, Column b, Span<byte> result) where T : unmanaged, IComparable<T>
    {
        ReadOnlySpan<T> left = ((Column<T>)a).Values, right = ((Column<T>)b).Values;
        if (_right?.Value is not null) Comparison.Run<T, TComparison, Many<T>, One<T>>(new(left), new(Literals.Value<T>(_right)), result, flip);
        else if (_left?.Value is not null) Comparison.Run<T, TComparison, One<T>, Many<T>>(new(Literals.Value<T>(_left)), new(right), result, flip);
        else Comparison.Run<T, TComparison, Many<T>, Many<T>>(new(left), new(right), result, flip);
    }

    /// <summary>Compares columns of any type; NULLs are the caller's.</summary>
    public static void Compare(DataType type, Column a, Column b, Span<byte> result, byte flip)
    {
        switch (type.Storage)
        {
            case Storage.Byte: Many<byte>(a, b, result, flip); break;
            case Storage.Int: Many<int>(a, b, result, flip); break;
            case Storage.Long: Many<long>(a, b, result, flip); break;
            case Storage.Double: Many<double>(a, b, result, flip); break;
            case Storage.Int128: Many<Int128>(a, b, result, flip); break;
            case Storage.Interval: Many<Interval>(a, b, result, flip); break;
            default: Comparison.RunText<TComparison>((TextColumn)a, (TextColumn)b, result, flip); break;
        }
    }

    static void Many<T>(Column a, Column b, Span<byte> result, byte flip) where T : unmanaged, IComparable<T> =>
        Comparison.Run<T, TComparison, Many<T>, Many<T>>(new(((Column<T>)a).Values), new(((Column<T>)b).Values), result, flip);
}

/// <summary>Finds the code that a constant has in a dictionary, once, and then compares codes.</summary>
/// <remarks>
/// The dictionary's writer may be adding texts on another thread, so its index is left alone: only texts whose codes have been handed over in a batch are
/// looked at, each once.
/// </remarks>
internal sealed class CodeOfText(byte[] text, int varying)
{
    readonly Known[] _known = [new(), new(), new(), new(), new(), new(), new(), new()];
    int _next;

    sealed class Known
    {
        public long Identity = -1;
        public int Checked; // codes below it have been looked at
        public int Code = -1;
    }

    /// <summary>Index of the argument that is not constant.</summary>
    public int Varying => varying;

    public static CodeOfText? For(Literal? constant, int varying) => constant?.Value is null ? null : new(Literals.Bytes(constant), varying);

    public void Run(TextColumn column, Span<byte> result, byte flip)
    {
        var known = Of(column.Heap);
        if (known.Code < 0) Look(column, known);
        if (known.Code < 0) result.Fill(flip);
        else Comparison.Run<int, EqualTo, Many<int>, One<int>>(new(column.Codes), new(known.Code), result, flip);
    }

    void Look(TextColumn column, Known known)
    {
        var greatest = Greatest(column.Codes);
        for (; known.Checked <= greatest; known.Checked++)
        {
            if (!column.Heap[known.Checked].SequenceEqual(text)) continue;
            known.Code = known.Checked;
            return;
        }
    }

    Known Of(TextHeap heap)
    {
        foreach (var known in _known)
            if (known.Identity == heap.Identity) return known;
        var oldest = _known[_next++ & 7];
        (oldest.Identity, oldest.Checked, oldest.Code) = (heap.Identity, 0, -1);
        return oldest;
    }

    static int Greatest(ReadOnlySpan<int> codes)
    {
        var greatest = -1;
        var i = 0;
        var vector = new Vector<int>(-1);
        for (; i <= codes.Length - Vector<int>.Count; i += Vector<int>.Count) vector = Vector.Max(vector, new Vector<int>(codes[i..]));
        for (var lane = 0; lane < Vector<int>.Count; lane++) greatest = Math.Max(greatest, vector[lane]);
        for (; i < codes.Length; i++) greatest = Math.Max(greatest, codes[i]);
        return greatest;
    }
}
