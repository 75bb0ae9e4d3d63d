using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Anomalies;

/// <summary>What <see cref="MetricDetector"/> knows of one column: its values, its season, and how far each of three measures went before.</summary>
sealed class MetricColumn
{
    const int Kept = 4096, ForSeason = 2500, SeasonMin = 8, Nearby = 3, Seasons = 3, Begin = 200, Again = 100;
    const double LevelShare = 0.3, SeasonShare = 1.0 / 12, LeastCorrelation = 0.3;

    readonly RecentValues _values = new(Kept);
    readonly PastMeasure _jumps = new(), _ranges = new(), _seasons = new();
    double[] _work = [];
    double _level, _offSeason, _largest;
    int _season;
    long _rows;

    /// <summary>How far beyond its usual bounds a value lies: the largest of the three ratios.</summary>
    public double Ratio(double value)
    {
        if (double.IsNaN(value) || _rows == 0) return 0;
        var least = 1e-9 * Math.Max(_largest, Math.Abs(value));
        return Math.Max(_jumps.Ratio(Math.Abs(value - _level), least), Math.Max(_ranges.Ratio(Range(value), 1e-9), _seasons.Ratio(Season(value), least)));
    }

    public void Learn(double value)
    {
        if (double.IsNaN(value)) return;
        if (_rows == 0) _level = value;
        _jumps.Add(Math.Abs(value - _level));
        _ranges.Add(Range(value));
        _offSeason = Season(value);
        _seasons.Add(_offSeason);
        _level += LevelShare * (value - _level);
        _largest = Math.Max(_largest, Math.Abs(value));
        _values.Add(value);
        _rows++;
        if (_rows >= Begin && _rows % Again == 0) FindSeason();
    }

    public void Transfer(Archive archive)
    {
        _values.Transfer(archive);
        _jumps.Transfer(archive);
        _ranges.Transfer(archive);
        _seasons.Transfer(archive);
        archive.Value(ref _level);
        archive.Value(ref _offSeason);
        archive.Value(ref _largest);
        archive.Value(ref _season, 0, ForSeason);
        archive.Value(ref _rows);
        archive.Require(_rows >= _values.Count && (_season == 0 || _values.Count > _season + Nearby), "a season is longer than its values");
    }

    // In quartile distances beyond the range of 98 % of the values.
    double Range(double value)
    {
        var sorted = _values.Sorted;
        var n = sorted.Length;
        if (n <= 20) return 0;
        var (low, high) = (sorted[(int)(0.01 * n)], sorted[(int)(0.99 * n)]);
        var width = sorted[(int)(0.75 * n)] - sorted[(int)(0.25 * n)] + 0.1 * (high - low) + 1e-9 * _largest;
        var beyond = Math.Max(0, Math.Max(value - high, low - value));
        return beyond > 0 ? width > 0 ? Math.Min(beyond / width, 1e9) : 1e9 : 0;
    }

    // Distance beyond what stood nearby in the last seasons, faded.
    double Season(double value)
    {
        if (_season == 0) return _offSeason;
        double least = double.PositiveInfinity, greatest = double.NegativeInfinity;
        for (var k = 1; k <= Seasons && k * _season + Nearby <= _values.Count; k++)
            for (var steps = k * _season - Nearby; steps <= k * _season + Nearby; steps++)
            {
                var then = _values.Ago(steps - 1);
                least = Math.Min(least, then);
                greatest = Math.Max(greatest, then);
            }
        return _offSeason + SeasonShare * (Math.Max(0, Math.Max(value - greatest, least - value)) - _offSeason);
    }

    // The lag of highest autocorrelation behind the first one that has none.
    void FindSeason()
    {
        var n = Math.Min(_values.Count, ForSeason);
        if (_work.Length == 0) _work = new double[ForSeason];
        var work = _work.AsSpan(0, n);
        var (low, high) = (_values.Quantile(0.02), _values.Quantile(0.98));
        var mean = 0.0;
        for (var i = 0; i < n; i++)
        {
            work[i] = Math.Clamp(_values.Ago(n - 1 - i), low, high);
            mean += work[i] / n;
        }
        // Within 1, so that sums of products stay finite for all magnitudes.
        var width = Math.Max(high - mean, mean - low);
        _season = 0;
        if (!(width > 0)) return;
        foreach (ref var value in work) value = (value - mean) / width;
        var whole = Correlation(work, 0);
        if (!(whole > 0)) return;
        var lag = SeasonMin;
        while (lag < n / 2 && Correlation(work, lag) > 0.1 * whole) lag++;
        var best = LeastCorrelation * whole;
        for (; lag < n / 2; lag++)
        {
            var correlation = Correlation(work, lag);
            if (correlation <= best) continue;
            (best, _season) = (correlation, lag);
        }
    }

    static double Correlation(ReadOnlySpan<double> values, int lag)
    {
        var earlier = values[..^lag];
        var later = values[lag..];
        var even = earlier.Length / Lanes.Count * Lanes.Count;
        var sum = Lanes.Dot(earlier[..even], later[..even]);
        for (var i = even; i < earlier.Length; i++) sum += earlier[i] * later[i];
        return sum / earlier.Length;
    }
}
