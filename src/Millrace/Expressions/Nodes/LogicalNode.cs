using Millrace.Data;
using Millrace.Expressions.Kernels;

namespace Millrace.Expressions.Nodes;

/// <summary>AND or OR. A condition's error stays only in rows that the conditions before it leave open.</summary>
internal sealed class LogicalNode(bool isAnd, Node[] conditions, MemoryAccountant memory) : Node
{
    readonly Column<byte>[] _columns = new Column<byte>[conditions.Length];
    readonly RowErrors[] _errors = [.. conditions.Select(_ => new RowErrors(memory.BatchRows))];
    readonly ulong[] _decided = new ulong[Bits.Words(memory.BatchRows)]; // rows that a condition so far decides: false under AND, true under OR
    readonly ulong[] _opposite = new ulong[Bits.Words(memory.BatchRows)]; // rows in which all conditions so far are the opposite
    readonly ulong[] _truth = new ulong[Bits.Words(memory.BatchRows)];
    readonly ulong[] _valid = new ulong[Bits.Words(memory.BatchRows)];

    public override Column Run(Batch batch, RowErrors errors)
    {
        var isPlain = true;
        for (var i = 0; i < conditions.Length; i++)
        {
            _columns[i] = (Column<byte>)conditions[i].Run(batch, _errors[i]);
            isPlain &= !_columns[i].HasNulls && !_errors[i].Any;
        }
        var result = memory.Rent<byte>(DataType.Boolean);
        result.Length = batch.RowCount;
        if (isPlain) RunPlain(result);
        else RunThreeValued(result, errors);
        foreach (var column in _columns) column.Release();
        return result;
    }

    void RunPlain(Column<byte> result)
    {
        _columns[0].Values.CopyTo(result.Values);
        for (var i = 1; i < _columns.Length; i++)
            if (isAnd) Masks.And(result.Values, _columns[i].Values);
            else Masks.Or(result.Values, _columns[i].Values);
    }

    void RunThreeValued(Column<byte> result, RowErrors errors)
    {
        var words = Bits.Words(result.Length);
        var decided = _decided.AsSpan(0, words);
        var opposite = _opposite.AsSpan(0, words);
        decided.Clear();
        opposite.Fill(ulong.MaxValue);
        for (var i = 0; i < _columns.Length; i++)
        {
            if (_errors[i].Any)
            {
                for (var w = 0; w < words; w++) _valid[w] = ~decided[w];
                errors.TakeFrom(_errors[i], _valid);
                _errors[i].Clear();
            }
            Masks.ToBits(_columns[i].Values, _truth);
            Validity.CopyTo(_columns[i], _valid);
            for (var w = 0; w < words; w++)
            {
                var decides = isAnd ? ~_truth[w] : _truth[w];
                decided[w] |= _valid[w] & decides;
                opposite[w] &= _valid[w] & ~decides;
            }
        }
        Masks.ToBytes(isAnd ? opposite : decided, result.Values);
        result.HasNulls = true;
        for (var w = 0; w < words; w++) result.Validity[w] = decided[w] | opposite[w];
    }

    public override void Dispose()
    {
        foreach (var condition in conditions) condition.Dispose();
    }
}

/// <summary>NOT.</summary>
internal sealed class NotNode(Node operand, MemoryAccountant memory) : Node
{
    public override Column Run(Batch batch, RowErrors errors)
    {
        var column = (Column<byte>)operand.Run(batch, errors);
        var result = memory.Rent<byte>(DataType.Boolean);
        result.Length = batch.RowCount;
        result.CopyValidity(column);
        Masks.Not(column.Values, result.Values);
        column.Release();
        return result;
    }

    public override void Dispose() => operand.Dispose();
}

/// <summary>IS NULL.</summary>
internal sealed class IsNullNode(Node operand, MemoryAccountant memory) : Node
{
    readonly ulong[] _nulls = new ulong[Bits.Words(memory.BatchRows)];

    public override Column Run(Batch batch, RowErrors errors)
    {
        var column = operand.Run(batch, errors);
        var result = memory.Rent<byte>(DataType.Boolean);
        result.Length = batch.RowCount;
        if (!column.HasNulls) result.Values.Clear();
        else
        {
            for (var w = 0; w < Bits.Words(column.Length); w++) _nulls[w] = ~column.Validity[w];
            Masks.ToBytes(_nulls, result.Values);
        }
        column.Release();
        return result;
    }

    public override void Dispose() => operand.Dispose();
}

/// <summary>IS NOT DISTINCT FROM.</summary>
internal sealed class NotDistinctNode(Node left, Node right, DataType type, MemoryAccountant memory) : Node
{
    readonly ulong[] _left = new ulong[Bits.Words(memory.BatchRows)];
    readonly ulong[] _right = new ulong[Bits.Words(memory.BatchRows)];
    readonly ulong[] _equal = new ulong[Bits.Words(memory.BatchRows)];

    public override Column Run(Batch batch, RowErrors errors)
    {
        var a = left.Run(batch, errors);
        var b = right.Run(batch, errors);
        var result = memory.Rent<byte>(DataType.Boolean);
        result.Length = batch.RowCount;
        CompareKernel<EqualTo>.Compare(type, a, b, result.Values, flip: 0);
        if (a.HasNulls || b.HasNulls)
        {
            Validity.CopyTo(a, _left);
            Validity.CopyTo(b, _right);
            Masks.ToBits(result.Values, _equal);
            for (var w = 0; w < Bits.Words(batch.RowCount); w++) _equal[w] = _equal[w] & _left[w] & _right[w] | ~_left[w] & ~_right[w];
            Masks.ToBytes(_equal, result.Values);
        }
        a.Release();
        b.Release();
        return result;
    }

    public override void Dispose()
    {
        left.Dispose();
        right.Dispose();
    }
}
