using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Drift;

/// <summary>Tells when the last values are distributed otherwise than those before: not only their mean, any change of shape.</summary>
/// <remarks>
/// <para>
/// Kolmogorov-Smirnov test of the newest 30 of the last 100 values against the 70 before them; the published method draws 30 of these by chance, all of them are taken here, so that no seed is needed.
/// Cost: a pass over both sorted windows at each value. Any numbers; no warnings.
/// </para>
/// <para>Weakness: it looks at 100 values only, so small changes escape it; at each value it tests anew, so α must be small.</para>
/// <para>Raab, Heusinger and Schleif (2020), Reactive soft prototype computing for concept drift streams, Neurocomputing 416.</para>
/// </remarks>
public sealed class Kswin : IDriftDetector
{
    double _confidence;
    int _window, _newest;
    RecentValues _old, _new;

    /// <summary>A detector that has seen nothing.</summary>
    /// <param name="confidence">α: chance of a false change at one test, above 0 and below 1.</param>
    /// <param name="window">Values that are kept.</param>
    /// <param name="newest">How many of them are the newest that are tested, at least 2 and less than the window.</param>
    public Kswin(double confidence = 1e-4, int window = 100, int newest = 30)
    {
        if (!(confidence > 0 && confidence < 1)) throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "α is above 0 and below 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(newest, 2);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, newest);
        (_confidence, _window, _newest) = (confidence, window, newest);
        (_old, _new) = (new(window - newest), new(newest));
    }

    /// <inheritdoc/>
    public bool IsWarning => false;

    /// <inheritdoc/>
    public bool Update(double value)
    {
        if (double.IsNaN(value)) return false;
        if (_new.Count == _newest) _old.Add(_new.Ago(_newest - 1));
        _new.Add(Lanes.Bounded(value));
        if (_old.Count < _window - _newest) return false;
        var limit = Math.Sqrt(-Math.Log(_confidence / 2) / 2 * _window / ((double)_newest * (_window - _newest)));
        if (Distance(_old.Sorted, _new.Sorted) <= limit) return false;
        _old.Clear();
        return true;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _old.Clear();
        _new.Clear();
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        archive.Value(ref _confidence);
        archive.Value(ref _window, 3, 1 << 20);
        archive.Value(ref _newest, 2, _window - 1);
        archive.Require(_confidence is > 0 and < 1, "its confidence is out of range");
        if (archive.IsReading) (_old, _new) = (new(_window - _newest), new(_newest));
        _old.Transfer(archive);
        _new.Transfer(archive);
    }

    /// <summary>The greatest distance between the shares of two sorted samples up to any value.</summary>
    static double Distance(ReadOnlySpan<double> one, ReadOnlySpan<double> two)
    {
        var most = 0.0;
        int i = 0, j = 0;
        while (i < one.Length && j < two.Length)
        {
            var value = Math.Min(one[i], two[j]);
            while (i < one.Length && one[i] == value) i++;
            while (j < two.Length && two[j] == value) j++;
            most = Math.Max(most, Math.Abs((double)i / one.Length - (double)j / two.Length));
        }
        return most;
    }
}
