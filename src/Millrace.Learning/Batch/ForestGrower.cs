using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Batch;

/// <summary>Grows one tree of a random forest after another, each on rows drawn with repetition, down to leaves that hold one target.</summary>
/// <remarks>
/// Rows of a node lie side by side with their targets and weights; a column is judged by adding them up by code, in a table of 256 whose used places are marked, so that a node of n rows costs n and not
/// 256. The best border makes Σ sums² / weight of both sides largest: least squares for numbers, Gini for classes. No random number is shared between trees: each has its own seed.
/// </remarks>
sealed class ForestGrower
{
    const int Codes = ColumnBins.CodeMax + 1;

    readonly BinnedRows _rows;
    readonly double[] _targets;
    readonly double[] _weights;
    readonly int _classes; // 0 or 2: one channel of numbers
    readonly RandomForestOptions _options;
    readonly int _columns;

    readonly int[] _order, _orderRight, _draw;
    readonly double[] _target, _targetRight, _weight, _weightRight;
    readonly Vector128<double>[] _table = new Vector128<double>[Codes];
    readonly double[] _classTable, _left, _right;
    readonly ulong[] _marks = new ulong[Codes / 64];
    readonly List<(int Node, int Start, int End, int Depth)> _open = [];
    BinNode[] _nodes = new BinNode[64];
    float[] _values = [];
    int _count;

    public ForestGrower(BinnedRows rows, double[] targets, double[] weights, int classes, int columns, RandomForestOptions options)
    {
        (_rows, _targets, _weights, _classes, _columns, _options) = (rows, targets, weights, classes, columns, options);
        var count = rows.Count;
        (_order, _orderRight, _draw) = (new int[count], new int[count], new int[rows.Columns]);
        (_target, _targetRight, _weight, _weightRight) = (new double[count], new double[count], new double[count], new double[count]);
        (_classTable, _left, _right) = (new double[IsNumber ? 0 : Codes * (classes + 1)], new double[classes + 1], new double[classes + 1]);
    }

    bool IsNumber => _classes <= 2;

    int Channels => IsNumber ? 1 : _classes;

    /// <summary>A tree of its own seed.</summary>
    public BinTree Grow(SeededRandom random)
    {
        for (var i = 0; i < _draw.Length; i++) _draw[i] = i;
        var count = Draw(ref random);
        _count = 0;
        NewNode();
        _open.Add((0, 0, count, 0));
        while (_open.Count > 0)
        {
            var (node, start, end, depth) = _open[^1];
            _open.RemoveAt(_open.Count - 1);
            if (IsPure(start, end) || _options.DepthMax > 0 && depth == _options.DepthMax || !Split(node, start, end, ref random, out var middle)) Close(node, start, end);
            else
            {
                var child = NewNode();
                NewNode();
                _nodes[node].Child = child;
                _open.Add((child + 1, middle, end, depth + 1));
                _open.Add((child, start, middle, depth + 1));
            }
        }
        return new(Channels, _nodes.AsSpan(0, _count), _values.AsSpan(0, _count * Channels));
    }

    // As many rows as there are, with repetition; a row that came often stands once with its weight.
    int Draw(ref SeededRandom random)
    {
        Array.Clear(_weightRight);
        for (var i = 0; i < _weightRight.Length; i++) _weightRight[random.Next(_weightRight.Length)]++;
        var count = 0;
        for (var row = 0; row < _weightRight.Length; row++)
        {
            if (_weightRight[row] == 0) continue;
            (_order[count], _target[count], _weight[count]) = (row, _targets[row], _weightRight[row] * _weights[row]);
            count++;
        }
        return count;
    }

    int NewNode()
    {
        if (_count == _nodes.Length) Array.Resize(ref _nodes, _nodes.Length * 2);
        if (_values.Length < _nodes.Length * Channels) Array.Resize(ref _values, _nodes.Length * Channels);
        _values.AsSpan(_count * Channels, Channels).Clear();
        _nodes[_count] = BinNode.Leaf(_count);
        return _count++;
    }

    bool IsPure(int start, int end)
    {
        var first = _target[start];
        for (var i = start + 1; i < end; i++)
            if (_target[i] != first) return false;
        return true;
    }

    void Close(int node, int start, int end)
    {
        double weight = 0, sum = 0;
        for (var i = start; i < end; i++)
        {
            weight += _weight[i];
            sum += _weight[i] * _target[i];
        }
        if (IsNumber) _values[node] = (float)(sum / weight);
        else for (var i = start; i < end; i++) _values[node * Channels + (int)_target[i]] += (float)(_weight[i] / weight);
    }

    bool Split(int node, int start, int end, ref SeededRandom random, out int middle)
    {
        var best = Border.None;
        double weight = 0, sum = 0;
        if (IsNumber)
            for (var i = start; i < end; i++)
            {
                weight += _weight[i];
                sum += _weight[i] * _target[i];
            }
        // Where none of the drawn columns can part the rows, further ones are drawn.
        for (var drawn = 0; drawn < _draw.Length && (drawn < _columns || !best.IsThere); drawn++)
        {
            var other = _columns == _draw.Length ? drawn : drawn + random.Next(_draw.Length - drawn);
            (_draw[drawn], _draw[other]) = (_draw[other], _draw[drawn]);
            if (IsNumber) JudgeNumbers(_draw[drawn], start, end, sum / weight, weight, ref best);
            else JudgeClasses(_draw[drawn], start, end, ref best);
        }
        middle = start;
        if (!best.IsThere) return false;
        _nodes[node] = new() { Column = (ushort)best.Column, Bound = best.Bound, Shift = best.Shift };
        middle = Part(start, end, _rows[best.Column], best);
        return true;
    }

    // Nodes with few rows are the most: the table is left empty behind, never cleared as a whole.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void JudgeNumbers(int column, int start, int end, double mean, double weight, ref Border best)
    {
        ref var table = ref MemoryMarshal.GetArrayDataReference(_table);
        ref var codes = ref MemoryMarshal.GetArrayDataReference(_rows[column]);
        ref var marks = ref MemoryMarshal.GetArrayDataReference(_marks);
        ref var rows = ref MemoryMarshal.GetArrayDataReference(_order);
        ref var targets = ref MemoryMarshal.GetArrayDataReference(_target);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_weight);
        if (end - start < Codes)
            for (var i = start; i < end; i++)
            {
                var code = Unsafe.Add(ref codes, Unsafe.Add(ref rows, i));
                Unsafe.Add(ref table, code) += Vector128.Create(Unsafe.Add(ref targets, i), 1) * Unsafe.Add(ref weights, i);
                Unsafe.Add(ref marks, code >> 6) |= 1UL << code;
            }
        else
        {
            for (var i = start; i < end; i++)
                Unsafe.Add(ref table, Unsafe.Add(ref codes, Unsafe.Add(ref rows, i))) += Vector128.Create(Unsafe.Add(ref targets, i), 1) * Unsafe.Add(ref weights, i);
            for (var code = 0; code < Codes; code++)
                if (Unsafe.Add(ref table, code).GetElement(1) > 0) Unsafe.Add(ref marks, code >> 6) |= 1UL << code;
        }
        var missing = table;
        var hasMissing = (marks & 1) != 0;
        table = default;
        marks &= ~1UL;
        var left = Vector128<double>.Zero;
        var before = -1;
        for (var word = 0; word < Codes / 64; word++)
        {
            var bits = Unsafe.Add(ref marks, word);
            Unsafe.Add(ref marks, word) = 0;
            for (; bits != 0; bits &= bits - 1)
            {
                var code = (word << 6) + BitOperations.TrailingZeroCount(bits);
                if (before >= 0)
                {
                    Judge(left, mean, weight, column, (before + code) >> 1, isMissingLeft: false, hasMissing, ref best);
                    if (hasMissing) Judge(left + missing, mean, weight, column, (before + code) >> 1, isMissingLeft: true, hasMissing, ref best);
                }
                left += Unsafe.Add(ref table, code);
                Unsafe.Add(ref table, code) = default;
                before = code;
            }
        }
        if (hasMissing && before >= 0) Judge(left, mean, weight, column, ColumnBins.CodeMax, isMissingLeft: false, hasMissing, ref best);
    }

    // With d the left side's sum of distances from the node's mean, squares shrink by d² weight / (left right): a fraction that is compared without dividing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Judge(Vector128<double> left, double mean, double weight, int column, int code, bool isMissingLeft, bool hasMissing, ref Border best)
    {
        var leftWeight = left.GetElement(1);
        var rightWeight = weight - leftWeight;
        var distance = left.GetElement(0) - mean * leftWeight;
        var (gain, over) = (distance * distance, leftWeight * rightWeight);
        if (gain * best.Over > best.Gain * over && leftWeight >= _options.LeafRows && rightWeight >= _options.LeafRows)
            best = Border.At(column, code, hasMissing ? isMissingLeft : leftWeight >= rightWeight, gain, over);
    }

    void JudgeClasses(int column, int start, int end, ref Border best)
    {
        var stride = _classes + 1;
        var codes = _rows[column];
        var total = _right.AsSpan();
        total.Clear();
        for (var i = start; i < end; i++)
        {
            var code = codes[_order[i]];
            var weight = _weight[i];
            _classTable[code * stride + (int)_target[i]] += weight;
            _classTable[code * stride + _classes] += weight;
            _right[(int)_target[i]] += weight;
            _right[_classes] += weight;
            _marks[code >> 6] |= 1UL << code;
        }
        // Missing rows go with those of the least codes; a border of its own for them would cost as much again.
        var left = _left.AsSpan();
        left.Clear();
        var before = -1;
        for (var word = 0; word < _marks.Length; word++)
        {
            var bits = _marks[word];
            _marks[word] = 0;
            for (; bits != 0; bits &= bits - 1)
            {
                var code = (word << 6) + BitOperations.TrailingZeroCount(bits);
                var (leftWeight, rightWeight) = (left[_classes], _right[_classes]);
                if (before >= 0 && leftWeight >= _options.LeafRows && rightWeight >= _options.LeafRows)
                {
                    double ofLeft = 0, ofRight = 0;
                    for (var c = 0; c < _classes; c++)
                    {
                        ofLeft += left[c] * left[c];
                        ofRight += _right[c] * _right[c];
                    }
                    var gain = ofLeft / leftWeight + ofRight / rightWeight;
                    if (gain > best.Gain) best = Border.At(column, (before + code) >> 1, isMissingLeft: true, gain, 1);
                }
                var row = _classTable.AsSpan(code * stride, stride);
                for (var c = 0; c < stride; c++)
                {
                    left[c] += row[c];
                    _right[c] -= row[c];
                }
                row.Clear();
                before = code;
            }
        }
    }

    // Both sides keep their order, so that sums are formed in one order whoever forms them.
    int Part(int start, int end, byte[] codes, in Border border)
    {
        var left = start;
        var right = 0;
        for (var i = start; i < end; i++)
        {
            var isRight = (byte)(codes[_order[i]] - border.Shift) > border.Bound;
            if (isRight) (_orderRight[right], _targetRight[right], _weightRight[right]) = (_order[i], _target[i], _weight[i]);
            else (_order[left], _target[left], _weight[left]) = (_order[i], _target[i], _weight[i]);
            if (isRight) right++;
            else left++;
        }
        _orderRight.AsSpan(0, right).CopyTo(_order.AsSpan(left));
        _targetRight.AsSpan(0, right).CopyTo(_target.AsSpan(left));
        _weightRight.AsSpan(0, right).CopyTo(_weight.AsSpan(left));
        return left;
    }

    struct Border
    {
        public double Gain, Over;
        public int Column;
        public byte Bound, Shift;

        public static Border None => new() { Gain = -1, Over = 1, Column = -1 };

        public readonly bool IsThere => Column >= 0;

        /// <summary>Codes up to one, and missing ones if they are to, go to the left.</summary>
        public static Border At(int column, int code, bool isMissingLeft, double gain, double over) =>
            new() { Gain = gain, Over = over, Column = column, Shift = isMissingLeft ? (byte)0 : (byte)1, Bound = (byte)(isMissingLeft ? code : code - 1) };
    }
}
