using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Anomalies;

/// <summary>Watches several columns that depend on each other: fades the rows and tells how far the faded row lies from where it was while all was well, in all columns together.</summary>
/// <remarks>
/// <para>
/// z += λ (x - z); distance² = (z - μ)ᵀ (S + ridge)⁻¹ (z - μ) with mean μ and covariance S of the first faded rows, which are taken for usual and set the limits for good; score = r / (1 + r), r being the distance divided by
/// the one that 1 % of the first rows passed: 0.5 is that level, 0.75 three times it. Missing values count as the last ones. Cost: d² a row, and the first rows are kept until they are enough.
/// </para>
/// <para>Weakness: the first rows score 0 and must be usual ones; what is usual does not change by itself (reset it to learn anew); it sees shifts that last rather than single odd rows.</para>
/// <para>Lowry, Woodall, Champ and Rigdon (1992), A multivariate exponentially weighted moving average control chart, Technometrics 34, 46-53.</para>
/// </remarks>
public sealed class MewmaDetector : IAnomalyDetector
{
    const double Ridge = 0.05, Level = 0.99, RatioMax = 1e9;

    FeatureSet _features = FeatureSet.Numeric(1);
    double _share = 0.1, _level;
    int _training = 400;
    double[] _row = [], _next = [], _mean = [], _factor = [], _distance = [], _first = [];
    int _rows;

    /// <summary>A detector that has learned nothing.</summary>
    /// <param name="features">The columns; categories are left out of account.</param>
    /// <param name="share">λ: how much of a new row counts in the faded one, above 0, at most 1; 1 looks at each row by itself.</param>
    /// <param name="training">How many of the first rows set mean, covariance and level, 10 to a million; some times as many as there are columns.</param>
    public MewmaDetector(FeatureSet features, double share = 0.1, int training = 400)
    {
        if (!(share > 0 && share <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "The share is above 0 and at most 1.");
        ArgumentOutOfRangeException.ThrowIfLessThan(training, 10);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(training, 1_000_000);
        (_features, _share, _training) = (features, share, training);
        Reset();
    }

    internal MewmaDetector() { }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    int Width => _features.NumericColumns.Length;

    /// <inheritdoc/>
    public void Reset()
    {
        Begin();
        (_first, _rows, _level) = (new double[_training * Width], 0, 0);
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        Fade(features);
        _next.CopyTo(_row, 0);
        if (_rows == _training) return;
        _row.CopyTo(_first.AsSpan(_rows * Width));
        if (++_rows == _training) Settle();
    }

    /// <inheritdoc/>
    public double Score(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        if (_rows < _training) return 0;
        Fade(features);
        var distance = Distance(_next);
        var ratio = _level > 0 ? Math.Min(distance / _level, RatioMax) : distance > 1e-9 ? RatioMax : 0;
        return ratio / (1 + ratio);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _share);
        archive.Value(ref _training, 10, 1_000_000);
        archive.Value(ref _rows, 0, _training);
        archive.Require(_share is > 0 and <= 1, "its settings are out of range");
        if (archive.IsReading) Begin();
        archive.Array(ref _row, Width);
        archive.Array(ref _mean, Width);
        archive.Array(ref _factor, Width * Width);
        archive.Array(ref _first, _rows < _training ? _training * Width : 0);
        archive.Value(ref _level);
        foreach (var number in (ReadOnlySpan<double[]>)[_row, _mean, _factor]) archive.Require(Array.TrueForAll(number, double.IsFinite), "a number is not finite");
    }

    void Begin()
    {
        (_row, _next, _distance) = (new double[Width], new double[Width], new double[Width]);
        (_mean, _factor) = (new double[Width], new double[Width * Width]);
    }

    void Fade(ReadOnlySpan<double> features)
    {
        for (var i = 0; i < Width; i++)
        {
            var value = Lanes.Bounded(features[_features.NumericColumns[i]]);
            _next[i] = double.IsNaN(value) ? _row[i] : _rows == 0 ? value : _row[i] + _share * (value - _row[i]);
        }
    }

    // Mean, covariance and level of the first rows, which are then given up.
    void Settle()
    {
        var covariance = new double[Width * Width];
        for (var row = 0; row < _training; row++)
            for (var i = 0; i < Width; i++) _mean[i] += (_first[row * Width + i] - _mean[i]) / (row + 1);
        for (var row = 0; row < _training; row++)
            for (var i = 0; i < Width; i++)
                for (var j = 0; j <= i; j++)
                    covariance[i * Width + j] += (_first[row * Width + i] - _mean[i]) * (_first[row * Width + j] - _mean[j]) / _training;
        Factorise(covariance);
        var distances = new double[_training];
        for (var row = 0; row < _training; row++) distances[row] = Distance(_first.AsSpan(row * Width, Width));
        Array.Sort(distances);
        _level = distances[(int)(Level * (_training - 1))];
        _first = [];
    }

    // Forward substitution: with S = L Lᵀ the distance² is |L⁻¹ (z - μ)|². Columns that never moved count nothing.
    double Distance(ReadOnlySpan<double> row)
    {
        var sum = 0.0;
        for (var i = 0; i < Width; i++)
        {
            var diagonal = _factor[i * Width + i];
            var value = row[i] - _mean[i];
            for (var j = 0; j < i; j++) value -= _factor[i * Width + j] * _distance[j];
            _distance[i] = diagonal > 0 ? Math.Clamp(value / diagonal, -1e100, 1e100) : 0;
            sum += _distance[i] * _distance[i];
        }
        return Math.Sqrt(sum);
    }

    // Cholesky's factor of the covariance with a little more on its diagonal, so that columns that say the same do no harm.
    void Factorise(double[] covariance)
    {
        for (var i = 0; i < Width; i++)
            for (var j = 0; j <= i; j++)
            {
                var sum = covariance[i * Width + j] * (i == j ? 1 + Ridge : 1);
                for (var k = 0; k < j; k++) sum -= _factor[i * Width + k] * _factor[j * Width + k];
                var diagonal = _factor[j * Width + j];
                var cell = i == j ? Math.Sqrt(Math.Max(sum, 0)) : diagonal > 0 ? sum / diagonal : 0;
                _factor[i * Width + j] = double.IsFinite(cell) ? cell : 0;
            }
    }
}
