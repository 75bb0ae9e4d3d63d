using Millrace.Learning.Images;

namespace Millrace.Learning.Metrics;

/// <summary>How often a class was true and another one predicted, over a horizon.</summary>
/// <remarks>Grows with the classes; apart from that adding allocates nothing. K classes take K² numbers.</remarks>
public sealed class ConfusionMatrix
{
    readonly Horizon _horizon;
    readonly (int Truth, int Predicted)[] _ring;
    double[] _counts;
    int _next;
    double _unit = 1;

    /// <summary>An empty matrix.</summary>
    /// <param name="classes">Classes to begin with.</param>
    /// <param name="horizon">Which rows count.</param>
    public ConfusionMatrix(int classes, Horizon horizon)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        Classes = classes;
        _horizon = horizon;
        _counts = new double[classes * classes];
        _ring = new (int, int)[horizon.Rows];
        Array.Fill(_ring, (-1, -1));
    }

    /// <summary>Number of classes.</summary>
    public int Classes { get; private set; }

    /// <summary>Weight of a pair of classes: a count of rows, faded where the horizon fades.</summary>
    /// <param name="truth">The true class.</param>
    /// <param name="predicted">The predicted class.</param>
    public double this[int truth, int predicted] => truth < Classes && predicted < Classes ? _counts[truth * Classes + predicted] / _unit : 0;

    /// <summary>Counts a row.</summary>
    /// <param name="truth">The true class, 0 or more.</param>
    /// <param name="predicted">The predicted class, 0 or more.</param>
    public void Add(int truth, int predicted)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(truth);
        ArgumentOutOfRangeException.ThrowIfNegative(predicted);
        if (truth >= Classes || predicted >= Classes) Grow(Math.Max(truth, predicted) + 1);
        if (_horizon.Factor < 1) Fade();
        _counts[truth * Classes + predicted] += _unit;
        if (_ring.Length == 0) return;
        ref var place = ref _ring[_next];
        if (place.Truth >= 0) _counts[place.Truth * Classes + place.Predicted]--;
        place = (truth, predicted);
        if (++_next == _ring.Length) _next = 0;
    }

    /// <summary>Weight of the rows in which a class was true.</summary>
    public double Actual(int truth)
    {
        var sum = 0.0;
        for (var p = 0; p < Classes; p++) sum += this[truth, p];
        return sum;
    }

    /// <summary>Weight of the rows in which a class was predicted.</summary>
    public double Predicted(int predicted)
    {
        var sum = 0.0;
        for (var t = 0; t < Classes; t++) sum += this[t, predicted];
        return sum;
    }

    internal void Transfer(Archive archive)
    {
        var classes = Classes;
        archive.Value(ref classes, 1, IClassifier.ClassesMax);
        archive.Array(ref _counts);
        archive.Require(_counts.Length == (long)classes * classes, "a confusion matrix is not square");
        Classes = classes;
        var pairs = new int[2 * _ring.Length];
        for (var i = 0; i < _ring.Length; i++) (pairs[2 * i], pairs[2 * i + 1]) = _ring[i];
        archive.Array(ref pairs, pairs.Length, -1, classes - 1);
        for (var i = 0; i < _ring.Length; i++) _ring[i] = (pairs[2 * i], pairs[2 * i + 1]);
        archive.Value(ref _next, 0, Math.Max(0, _ring.Length - 1));
        archive.Value(ref _unit);
    }

    // A new row weighs a little more than the one before; that saves fading K² numbers a row.
    void Fade()
    {
        _unit /= _horizon.Factor;
        if (_unit < 1e100) return;
        for (var i = 0; i < _counts.Length; i++) _counts[i] /= _unit;
        _unit = 1;
    }

    void Grow(int classes)
    {
        var counts = new double[classes * classes];
        for (var t = 0; t < Classes; t++) _counts.AsSpan(t * Classes, Classes).CopyTo(counts.AsSpan(t * classes));
        _counts = counts;
        Classes = classes;
    }
}
