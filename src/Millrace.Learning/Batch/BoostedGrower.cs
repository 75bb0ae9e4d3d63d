using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Millrace.Learning.Batch;

/// <summary>Grows trees that follow gradients, the leaf that gains most first.</summary>
/// <remarks>
/// Gradients and curvatures of a leaf's rows are added up by code for each column; of two children only the smaller one is added up, the other's table is the difference. The gain of a border is
/// G²/(H + λ) of both sides less that of the whole. Threads share columns, and each table is filled by one thread in the order of the rows: the result is the same for any number of them.
/// </remarks>
sealed class BoostedGrower
{
    const int Codes = ColumnBins.CodeMax + 1;
    const int RowsForThreads = 4096;

    readonly BinnedRows _rows;
    readonly BoostingOptions _options;
    readonly ParallelOptions _threads;
    readonly int[] _order, _orderRight;
    readonly Vector128<double>[] _gathered;
    readonly Vector128<double>[][] _tables;
    readonly Border[] _borders;
    readonly List<Leaf> _leaves = [];
    readonly BinNode[] _nodes;
    readonly float[] _values;

    public BoostedGrower(BinnedRows rows, BoostingOptions options, int threads)
    {
        (_rows, _options) = (rows, options);
        _threads = new() { MaxDegreeOfParallelism = Math.Min(BinForest.Workers(threads), rows.Columns) };
        (_order, _orderRight, _gathered) = (new int[rows.Count], new int[rows.Count], new Vector128<double>[rows.Count]);
        // Every leaf has a table until it is split; then one child takes it.
        _tables = new Vector128<double>[options.LeavesMax][];
        _borders = new Border[rows.Columns];
        (_nodes, _values) = (new BinNode[2 * options.LeavesMax - 1], new float[2 * options.LeavesMax - 1]);
    }

    /// <summary>A tree that follows gradients; the scores of the rows move by its answers.</summary>
    /// <param name="slopes">Gradient and curvature of each row.</param>
    /// <param name="scores">The rows' scores so far.</param>
    public BinTree Grow(Vector128<double>[] slopes, double[] scores)
    {
        for (var i = 0; i < _order.Length; i++) _order[i] = i;
        _leaves.Clear();
        _nodes[0] = BinNode.Leaf(0);
        var count = 1;
        var total = Vector128<double>.Zero;
        foreach (var slope in slopes) total += slope;
        var root = new Leaf { Node = 0, Start = 0, End = _order.Length, Sum = total, Table = 0 };
        Fill(root, slopes);
        root.Best = Search(root);
        _leaves.Add(root);
        while (_leaves.Count < _options.LeavesMax)
        {
            var chosen = Chosen();
            if (chosen < 0) break;
            var parent = _leaves[chosen];
            var best = parent.Best;
            var middle = Part(parent.Start, parent.End, _rows[best.Column], best);
            if (middle == parent.Start || middle == parent.End)
            {
                // Curvatures stand for counts, and rounding may promise a side that no row is on.
                _leaves[chosen] = parent with { Best = default };
                continue;
            }
            _nodes[parent.Node] = new() { Child = count, Column = (ushort)best.Column, Bound = best.Bound, Shift = best.Shift };
            _nodes[count] = BinNode.Leaf(count);
            _nodes[count + 1] = BinNode.Leaf(count + 1);
            var left = new Leaf { Node = count, Start = parent.Start, End = middle, Sum = best.Left };
            var right = new Leaf { Node = count + 1, Start = middle, End = parent.End, Sum = parent.Sum - best.Left };
            count += 2;
            var isLeftSmaller = left.Count <= right.Count;
            var smaller = isLeftSmaller ? left : right;
            var larger = isLeftSmaller ? right : left;
            (smaller.Table, larger.Table) = (_leaves.Count, parent.Table);
            // The last leaves are not split any more and need no tables.
            if (_leaves.Count + 1 < _options.LeavesMax)
            {
                Fill(smaller, slopes);
                Subtract(_tables[larger.Table], _tables[smaller.Table]);
                smaller.Best = Search(smaller);
                larger.Best = Search(larger);
            }
            _leaves[chosen] = isLeftSmaller ? smaller : larger;
            _leaves.Add(isLeftSmaller ? larger : smaller);
        }
        _values.AsSpan().Clear();
        foreach (var leaf in _leaves)
        {
            var value = (float)(-_options.Rate * leaf.Sum.GetElement(0) / Math.Max(leaf.Sum.GetElement(1) + _options.L2, 1e-12));
            _values[leaf.Node] = value;
            for (var i = leaf.Start; i < leaf.End; i++) scores[_order[i]] += value;
        }
        return new(1, _nodes.AsSpan(0, count), _values.AsSpan(0, count));
    }

    int Chosen()
    {
        var chosen = -1;
        for (var i = 0; i < _leaves.Count; i++)
            if (_leaves[i].Best.Gain > 0 && (chosen < 0 || _leaves[i].Best.Gain > _leaves[chosen].Best.Gain)) chosen = i;
        return chosen;
    }

    void Fill(in Leaf leaf, Vector128<double>[] slopes)
    {
        var table = _tables[leaf.Table] ??= new Vector128<double>[_rows.Columns * Codes];
        var rows = _order.AsSpan(leaf.Start, leaf.Count);
        var isRoot = leaf.Count == _order.Length;
        if (!isRoot) for (var i = 0; i < rows.Length; i++) _gathered[i] = slopes[rows[i]];
        var (start, count) = (leaf.Start, leaf.Count);
        if (count < RowsForThreads || _threads.MaxDegreeOfParallelism == 1) for (var column = 0; column < _rows.Columns; column++) One(column);
        else Parallel.For(0, _rows.Columns, _threads, One);

        void One(int column)
        {
            var part = table.AsSpan(column * Codes, Codes);
            part.Clear();
            if (isRoot) AddAll(part, _rows[column], slopes);
            else AddSome(part, _rows[column], _order.AsSpan(start, count), _gathered);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void AddAll(Span<Vector128<double>> table, byte[] codes, Vector128<double>[] slopes)
    {
        ref var places = ref MemoryMarshal.GetReference(table);
        for (var i = 0; i < codes.Length; i++) Unsafe.Add(ref places, codes[i]) += slopes[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void AddSome(Span<Vector128<double>> table, byte[] codes, ReadOnlySpan<int> rows, Vector128<double>[] slopes)
    {
        ref var places = ref MemoryMarshal.GetReference(table);
        ref var code = ref MemoryMarshal.GetArrayDataReference(codes);
        ref var slope = ref MemoryMarshal.GetArrayDataReference(slopes);
        for (var i = 0; i < rows.Length; i++) Unsafe.Add(ref places, Unsafe.Add(ref code, rows[i])) += Unsafe.Add(ref slope, i);
    }

    static void Subtract(Vector128<double>[] table, Vector128<double>[] other)
    {
        for (var i = 0; i < table.Length; i++) table[i] -= other[i];
    }

    Border Search(in Leaf leaf)
    {
        var table = _tables[leaf.Table];
        var (sum, rows) = (leaf.Sum, leaf.Count);
        if (rows < 2 * _options.LeafRows) return default;
        if (rows < RowsForThreads || _threads.MaxDegreeOfParallelism == 1) for (var column = 0; column < _rows.Columns; column++) One(column);
        else Parallel.For(0, _rows.Columns, _threads, One);
        var best = default(Border);
        foreach (var border in _borders)
            if (border.Gain > best.Gain) best = border;
        return best;

        void One(int column) => _borders[column] = BestOf(table.AsSpan(column * Codes, Codes), column, sum, rows);
    }

    // Curvatures of a leaf tell how its rows are shared out; with least squares they are the counts themselves.
    Border BestOf(ReadOnlySpan<Vector128<double>> table, int column, Vector128<double> sum, int rows)
    {
        var least = _options.LeafRows * sum.GetElement(1) / rows * (1 - 1e-9);
        var l2 = _options.L2;
        var whole = Worth(sum, l2);
        var best = default(Border);
        var missing = table[0];
        var hasMissing = missing.GetElement(1) > 0;
        var left = Vector128<double>.Zero;
        for (var code = 1; code < Codes; code++)
        {
            if (table[code].GetElement(1) == 0) continue;
            left += table[code];
            Judge(left, code, isMissingLeft: !hasMissing && left.GetElement(1) * 2 >= sum.GetElement(1), ref best);
            if (hasMissing) Judge(left + missing, code, isMissingLeft: true, ref best);
        }
        return best;

        void Judge(Vector128<double> left, int code, bool isMissingLeft, ref Border best)
        {
            var right = sum - left;
            if (left.GetElement(1) < least || right.GetElement(1) < least) return;
            var gain = Worth(left, l2) + Worth(right, l2) - whole;
            // Less than rounding leaves behind is nothing.
            if (gain > best.Gain && gain > 1e-12 * (1 + whole))
                best = new() { Gain = gain, Column = column, Left = left, Shift = isMissingLeft ? (byte)0 : (byte)1, Bound = (byte)(isMissingLeft ? code : code - 1) };
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double Worth(Vector128<double> sum, double l2) => sum.GetElement(0) * sum.GetElement(0) / Math.Max(sum.GetElement(1) + l2, 1e-12);

    int Part(int start, int end, byte[] codes, in Border border)
    {
        var left = start;
        var right = 0;
        for (var i = start; i < end; i++)
        {
            var row = _order[i];
            var isRight = (byte)(codes[row] - border.Shift) > border.Bound ? 1 : 0;
            _order[left] = row;
            _orderRight[right] = row;
            left += 1 - isRight;
            right += isRight;
        }
        _orderRight.AsSpan(0, right).CopyTo(_order.AsSpan(left));
        return left;
    }

    record struct Leaf
    {
        public int Node, Start, End, Table;
        public Vector128<double> Sum;
        public Border Best;

        public readonly int Count => End - Start;
    }

    struct Border
    {
        public double Gain;
        public Vector128<double> Left;
        public int Column;
        public byte Bound, Shift;
    }
}
