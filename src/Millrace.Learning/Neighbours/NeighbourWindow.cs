using System.Runtime.Intrinsics;
using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Neighbours;

/// <summary>The last rows with their targets, and the nearest of them to a row: all are looked at, so that none is missed.</summary>
/// <remarks>Distances are Euclidean over the features as they are; missing numbers and those beyond bounds count as 0. One pass over the window, eight numbers at once.</remarks>
sealed class NeighbourWindow(int features, int rows, int neighbours)
{
    readonly int _width = Lanes.Padded(features);
    readonly double[] _row = new double[Lanes.Padded(features)];
    readonly double[] _distances = new double[neighbours];
    readonly double[] _found = new double[neighbours];
    double[] _cells = new double[rows * Lanes.Padded(features)];
    double[] _targets = new double[rows];
    int _count, _next;

    public int Count => _count;

    public IEnumerable<double> Targets => _targets.Take(_count);

    public void Add(ReadOnlySpan<double> row, double target)
    {
        Lanes.CopyDense(row, _cells.AsSpan(_next * _width, _width));
        _targets[_next] = target;
        if (_count < rows) _count++;
        if (++_next == rows) _next = 0;
    }

    /// <summary>Targets of the nearest rows, the nearest first; of equals the one that stands first in the window.</summary>
    public ReadOnlySpan<double> Nearest(ReadOnlySpan<double> row, out ReadOnlySpan<double> distances)
    {
        Lanes.CopyDense(row, _row);
        var found = 0;
        for (var i = 0; i < _count; i++)
        {
            var distance = Distance(_row, _cells.AsSpan(i * _width, _width));
            if (found == neighbours && !(distance < _distances[found - 1])) continue;
            var place = found < neighbours ? found++ : found - 1;
            for (; place > 0 && distance < _distances[place - 1]; place--) (_distances[place], _found[place]) = (_distances[place - 1], _found[place - 1]);
            (_distances[place], _found[place]) = (distance, _targets[i]);
        }
        distances = _distances.AsSpan(0, found);
        return _found.AsSpan(0, found);
    }

    public void Clear() => (_count, _next) = (0, 0);

    public void Transfer(Archive archive)
    {
        archive.Value(ref _count, 0, rows);
        archive.Value(ref _next, 0, rows - 1);
        archive.Array(ref _cells, rows * _width);
        archive.Array(ref _targets, rows);
        archive.Require(_count == rows || _next == _count, "a window has a gap");
        foreach (var target in _targets) archive.Require(double.IsFinite(target), "a target is not finite");
    }

    static double Distance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = Vector512<double>.Zero;
        for (var i = 0; i < a.Length; i += Lanes.Count)
        {
            var difference = Lanes.At(a, i) - Lanes.At(b, i);
            sum += difference * difference;
        }
        return Vector512.Sum(sum);
    }
}
