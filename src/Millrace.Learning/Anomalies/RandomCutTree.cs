using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Anomalies;

/// <summary>A tree over a sample of points, cut at random with a chance in proportion to the width of the columns; points come and go, and it stays as if it had been built of those that are there.</summary>
/// <remarks>Guha et al. (2016), insertion and deletion: a new point is cut off above a node with the chance that a cut of the larger box falls outside of the node's own. Nodes lie in arrays; equal points share a leaf.</remarks>
sealed class RandomCutTree
{
    readonly int _columns;
    readonly int _size;
    int[] _left, _right, _parent, _column, _mass, _leafOf;
    double[] _cut, _least, _greatest;
    int[] _free;
    int _freeCount, _root = -1;
    int _points;

    public RandomCutTree(int columns, int size)
    {
        (_columns, _size) = (columns, size);
        var nodes = 2 * size;
        (_left, _right, _parent, _column, _mass) = (new int[nodes], new int[nodes], new int[nodes], new int[nodes], new int[nodes]);
        (_cut, _least, _greatest) = (new double[nodes], new double[nodes * columns], new double[nodes * columns]);
        (_leafOf, _free) = (new int[size], new int[nodes]);
        for (var i = 0; i < nodes; i++) _free[i] = nodes - 1 - i;
        _freeCount = nodes;
    }

    public int Points => _points;

    /// <summary>Adds a point; where the tree is full, it takes the place of a given one.</summary>
    /// <param name="point">The point, all numbers finite.</param>
    /// <param name="place">The place of the one that goes, if the tree is full.</param>
    /// <param name="random">For the cuts.</param>
    public void Add(ReadOnlySpan<double> point, int place, ref SeededRandom random)
    {
        if (_points < _size) place = _points++;
        else Remove(_leafOf[place]);
        _leafOf[place] = Insert(point, ref random);
    }

    /// <summary>How soon a point would be cut off: the mean of 1 / (depth + 1) over all ways it may be; up to 1 for one that lies outside of all.</summary>
    public double Score(ReadOnlySpan<double> point)
    {
        var score = 0.0;
        var chance = 1.0;
        var depth = 0;
        for (var node = _root; node >= 0; depth++)
        {
            double outside = 0, width = 0;
            for (var c = 0; c < _columns; c++)
            {
                var (least, greatest) = (_least[node * _columns + c], _greatest[node * _columns + c]);
                var beyond = Math.Max(0, Math.Max(point[c] - greatest, least - point[c]));
                outside += beyond;
                width += greatest - least + beyond;
            }
            var off = width > 0 ? outside / width : 0;
            score += chance * off / (depth + 1);
            chance *= 1 - off;
            if (_left[node] < 0) return score + chance / (depth + 1 + Math.Log2(1 + _mass[node]));
            node = point[_column[node]] <= _cut[node] ? _left[node] : _right[node];
        }
        return score;
    }

    int Insert(ReadOnlySpan<double> point, ref SeededRandom random)
    {
        if (_root < 0) return _root = NewLeaf(point, -1);
        var node = _root;
        while (true)
        {
            double sum = 0;
            for (var c = 0; c < _columns; c++) sum += Math.Max(_greatest[node * _columns + c], point[c]) - Math.Min(_least[node * _columns + c], point[c]);
            if (_left[node] < 0 && !(sum > 0))
            {
                Change(node, point, 1);
                return node;
            }
            var drawn = random.NextDouble() * sum;
            var (column, cut) = (0, 0.0);
            for (var c = 0; c < _columns; c++)
            {
                var least = Math.Min(_least[node * _columns + c], point[c]);
                var width = Math.Max(_greatest[node * _columns + c], point[c]) - least;
                if (width <= 0) continue;
                (column, cut) = (c, least + Math.Min(drawn, width * (1 - 1e-15)));
                if ((drawn -= width) <= 0) break;
            }
            var isLeft = point[column] <= cut && cut < _least[node * _columns + column];
            var isRight = point[column] > cut && cut >= _greatest[node * _columns + column];
            if (isLeft || isRight) return CutOff(node, point, column, cut, isLeft);
            // A leaf is one point: a cut within the common box parts the two, but for rounding.
            if (_left[node] < 0)
            {
                Change(node, point, 1);
                return node;
            }
            node = point[_column[node]] <= _cut[node] ? _left[node] : _right[node];
        }
    }

    int CutOff(int node, ReadOnlySpan<double> point, int column, double cut, bool isLeft)
    {
        var parent = _parent[node];
        var split = _free[--_freeCount];
        var leaf = NewLeaf(point, split);
        (_left[split], _right[split]) = isLeft ? (leaf, node) : (node, leaf);
        (_column[split], _cut[split], _parent[split], _mass[split]) = (column, cut, parent, _mass[node] + 1);
        _parent[node] = split;
        for (var c = 0; c < _columns; c++)
        {
            _least[split * _columns + c] = Math.Min(_least[node * _columns + c], point[c]);
            _greatest[split * _columns + c] = Math.Max(_greatest[node * _columns + c], point[c]);
        }
        if (parent < 0) _root = split;
        else
        {
            if (_left[parent] == node) _left[parent] = split;
            else _right[parent] = split;
            Change(parent, point, 1);
        }
        return leaf;
    }

    // A leaf's own box is not moved by a point that rounding put there; those above contain it.
    void Change(int node, ReadOnlySpan<double> point, int by)
    {
        for (; node >= 0; node = _parent[node])
        {
            _mass[node] += by;
            if (_left[node] < 0) continue;
            for (var c = 0; c < _columns; c++)
            {
                _least[node * _columns + c] = Math.Min(_least[node * _columns + c], point[c]);
                _greatest[node * _columns + c] = Math.Max(_greatest[node * _columns + c], point[c]);
            }
        }
    }

    void Remove(int leaf)
    {
        if (_mass[leaf] > 1)
        {
            for (var node = leaf; node >= 0; node = _parent[node]) _mass[node]--;
            return;
        }
        var parent = _parent[leaf];
        _free[_freeCount++] = leaf;
        if (parent < 0)
        {
            _root = -1;
            return;
        }
        var sibling = _left[parent] == leaf ? _right[parent] : _left[parent];
        var above = _parent[parent];
        _parent[sibling] = above;
        _free[_freeCount++] = parent;
        if (above < 0) _root = sibling;
        else if (_left[above] == parent) _left[above] = sibling;
        else _right[above] = sibling;
        for (var node = above; node >= 0; node = _parent[node])
        {
            _mass[node]--;
            for (var c = 0; c < _columns; c++)
            {
                _least[node * _columns + c] = Math.Min(_least[_left[node] * _columns + c], _least[_right[node] * _columns + c]);
                _greatest[node * _columns + c] = Math.Max(_greatest[_left[node] * _columns + c], _greatest[_right[node] * _columns + c]);
            }
        }
    }

    int NewLeaf(ReadOnlySpan<double> point, int parent)
    {
        var leaf = _free[--_freeCount];
        (_left[leaf], _right[leaf], _parent[leaf], _mass[leaf]) = (-1, -1, parent, 1);
        point.CopyTo(_least.AsSpan(leaf * _columns, _columns));
        point.CopyTo(_greatest.AsSpan(leaf * _columns, _columns));
        return leaf;
    }

    public void Transfer(Archive archive)
    {
        var nodes = 2 * _size;
        archive.Value(ref _points, 0, _size);
        archive.Value(ref _root, -1, nodes - 1);
        archive.Value(ref _freeCount, 0, nodes);
        archive.Array(ref _left, nodes, -1, nodes - 1);
        archive.Array(ref _right, nodes, -1, nodes - 1);
        archive.Array(ref _parent, nodes, -1, nodes - 1);
        archive.Array(ref _column, nodes, 0, _columns - 1);
        archive.Array(ref _mass, nodes, 0, _size);
        archive.Array(ref _leafOf, _size, 0, nodes - 1);
        archive.Array(ref _free, nodes, 0, nodes - 1);
        archive.Array(ref _cut, nodes);
        archive.Array(ref _least, nodes * _columns);
        archive.Array(ref _greatest, nodes * _columns);
        if (archive.IsReading) Verify(archive);
    }

    // Every node is either free or on a way down from the root, once, and a point's place is a leaf of those.
    void Verify(Archive archive)
    {
        var seen = new bool[2 * _size];
        for (var i = 0; i < _freeCount; i++)
        {
            archive.Require(!seen[_free[i]], "a node is free twice");
            seen[_free[i]] = true;
        }
        var open = new Stack<int>();
        var reached = 0;
        if (_root >= 0) open.Push(_root);
        archive.Require(_root < 0 || _parent[_root] == -1, "a root has a parent");
        var isLeaf = new bool[2 * _size];
        var mass = 0L;
        while (open.Count > 0)
        {
            var node = open.Pop();
            archive.Require(!seen[node], "a node is there twice");
            seen[node] = true;
            reached++;
            if (_left[node] < 0)
            {
                archive.Require(_mass[node] > 0, "a leaf has no point");
                (isLeaf[node], mass) = (true, mass + _mass[node]);
                continue;
            }
            archive.Require(_right[node] >= 0 && _parent[_left[node]] == node && _parent[_right[node]] == node, "a tree leads nowhere");
            archive.Require(_mass[node] == _mass[_left[node]] + _mass[_right[node]], "a node's points are not those below it");
            open.Push(_left[node]);
            open.Push(_right[node]);
        }
        archive.Require(reached + _freeCount == 2 * _size && mass == _points, "a tree has lost nodes");
        var places = new int[2 * _size];
        for (var i = 0; i < _points; i++)
        {
            archive.Require(isLeaf[_leafOf[i]], "a point has no leaf");
            places[_leafOf[i]]++;
        }
        for (var node = 0; node < places.Length; node++) archive.Require(!isLeaf[node] || places[node] == _mass[node], "a leaf holds other points than it says");
        foreach (var numbers in (double[][])[_cut, _least, _greatest]) archive.Require(Array.TrueForAll(numbers, double.IsFinite), "a box is not finite");
    }
}
