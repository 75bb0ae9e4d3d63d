using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Forests;

/// <summary>A tree whose splits are drawn by chance in time and place, only where rows lie apart, and whose answer weighs all its prunings by how well they predicted.</summary>
/// <remarks>
/// Nodes lie in arrays and keep the box of their rows. A row outside of a box makes it split at a time drawn by how far it lies outside, in widths of the root's box, so that no scale matters. On the way up from its leaf the weights of
/// subtrees are formed anew: log((e^own + e^children) / 2). What a node holds of its targets is counted by the forest's kind: shares of classes, or count and mean.
/// </remarks>
sealed class MondrianTree
{
    const int Left = 0, Right = 1, Parent = 2, Column = 3, Links = 4;
    const int Threshold = 0, Time = 1, LogWeight = 2, LogTree = 3, Count = 4, Numbers = 5;

    readonly int _features;
    readonly int _nodesMax;
    readonly bool _isClass;
    readonly double _step;
    readonly double[] _extensions;
    int[] _links = new int[64 * Links];
    double[] _numbers = new double[64 * Numbers];
    double[] _boxes;
    double[] _targets;
    int _width; // numbers that a node keeps of its targets: one for each class, or 1 for a mean
    int _nodes;

    /// <param name="features">Columns of a row.</param>
    /// <param name="width">Classes, or 0 for numbers.</param>
    /// <param name="nodesMax">The most nodes; a full tree splits no more.</param>
    /// <param name="step">How much a loss counts.</param>
    public MondrianTree(int features, int width, int nodesMax, double step)
    {
        (_features, _isClass, _width, _nodesMax, _step) = (features, width > 0, Math.Max(1, width), nodesMax, step);
        (_extensions, _boxes, _targets) = (new double[features], new double[64 * 2 * features], new double[64 * _width]);
    }

    /// <summary>Numbers that a node keeps of its targets.</summary>
    public int Width => _width;

    /// <summary>Takes a row; missing values are NaN and lie in every box.</summary>
    public void Learn(ReadOnlySpan<double> row, double target, ref SeededRandom random)
    {
        if (_nodes == 0)
        {
            NewNode(-1, 0);
            Extend(0, row);
            Add(0, target);
            return;
        }
        var node = 0;
        while (true)
        {
            var time = SplitTime(node, row, target, ref random);
            if (time > 0)
            {
                node = Split(node, row, time, ref random);
                break;
            }
            Weigh(node, target);
            Extend(node, row);
            Add(node, target);
            if (IsLeaf(node)) break;
            node = ChildOf(node, row);
        }
        if (Number(node, Count) == 0)
        {
            // A new leaf: its parent has the row in its box, but has not counted it.
            var parent = Link(node, Parent);
            Weigh(parent, target);
            Extend(parent, row);
            Add(parent, target);
            Extend(node, row);
            Weigh(node, target);
            Add(node, target);
        }
        for (; node >= 0; node = Link(node, Parent))
            Number(node, LogTree) = IsLeaf(node) ? Number(node, LogWeight)
                : LogMean(Number(node, LogWeight), Number(Link(node, Left), LogTree) + Number(Link(node, Right), LogTree));
    }

    /// <summary>What it answers: shares of classes, or a mean in the first place.</summary>
    public void Predict(ReadOnlySpan<double> row, Span<double> answers)
    {
        if (_nodes == 0)
        {
            answers.Fill(_isClass ? 1.0 / answers.Length : 0);
            return;
        }
        var node = 0;
        while (!IsLeaf(node)) node = ChildOf(node, row);
        for (var k = 0; k < answers.Length; k++) answers[k] = Answer(node, k, answers.Length);
        for (node = Link(node, Parent); node >= 0; node = Link(node, Parent))
        {
            var own = 0.5 * Math.Exp(Number(node, LogWeight) - Number(node, LogTree));
            // Where losses are beyond all bounds rounding leaves no share.
            if (!(own >= 0)) own = 0.5;
            own = Math.Min(own, 1);
            for (var k = 0; k < answers.Length; k++) answers[k] = own * Answer(node, k, answers.Length) + (1 - own) * answers[k];
        }
    }

    /// <summary>Makes room for more classes.</summary>
    public void Grow(int classes)
    {
        if (classes <= _width) return;
        var capacity = _links.Length / Links;
        var targets = new double[capacity * classes];
        for (var node = 0; node < _nodes; node++) _targets.AsSpan(node * _width, _width).CopyTo(targets.AsSpan(node * classes));
        (_targets, _width) = (targets, classes);
    }

    public void Transfer(Archive archive)
    {
        archive.Value(ref _width, 1, IClassifier.ClassesMax);
        archive.Value(ref _nodes, 0, _nodesMax);
        archive.Array(ref _links);
        var capacity = _links.Length / Links;
        archive.Require(_links.Length == capacity * Links && capacity >= Math.Max(1, _nodes), "a tree has no room for its nodes");
        archive.Array(ref _numbers, capacity * Numbers);
        archive.Array(ref _boxes, capacity * 2 * _features);
        archive.Array(ref _targets, capacity * _width);
        if (!archive.IsReading) return;
        var seen = new bool[_nodes];
        for (var node = 0; node < _nodes; node++)
        {
            archive.Require(node == 0 ? Link(0, Parent) == -1 : Link(node, Parent) >= 0 && Link(node, Parent) < _nodes, "a node has no parent");
            if (IsLeaf(node)) continue;
            foreach (var child in (ReadOnlySpan<int>)[Link(node, Left), Link(node, Right)])
            {
                archive.Require(child > 0 && child < _nodes && !seen[child] && Link(child, Parent) == node, "a tree leads nowhere");
                seen[child] = true;
            }
            archive.Require(Link(node, Column) >= 0 && Link(node, Column) < _features, "a split does not fit its column");
        }
        // One parent each, all but the root: a tree, unless a ring stands beside it; from the root down none is reached then.
        foreach (var number in _numbers.AsSpan(0, _nodes * Numbers)) archive.Require(!double.IsNaN(number), "a node holds NaN");
        foreach (var number in _targets.AsSpan(0, _nodes * _width)) archive.Require(double.IsFinite(number), "a node holds no number");
    }

    bool IsLeaf(int node) => _links[node * Links + Left] < 0;

    ref int Link(int node, int which) => ref _links[node * Links + which];

    ref double Number(int node, int which) => ref _numbers[node * Numbers + which];

    int ChildOf(int node, ReadOnlySpan<double> row)
    {
        var value = row[Link(node, Column)];
        var (left, right) = (Link(node, Left), Link(node, Right));
        return value <= Number(node, Threshold) ? left : value > Number(node, Threshold) ? right : Number(left, Count) >= Number(right, Count) ? left : right;
    }

    double Answer(int node, int k, int classes) => _isClass ? ((k < _width ? _targets[node * _width + k] : 0) + 0.5) / (Number(node, Count) + 0.5 * classes) : _targets[node];

    void Weigh(int node, double target)
    {
        double loss;
        if (_isClass) loss = -Math.Log(Answer(node, (int)target, _width));
        else
        {
            var error = _targets[node] - target;
            loss = error * error / 2;
        }
        Number(node, LogWeight) = Math.Max(Number(node, LogWeight) - _step * loss, -1e9);
    }

    void Add(int node, double target)
    {
        var count = ++Number(node, Count);
        if (_isClass) _targets[node * _width + (int)target]++;
        else _targets[node] += (target - _targets[node]) / count;
    }

    void Extend(int node, ReadOnlySpan<double> row)
    {
        for (var i = 0; i < row.Length; i++)
        {
            ref var least = ref _boxes[(node * _features + i) * 2];
            ref var greatest = ref _boxes[(node * _features + i) * 2 + 1];
            if (row[i] < least) least = row[i];
            if (row[i] > greatest) greatest = row[i];
        }
    }

    // 0 if the node is not to be split by this row.
    double SplitTime(int node, ReadOnlySpan<double> row, double target, ref SeededRandom random)
    {
        if (_nodes + 2 > _nodesMax) return 0;
        // Rows of one class need no split.
        if (IsLeaf(node) && (_isClass ? _targets[node * _width + (int)target] == Number(node, Count) : _targets[node] == target)) return 0;
        var sum = 0.0;
        for (var i = 0; i < row.Length; i++)
        {
            var (least, greatest) = (_boxes[(node * _features + i) * 2], _boxes[(node * _features + i) * 2 + 1]);
            var beyond = row[i] > greatest ? row[i] - greatest : row[i] < least ? least - row[i] : 0;
            if (beyond > 0)
            {
                var width = Math.Max(_boxes[i * 2 + 1], row[i]) - Math.Min(_boxes[i * 2], row[i]);
                beyond = double.IsFinite(beyond) && width > 0 ? beyond / width : 0;
            }
            _extensions[i] = beyond;
            sum += beyond;
        }
        if (!(sum > 0)) return 0;
        var time = Number(node, Time) - Math.Log(1 - random.NextDouble()) / sum;
        return IsLeaf(node) || time < Number(Link(node, Left), Time) ? time : 0;
    }

    // The node becomes a split; what it was goes to one side, the row's new leaf to the other.
    int Split(int node, ReadOnlySpan<double> row, double time, ref SeededRandom random)
    {
        var sum = 0.0;
        foreach (var extension in _extensions) sum += extension;
        var drawn = random.NextDouble() * sum;
        var column = 0;
        for (var i = 0; i < _extensions.Length; i++)
        {
            if (_extensions[i] <= 0) continue;
            column = i;
            if ((drawn -= _extensions[i]) <= 0) break;
        }
        var (least, greatest) = (_boxes[(node * _features + column) * 2], _boxes[(node * _features + column) * 2 + 1]);
        var isRight = row[column] > greatest;
        var (from, to) = isRight ? (greatest, row[column]) : (row[column], least);
        var threshold = Math.Min(from + (to - from) * random.NextDouble(), Math.BitDecrement(to));
        var old = NewNode(node, time);
        var fresh = NewNode(node, time);
        // The old node moves with all that it has; its children learn of their new parent.
        _numbers.AsSpan(node * Numbers, Numbers).CopyTo(_numbers.AsSpan(old * Numbers));
        _boxes.AsSpan(node * 2 * _features, 2 * _features).CopyTo(_boxes.AsSpan(old * 2 * _features));
        _targets.AsSpan(node * _width, _width).CopyTo(_targets.AsSpan(old * _width));
        Number(old, Time) = time;
        (Link(old, Left), Link(old, Right), Link(old, Column)) = (Link(node, Left), Link(node, Right), Link(node, Column));
        if (!IsLeaf(old)) (Link(Link(old, Left), Parent), Link(Link(old, Right), Parent)) = (old, old);
        (Link(node, Left), Link(node, Right), Link(node, Column)) = isRight ? (old, fresh, column) : (fresh, old, column);
        Number(node, Threshold) = threshold;
        return fresh;
    }

    int NewNode(int parent, double time)
    {
        var capacity = _links.Length / Links;
        if (_nodes == capacity)
        {
            var more = Math.Min(Math.Max(_nodesMax, 64), capacity * 2);
            Array.Resize(ref _links, more * Links);
            Array.Resize(ref _numbers, more * Numbers);
            Array.Resize(ref _boxes, more * 2 * _features);
            Array.Resize(ref _targets, more * _width);
        }
        var node = _nodes++;
        (Link(node, Left), Link(node, Right), Link(node, Parent), Link(node, Column)) = (-1, -1, parent, 0);
        _numbers.AsSpan(node * Numbers, Numbers).Clear();
        Number(node, Time) = time;
        for (var i = 0; i < _features; i++) (_boxes[(node * _features + i) * 2], _boxes[(node * _features + i) * 2 + 1]) = (double.PositiveInfinity, double.NegativeInfinity);
        _targets.AsSpan(node * _width, _width).Clear();
        return node;
    }

    static double LogMean(double a, double b)
    {
        var most = Math.Max(a, b);
        return most + Math.Log(0.5 * (Math.Exp(a - most) + Math.Exp(b - most)));
    }
}
