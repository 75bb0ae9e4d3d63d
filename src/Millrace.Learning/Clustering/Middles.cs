using System.Runtime.Intrinsics;
using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Clustering;

/// <summary>Points of some columns, each with a weight, in one array: what small clusters and large ones are kept as.</summary>
sealed class Middles(int columns)
{
    readonly int _width = Lanes.Padded(columns);
    double[] _cells = [];
    double[] _weights = [];

    public int Count { get; private set; }

    public int Columns => columns;

    /// <summary>Numbers of a point with its padding.</summary>
    public int Width => _width;

    public Span<double> this[int i] => _cells.AsSpan(i * _width, _width);

    public ref double Weight(int i) => ref _weights[i];

    /// <summary>A point in the middle with its padding.</summary>
    public ReadOnlySpan<double> Padded(int i) => _cells.AsSpan(i * _width, _width);

    public int Add(ReadOnlySpan<double> padded, double weight)
    {
        if (Count == _weights.Length)
        {
            var more = Math.Max(8, 2 * Count);
            Array.Resize(ref _weights, more);
            Array.Resize(ref _cells, more * _width);
        }
        padded.CopyTo(this[Count]);
        _weights[Count] = weight;
        return Count++;
    }

    /// <summary>Takes a point away; the last one takes its place.</summary>
    public void Remove(int i)
    {
        Count--;
        this[Count].CopyTo(this[i]);
        _weights[i] = _weights[Count];
    }

    public void Clear() => Count = 0;

    /// <summary>Moves a point a share of the way to a row.</summary>
    public void Move(int i, ReadOnlySpan<double> padded, double share)
    {
        var middle = this[i];
        var shares = Vector512.Create(share);
        for (var c = 0; c < _width; c += Lanes.Count)
        {
            var place = Lanes.At(middle, c);
            Lanes.Put(place + (Lanes.At(padded, c) - place) * shares, middle, c);
        }
    }

    /// <summary>The nearest point and its squared distance; -1 if there is none. The first of equals.</summary>
    public int Nearest(ReadOnlySpan<double> padded, out double distance)
    {
        var best = -1;
        distance = double.PositiveInfinity;
        for (var i = 0; i < Count; i++)
        {
            var d = Distance(padded, Padded(i));
            if (d < distance || best < 0) (best, distance) = (i, d);
        }
        return best;
    }

    public static double Distance(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = Vector512<double>.Zero;
        for (var i = 0; i < a.Length; i += Lanes.Count)
        {
            var difference = Lanes.At(a, i) - Lanes.At(b, i);
            sum += difference * difference;
        }
        return Vector512.Sum(sum);
    }

    public void Transfer(Archive archive)
    {
        var (cells, weights) = archive.IsReading ? ([], []) : (_cells[..(Count * _width)], _weights[..Count]);
        archive.Array(ref weights);
        archive.Array(ref cells, weights.Length * _width);
        if (!archive.IsReading) return;
        foreach (var cell in cells) archive.Require(double.IsFinite(cell), "a middle is not finite");
        foreach (var weight in weights) archive.Require(weight >= 0 && double.IsFinite(weight), "a weight is below 0");
        (_cells, _weights, Count) = (cells, weights, weights.Length);
    }
}
