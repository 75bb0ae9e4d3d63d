using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Forecasting;

/// <summary>Level, trend and season that follow the errors of the forecast; with a linear trend and a season it is Holt-Winters.</summary>
/// <remarks>
/// <para>
/// With the error e = y - ŷ: level += φ trend + α e, trend = φ trend + α β e, season += γ (1 - α) e (divided by the season's factor or the level where it multiplies). The first season only sets
/// level and season. An error counts for no more than five times the usual one, so that a single odd value does not carry level and trend away, and no forecast leaves the range of the values by more than its width.
/// Cost: some nanoseconds a value, 8 bytes a step of the season.
/// </para>
/// <para>Weakness: the shares are fixed (take <see cref="ForecastMixture"/> to have them found); one season only; after a jump of the level it takes 1/α values to follow.</para>
/// <para>Winters (1960), Forecasting sales by exponentially weighted moving averages; Hyndman et al. (2008), Forecasting with exponential smoothing; Gelper, Fried and Croux (2010) for bounded errors.</para>
/// </remarks>
public sealed class ExponentialSmoothing : IForecaster
{
    const double ErrorsMax = 5, ErrorFading = 0.05;

    SmoothingOptions _options;
    double _level, _trend, _usualError, _least, _greatest;
    double[] _season;
    int _place;
    long _count;

    /// <summary>A forecaster that has seen nothing.</summary>
    /// <param name="options">Kinds and shares.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public ExponentialSmoothing(SmoothingOptions options)
    {
        if (!options.IsSound) throw new ArgumentOutOfRangeException(nameof(options), options, "A setting lies outside the range that SmoothingOptions tells.");
        _options = options;
        _season = new double[options.Season == SeasonKind.None ? 1 : options.SeasonLength];
    }

    internal ExponentialSmoothing() : this(new()) { }

    /// <inheritdoc/>
    public void Learn(double value)
    {
        if (double.IsNaN(value)) value = _count == 0 ? 0 : Next(1);
        value = Lanes.Bounded(value);
        if (_count == 0) (_least, _greatest, _level) = (value, value, value);
        _least = Math.Min(_least, value);
        _greatest = Math.Max(_greatest, value);
        if (_options.Season != SeasonKind.None && _count < _season.Length) Begin(value);
        else if (_count > 0) Follow(value);
        _count++;
        if (++_place == _season.Length) _place = 0;
    }

    /// <inheritdoc/>
    public void Forecast(Span<double> values)
    {
        for (var k = 0; k < values.Length; k++) values[k] = Next(k + 1);
    }

    /// <summary>The value that is expected some steps ahead, 1 for the next one.</summary>
    internal double Next(int steps)
    {
        if (_count == 0) return 0;
        var trend = _options.Trend switch
        {
            TrendKind.None => 0,
            TrendKind.Linear => steps * _trend,
            _ => _trend * _options.Damping * (1 - Math.Pow(_options.Damping, steps)) / (1 - _options.Damping),
        };
        var value = _level + trend;
        if (_options.Season != SeasonKind.None && _count >= _season.Length)
        {
            var season = _season[(_place + steps - 1) % _season.Length];
            value = IsFactor ? value * season : value + season;
        }
        var width = _greatest - _least;
        return double.IsFinite(value) ? Math.Clamp(value, _least - width, _greatest + width) : _level;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        (_level, _trend, _usualError, _least, _greatest, _place, _count) = (0, 0, 0, 0, 0, 0, 0);
        Array.Clear(_season);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        SmoothingOptions.Transfer(archive, ref _options);
        archive.Array(ref _season, _options.Season == SeasonKind.None ? 1 : _options.SeasonLength);
        archive.Value(ref _level);
        archive.Value(ref _trend);
        archive.Value(ref _usualError);
        archive.Value(ref _least);
        archive.Value(ref _greatest);
        archive.Value(ref _place, 0, _season.Length - 1);
        archive.Value(ref _count);
        archive.Require(_count >= 0 && _least <= _greatest && double.IsFinite(_level), "its values have no range");
    }

    bool IsFactor => _options.Season == SeasonKind.Multiplicative && _least > 0;

    // While the first season comes, its values are kept; when it is full they become distances from their mean.
    void Begin(double value)
    {
        _season[_place] = value;
        _level = value;
        if (_count < _season.Length - 1) return;
        var mean = 0.0;
        foreach (var v in _season) mean += v / _season.Length;
        foreach (ref var v in _season.AsSpan()) v = IsFactor ? v / mean : v - mean;
        _level = mean;
    }

    void Follow(double value)
    {
        var slope = _options.Trend == TrendKind.None ? 0 : _options.Trend == TrendKind.Damped ? _options.Damping * _trend : _trend;
        var hasSeason = _options.Season != SeasonKind.None;
        var isFactor = hasSeason && IsFactor;
        var season = hasSeason ? _season[_place] : 0;
        var expected = isFactor ? (_level + slope) * season : _level + slope + season;
        var error = value - expected;
        var size = Math.Abs(error);
        if (_usualError > 0) error = Math.Clamp(error, -ErrorsMax * _usualError, ErrorsMax * _usualError);
        _usualError += (Math.Min(size, _usualError > 0 ? ErrorsMax * _usualError : size) - _usualError) * (_usualError > 0 ? ErrorFading : 1);
        var move = isFactor ? season > 0 ? error / season : 0 : error;
        var before = _level + slope;
        _level = before + _options.Level * move;
        _trend = slope + _options.Level * _options.Slope * move;
        if (!hasSeason) return;
        var rest = _options.Seasonal * (1 - _options.Level) * error;
        _season[_place] += isFactor ? before > 0 ? rest / before : 0 : rest;
        if (isFactor && _season[_place] < 0) _season[_place] = 0;
    }
}
