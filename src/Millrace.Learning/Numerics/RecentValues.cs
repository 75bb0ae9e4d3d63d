using Millrace.Learning.Images;

namespace Millrace.Learning.Numerics;

/// <summary>The last values of a stream in order of time and sorted: any quantile of them is exact.</summary>
/// <remarks>16 bytes a value; adding moves half of the sorted ones on average.</remarks>
/// <param name="capacity">How many are kept, 1 or more.</param>
sealed class RecentValues(int capacity)
{
    double[] _ring = new double[capacity];
    double[] _sorted = new double[capacity];
    int _count;
    int _next;

    public int Count => _count;

    /// <summary>From the least to the greatest.</summary>
    public ReadOnlySpan<double> Sorted => _sorted.AsSpan(0, _count);

    /// <summary>The value of a number of steps ago, 0 for the newest; fewer steps than there are values.</summary>
    public double Ago(int steps) => _ring[(_next - 1 - steps + 2 * _ring.Length) % _ring.Length];

    /// <summary>Adds a value, which must not be NaN.</summary>
    public void Add(double value)
    {
        var sorted = _sorted;
        if (_count == _ring.Length)
        {
            var old = Array.BinarySearch(sorted, 0, _count, _ring[_next]);
            _count--;
            Array.Copy(sorted, old + 1, sorted, old, _count - old);
        }
        var place = Array.BinarySearch(sorted, 0, _count, value);
        if (place < 0) place = ~place;
        Array.Copy(sorted, place, sorted, place + 1, _count - place);
        sorted[place] = value;
        _count++;
        _ring[_next] = value;
        _next = _next + 1 == _ring.Length ? 0 : _next + 1;
    }

    /// <summary>The value that a share of the values lies below, between two of them where it falls there; NaN of none.</summary>
    public double Quantile(double level)
    {
        if (_count == 0) return double.NaN;
        var place = level * (_count - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, _count - 1);
        return _sorted[below] + (place - below) * (_sorted[above] - _sorted[below]);
    }

    public void Clear() => (_count, _next) = (0, 0);

    public void Transfer(Archive archive)
    {
        archive.Array(ref _ring, _ring.Length);
        archive.Value(ref _count, 0, _ring.Length);
        archive.Value(ref _next, 0, _ring.Length - 1);
        archive.Require(_count == _ring.Length || _next == _count, "a window has a gap");
        if (!archive.IsReading) return;
        _ring.AsSpan(0, _count).CopyTo(_sorted);
        foreach (var value in Sorted) archive.Require(!double.IsNaN(value), "a window holds NaN");
        Array.Sort(_sorted, 0, _count);
    }
}
