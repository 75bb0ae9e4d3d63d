using Millrace.Data;
using Millrace.Planning;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>ORDER BY, LIMIT and OFFSET of a query: tells its rows when the input has ended.</summary>
/// <remarks>
/// With a LIMIT only the rows that may be told are kept (a heap of LIMIT + OFFSET rows). Rows that the order does not tell apart keep the order of their arrival.
/// Without an order rows pass at once.
/// </remarks>
sealed class SortOperator : IOperator
{
    readonly Sort _node;
    readonly OperatorContext _context;
    readonly KeyEncoding _order;
    readonly RowImage _image = new();
    readonly long _most; // rows to keep
    readonly PriorityQueue<Kept, Kept> _heap = new(Comparer<Kept>.Create((a, b) => b.CompareTo(a))); // the last row on top
    readonly List<Kept> _all = [];
    readonly int[] _rows;
    long _seen, _charged;
    Kept[]? _sorted;
    int _next;
    Frontier _frontier;

    public SortOperator(Sort node, OperatorContext context)
    {
        (_node, _context, _order) = (node, context, new(node.Order));
        _most = node.Limit is { } limit && limit <= long.MaxValue - node.Offset ? limit + node.Offset : long.MaxValue;
        _rows = new int[context.Memory.BatchRows];
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        if (_node.Order.IsEmpty)
        {
            PassOn(batch, output);
            return;
        }
        for (var row = 0; row < batch.RowCount; row++)
        {
            var key = _order.Encode(batch, row);
            if (_most == 0) return;
            if (_most == long.MaxValue)
            {
                _all.Add(Keep(key, batch, row));
                continue;
            }
            if (_heap.Count < _most)
            {
                var kept = Keep(key, batch, row);
                _heap.Enqueue(kept, kept);
            }
            else if (key.SequenceCompareTo(_heap.Peek().Key) < 0)
            {
                var kept = Keep(key, batch, row);
                Charge(-_heap.EnqueueDequeue(kept, kept).Size);
            }
        }
    }

    Kept Keep(ReadOnlySpan<byte> key, Batch batch, int row)
    {
        var image = _image.Write(batch, row);
        var bytes = new byte[key.Length + image.Length];
        key.CopyTo(bytes);
        image.CopyTo(bytes.AsSpan(key.Length));
        var kept = new Kept(bytes, key.Length, _seen++);
        Charge(kept.Size);
        return kept;
    }

    void Charge(long bytes)
    {
        _context.Owner.Charge(bytes);
        _charged += bytes;
    }

    /// <summary>Skips the offset and stops at the limit.</summary>
    void PassOn(Batch batch, IOutput output)
    {
        var from = (int)Math.Clamp(_node.Offset - _seen, 0, batch.RowCount);
        var to = (int)Math.Clamp(_most - _seen, 0, batch.RowCount);
        _seen += batch.RowCount;
        if (from >= to) return;
        for (var row = from; row < to; row++) _rows[row - from] = row;
        output.Push(to - from == batch.RowCount ? batch.Retain() : batch.Gather(_rows.AsSpan(0, to - from)));
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        if (frontier != Frontier.End) return; // nothing can be told before
        _frontier = frontier;
        while (_heap.TryDequeue(out var kept, out _)) _all.Add(kept);
        _sorted = [.. _all];
        _all.Clear();
        Array.Sort(_sorted);
        _next = (int)Math.Min(_node.Offset, _sorted.Length);
        Resume(output);
    }

    public bool Resume(IOutput output)
    {
        if (_sorted is null) return false;
        while (_next < _sorted.Length)
        {
            var batch = _context.Memory.RentBatch(_node.Schema);
            foreach (var field in _node.Schema.Fields) batch.Add(_context.Memory.Rent(field.Type));
            for (; _next < _sorted.Length && batch.RowCount < _context.Memory.BatchRows; _next++) RowImage.Append(_sorted[_next].Image, batch);
            output.Push(batch);
            if (output.IsFull && _next < _sorted.Length) return true;
        }
        _sorted = null;
        Charge(-_charged);
        output.Advance(_frontier);
        return false;
    }

    public void Dispose() => Charge(-_charged);

    /// <summary>A row with what it is sorted by.</summary>
    sealed class Kept(byte[] bytes, int keyLength, long arrival) : IComparable<Kept>
    {
        readonly long _arrival = arrival;

        public ReadOnlySpan<byte> Key => bytes.AsSpan(0, keyLength);
        public ReadOnlySpan<byte> Image => bytes.AsSpan(keyLength);
        public long Size => bytes.Length + 72;

        public int CompareTo(Kept? other)
        {
            var order = Key.SequenceCompareTo(other!.Key);
            return order != 0 ? order : _arrival.CompareTo(other._arrival);
        }
    }
}
