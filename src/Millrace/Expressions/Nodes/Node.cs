using Millrace.Data;

namespace Millrace.Expressions.Nodes;

/// <summary>A compiled expression: computes all rows of a batch. Called by one thread at a time; keeps its constants and memories until it is disposed.</summary>
internal abstract class Node : IDisposable
{
    /// <summary>Computes the rows of a batch.</summary>
    /// <returns>A column with one reference for the caller.</returns>
    public abstract Column Run(Batch batch, RowErrors errors);

    public virtual void Dispose() { }
}

/// <summary>A column of the input, as it is.</summary>
internal sealed class ColumnNode(int index) : Node
{
    public override Column Run(Batch batch, RowErrors errors) => batch[index].Retain();
}

/// <summary>A constant: a full column that is made once and shown at the length of each batch.</summary>
internal sealed class ConstantNode(Literal literal, ConstantTexts texts, MemoryAccountant memory) : Node
{
    Column? _column;

    public override Column Run(Batch batch, RowErrors errors)
    {
        _column ??= Fill();
        _column.Length = batch.RowCount;
        return _column.Retain();
    }

    /// <summary>Lets go of the column if it is this one: it has become a result, and results never change.</summary>
    public void GiveAway(Column result)
    {
        if (!ReferenceEquals(result, _column)) return;
        _column!.Release();
        _column = null;
    }

    public override void Dispose()
    {
        _column?.Release();
        _column = null;
    }

    Column Fill()
    {
        if (literal.Value is null) return NullCast.Nulls(memory, literal.Type, memory.BatchRows);
        var column = memory.Rent(literal.Type);
        column.Length = column.Capacity;
        switch (column)
        {
            case Column<byte> c: c.Values.Fill((bool)literal.Value ? (byte)1 : (byte)0); break;
            case Column<int> c: c.Values.Fill((int)literal.Value); break;
            case Column<long> c: c.Values.Fill(literal.Value is Int128 scaled ? (long)scaled : (long)literal.Value); break;
            case Column<double> c: c.Values.Fill((double)literal.Value); break;
            case Column<Int128> c: c.Values.Fill((Int128)literal.Value); break;
            case Column<Interval> c: c.Values.Fill((Interval)literal.Value); break;
            case TextColumn c:
                var heap = texts.Heap(memory);
                c.Share(heap);
                c.Codes.Fill(heap.Intern(Literals.Bytes(literal)));
                break;
        }
        return column;
    }
}

/// <summary>The one dictionary that holds the text constants of an evaluator, so that CASE ... THEN 'a' ELSE 'b' END copies codes.</summary>
internal sealed class ConstantTexts : IDisposable
{
    TextHeap? _heap;

    public TextHeap Heap(MemoryAccountant memory)
    {
        if (_heap is not null) return _heap;
        _heap = memory.RentHeap();
        _heap.MakeDictionary();
        return _heap;
    }

    public void Dispose()
    {
        _heap?.Release();
        _heap = null;
    }
}

/// <summary>An expression that stands in several places: computed once a batch.</summary>
internal sealed class SharedNode(Node inner, MemoryAccountant memory) : Node
{
    readonly RowErrors _errors = new(memory.BatchRows);
    Column? _column;

    public override Column Run(Batch batch, RowErrors errors)
    {
        _column ??= inner.Run(batch, _errors);
        errors.TakeFrom(_errors);
        return _column.Retain();
    }

    /// <summary>Forgets the batch.</summary>
    public void Reset()
    {
        _column?.Release();
        _column = null;
        _errors.Clear();
    }

    public override void Dispose()
    {
        Reset();
        inner.Dispose();
    }
}
