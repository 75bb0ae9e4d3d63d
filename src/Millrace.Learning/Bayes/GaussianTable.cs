using System.Runtime.Intrinsics;
using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Bayes;

/// <summary>For each class and each number: count, mean and spread of what was seen, least and greatest, and how likely a value is under the normal distribution they describe.</summary>
/// <remarks>
/// Per class seven padded rows in one array. Factor and exponent of the density are kept, so that asking costs one exp and one log for eight numbers of a class. A value never counts as less
/// likely than 1e-9: one strange column does not outvote all others. A column that never varied is 1 at its value, else 1e-9. Missing numbers (NaN) say nothing.
/// </remarks>
sealed class GaussianTable(int columns, int classes)
{
    const int Counts = 0, Means = 1, Squares = 2, Exponents = 3, Factors = 4, Least = 5, Greatest = 6, Rows = 7;
    const double LeastDensity = 1e-9;

    readonly int _width = Lanes.Padded(columns);
    double[] _cells = Empty(Lanes.Padded(columns), 0, classes);

    public int Columns => columns;

    public int Classes => _width == 0 ? 0 : _cells.Length / (Rows * _width);

    public double Count(int ofClass, int column) => Row(ofClass, Counts)[column];

    public double Mean(int ofClass, int column) => Row(ofClass, Means)[column];

    public double Minimum(int ofClass, int column) => Row(ofClass, Least)[column];

    public double Maximum(int ofClass, int column) => Row(ofClass, Greatest)[column];

    /// <summary>The sample variance; 0 of fewer than two values.</summary>
    public double Variance(int ofClass, int column)
    {
        var count = Row(ofClass, Counts)[column];
        return count > 1 ? Row(ofClass, Squares)[column] / (count - 1) : 0;
    }

    /// <summary>Takes a row of numbers, NaN where missing and in the padding.</summary>
    public void Learn(ReadOnlySpan<double> values, int ofClass, double weight)
    {
        var cells = _cells.AsSpan(ofClass * Rows * _width, Rows * _width);
        var one = Vector512<double>.One;
        var zero = Vector512<double>.Zero;
        for (var i = 0; i < _width; i += Lanes.Count)
        {
            var x = Lanes.At(values, i);
            var isThere = Vector512.Equals(x, x);
            var count = Lanes.At(cells, Counts * _width + i) + Vector512.ConditionalSelect(isThere, Vector512.Create(weight), zero);
            var mean = Lanes.At(cells, Means * _width + i);
            var distance = Vector512.ConditionalSelect(isThere, x - mean, zero);
            mean += distance * weight / Vector512.Max(count, Vector512.Create(double.Epsilon));
            var squares = Lanes.At(cells, Squares * _width + i) + distance * weight * Vector512.ConditionalSelect(isThere, x - mean, zero);
            var least = Lanes.At(cells, Least * _width + i);
            var greatest = Lanes.At(cells, Greatest * _width + i);
            Lanes.Put(count, cells, Counts * _width + i);
            Lanes.Put(mean, cells, Means * _width + i);
            Lanes.Put(squares, cells, Squares * _width + i);
            Lanes.Put(Vector512.ConditionalSelect(Vector512.LessThan(x, least), x, least), cells, Least * _width + i);
            Lanes.Put(Vector512.ConditionalSelect(Vector512.GreaterThan(x, greatest), x, greatest), cells, Greatest * _width + i);

            var variance = squares / (count - one);
            var varies = Vector512.GreaterThan(variance, Vector512.Create(1e-290)) & Vector512.GreaterThan(count, one);
            var isKnown = Vector512.GreaterThan(count, zero);
            var exponent = Vector512.ConditionalSelect(varies, Vector512.Create(-0.5) / variance, Vector512.ConditionalSelect(isKnown, Vector512.Create(-1e300), zero));
            var factor = Vector512.ConditionalSelect(varies, one / Vector512.Sqrt(variance * Math.Tau), one);
            Lanes.Put(exponent, cells, Exponents * _width + i);
            Lanes.Put(factor, cells, Factors * _width + i);
        }
    }

    /// <summary>The logarithm of how likely a row is in a class, were its numbers independent.</summary>
    public double LogDensity(ReadOnlySpan<double> values, int ofClass)
    {
        var cells = _cells.AsSpan(ofClass * Rows * _width, Rows * _width);
        var sum = Vector512<double>.Zero;
        for (var i = 0; i < _width; i += Lanes.Count)
        {
            var x = Lanes.At(values, i);
            var distance = x - Lanes.At(cells, Means * _width + i);
            var density = Lanes.At(cells, Factors * _width + i) * Vector512.Exp(distance * distance * Lanes.At(cells, Exponents * _width + i));
            var log = Vector512.Log(density + Vector512.Create(LeastDensity));
            sum += Vector512.ConditionalSelect(Vector512.Equals(x, x), log, Vector512<double>.Zero);
        }
        return Vector512.Sum(sum);
    }

    /// <summary>Weight of a class's values at most a bound, by the normal distribution between its least and greatest.</summary>
    public double WeightUpTo(int ofClass, int column, double bound)
    {
        var count = Row(ofClass, Counts)[column];
        if (count <= 0 || bound < Row(ofClass, Least)[column]) return 0;
        if (bound >= Row(ofClass, Greatest)[column]) return count;
        var variance = Variance(ofClass, column);
        var mean = Row(ofClass, Means)[column];
        return variance > 0 ? count * Normal.Cumulative((bound - mean) / Math.Sqrt(variance)) : bound >= mean ? count : 0;
    }

    public void Grow(int classes)
    {
        if (classes <= Classes || _width == 0) return;
        var before = Classes;
        var cells = Empty(_width, before, classes);
        _cells.CopyTo(cells, 0);
        _cells = cells;
    }

    /// <summary>Adds what another table has seen (Chan, Golub and LeVeque 1983).</summary>
    public void Merge(GaussianTable other)
    {
        Grow(other.Classes);
        for (var c = 0; c < other.Classes; c++)
            for (var i = 0; i < columns; i++)
            {
                var (n, m) = (Row(c, Counts)[i], other.Row(c, Counts)[i]);
                if (m <= 0) continue;
                var distance = other.Row(c, Means)[i] - Row(c, Means)[i];
                Row(c, Counts)[i] = n + m;
                Row(c, Means)[i] += distance * m / (n + m);
                Row(c, Squares)[i] += other.Row(c, Squares)[i] + distance * distance * n * m / (n + m);
                Row(c, Least)[i] = Math.Min(Row(c, Least)[i], other.Row(c, Least)[i]);
                Row(c, Greatest)[i] = Math.Max(Row(c, Greatest)[i], other.Row(c, Greatest)[i]);
                var variance = Variance(c, i);
                Row(c, Exponents)[i] = variance > 1e-290 ? -0.5 / variance : -1e300;
                Row(c, Factors)[i] = variance > 1e-290 ? 1 / Math.Sqrt(variance * Math.Tau) : 1;
            }
    }

    public void Transfer(Archive archive)
    {
        archive.Array(ref _cells);
        archive.Require(_width == 0 ? _cells.Length == 0 : _cells.Length % (Rows * _width) == 0, "a table of numbers does not fit its columns");
    }

    Span<double> Row(int ofClass, int which) => _cells.AsSpan((ofClass * Rows + which) * _width, _width);

    static double[] Empty(int width, int from, int classes)
    {
        var cells = new double[classes * Rows * width];
        for (var c = from; c < classes; c++)
        {
            cells.AsSpan((c * Rows + Factors) * width, width).Fill(1);
            cells.AsSpan((c * Rows + Least) * width, width).Fill(double.PositiveInfinity);
            cells.AsSpan((c * Rows + Greatest) * width, width).Fill(double.NegativeInfinity);
        }
        return cells;
    }
}
