using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Batch;

/// <summary>The last rows with their targets and weights, for a training; the oldest give way to new ones.</summary>
/// <param name="width">Columns of a row.</param>
/// <param name="rowsMax">How many rows are kept.</param>
sealed class RowHistory(int width, int rowsMax)
{
    double[] _cells = [];
    double[] _targets = [];
    double[] _weights = [];
    int _next;

    public int Count => Math.Min(_seen < int.MaxValue ? (int)_seen : int.MaxValue, Math.Min(rowsMax, _targets.Length));

    /// <summary>Rows that were ever added.</summary>
    public long Seen => _seen;

    long _seen;

    public int Width => width;

    /// <summary>A row's numbers within ±1e100, NaN where missing.</summary>
    public ReadOnlySpan<double> this[int row] => _cells.AsSpan(row * width, width);

    public ReadOnlySpan<double> Targets => _targets.AsSpan(0, Count);

    public ReadOnlySpan<double> Weights => _weights.AsSpan(0, Count);

    public void Add(ReadOnlySpan<double> features, double target, double weight)
    {
        if (_next == _targets.Length && _targets.Length < rowsMax) Grow();
        Lanes.CopyBounded(features, _cells.AsSpan(_next * width, width));
        (_targets[_next], _weights[_next]) = (target, weight);
        if (++_next == rowsMax) _next = 0;
        _seen++;
    }

    public void Clear() => (_cells, _targets, _weights, _next, _seen) = ([], [], [], 0, 0);

    public void Transfer(Archive archive)
    {
        var count = Count;
        var cells = archive.IsReading ? [] : _cells[..(count * width)];
        var targets = archive.IsReading ? [] : _targets[..count];
        var weights = archive.IsReading ? [] : _weights[..count];
        archive.Array(ref targets);
        archive.Require(targets.Length <= rowsMax, "it keeps more rows than it may");
        archive.Array(ref weights, targets.Length);
        archive.Array(ref cells, targets.Length * width);
        archive.Value(ref _seen);
        archive.Value(ref _next, 0, rowsMax);
        if (!archive.IsReading) return;
        archive.Require(_seen >= targets.Length && (targets.Length == rowsMax ? _next < rowsMax : _next == targets.Length && _seen == _next), "its rows have a gap");
        foreach (var target in targets) archive.Require(double.IsFinite(target), "a target is not finite");
        foreach (var weight in weights) archive.Require(weight > 0 && double.IsFinite(weight), "a weight is not above 0");
        (_cells, _targets, _weights) = (cells, targets, weights);
    }

    void Grow()
    {
        var rows = (int)Math.Min(rowsMax, Math.Max(64, 2L * _targets.Length));
        Array.Resize(ref _cells, checked(rows * width));
        Array.Resize(ref _targets, rows);
        Array.Resize(ref _weights, rows);
    }
}
