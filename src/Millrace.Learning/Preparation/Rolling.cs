using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Preparation;

/// <summary>Adds the mean and the deviation of each number over the last rows behind the columns, the row itself included.</summary>
/// <remarks>
/// Counts rows that were learned; a row that is only predicted is judged together with the rows before it and not kept. Missing numbers are left out; a window without one is missing.
/// Cost: one pass over the window. Hyndman and Athanasopoulos (2021), Forecasting: principles and practice, 7.4.
/// </remarks>
public sealed class Rolling : ITransform
{
    const int WindowMax = 1 << 16;

    FeatureSet _features = FeatureSet.Numeric(1);
    int _window = 10;
    double[] _past = [];
    long _rows;
    bool _holdsCurrent;

    /// <summary>A transform that has seen nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="window">How many rows, 2 to 65,536.</param>
    public Rolling(FeatureSet features, int window = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(window, WindowMax);
        (_features, _window) = (features, window);
        Output = Columns();
        Reset();
    }

    internal Rolling() => Output = _features;

    /// <inheritdoc/>
    public FeatureSet Input => _features;

    /// <inheritdoc/>
    public FeatureSet Output { get; private set; }

    int Numbers => _features.NumericColumns.Length;

    /// <inheritdoc/>
    public void Reset() => (_past, _rows, _holdsCurrent) = (new double[_window * Numbers], 0, false);

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target)
    {
        _features.Check(features);
        var place = (int)(_rows++ % _window) * Numbers;
        foreach (var column in _features.NumericColumns) _past[place++] = Lanes.Bounded(features[column]);
        _holdsCurrent = true;
    }

    /// <inheritdoc/>
    public void Transform(ReadOnlySpan<double> features, Span<double> output)
    {
        _features.Check(features);
        features.CopyTo(output);
        var known = _holdsCurrent ? _rows - 1 : _rows;
        _holdsCurrent = false;
        for (var i = 0; i < Numbers; i++)
        {
            var column = _features.NumericColumns[i];
            output[column] = Lanes.Bounded(output[column]);
            double count = 0, mean = 0, squares = 0;
            for (var ago = 0; ago < _window && ago <= known; ago++)
            {
                var value = ago == 0 ? output[column] : _past[(int)((known - ago) % _window) * Numbers + i];
                if (double.IsNaN(value)) continue;
                var distance = value - mean;
                mean += distance / ++count;
                squares += distance * (value - mean);
            }
            output[features.Length + 2 * i] = count > 0 ? mean : double.NaN;
            output[features.Length + 2 * i + 1] = count > 0 ? Math.Sqrt(squares / count) : double.NaN;
        }
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _window, 2, WindowMax);
        if (archive.IsReading)
        {
            archive.Require(archive.CanHold(8L * _window * Numbers), "it is too short for its window");
            Output = Columns();
            Reset();
        }
        archive.Array(ref _past, _window * Numbers);
        archive.Value(ref _rows);
        archive.Require(_rows >= 0, "a count is negative");
        archive.Value(ref _holdsCurrent);
    }

    FeatureSet Columns()
    {
        var kinds = new FeatureKind[_features.Count + 2 * Numbers];
        foreach (var column in _features.NominalColumns) kinds[column] = FeatureKind.Nominal;
        return new(kinds);
    }
}
