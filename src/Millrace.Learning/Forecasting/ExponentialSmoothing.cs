using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Forecasting;

/// <summary>Level, trend and season that follow the errors of the forecast; with a linear trend and a season it is Holt-Winters.</summary>
/// <remarks>
/// <para>
/// With the error e = y - ŷ: level += φ trend + α e, trend = φ trend + α β e, season += γ e (divided by the season's factor or the level where it multiplies). The first two seasons only set
/// level, trend and season; from the second one on the last season is repeated until then. An error counts for no more than five times the usual one, so that a single odd value does not carry level and trend away, and no forecast leaves the range of the values by more than its width; factors stay within 0.05 to 20.
/// Cost: some nanoseconds a value, 16 bytes a step of the season.
/// </para>
/// <para>Weakness: the shares are fixed (take <see cref="ForecastMixture"/> to have them found); one season only; after a jump of the level it takes 1/α values to follow.</para>
/// <para>Winters (1960), Forecasting sales by exponentially weighted moving averages; Hyndman et al. (2008), Forecasting with exponential smoothing; Gelper, Fried and Croux (2010) for bounded errors.</para>
/// </remarks>
public sealed class ExponentialSmoothing : IForecaster
{
    const double ErrorsMax = 5, ErrorFading = 0.05, LeastFactor = 0.05, GreatestFactor = 20;
    const int ErrorsMin = 10;

    SmoothingOptions _options;
    double _level, _trend, _usualError, _least, _greatest;
    double[] _season;
    double[] _second; // values of the second season, while it comes
    int _place;
    int _errors;
    long _count;

    /// <summary>A forecaster that has seen nothing.</summary>
    /// <param name="options">Kinds and shares.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public ExponentialSmoothing(SmoothingOptions options)
    {
        if (!options.IsSound) throw new ArgumentOutOfRangeException(nameof(options), options, "A setting lies outside the range that SmoothingOptions tells.");
        _options = options;
        _season = new double[options.Season == SeasonKind.None ? 1 : options.SeasonLength];
        _second = new double[_season.Length];
    }

    internal ExponentialSmoothing() : this(new()) { }

    /// <inheritdoc/>
    public void Learn(double value)
    {
        if (double.IsNaN(value)) value = _count == 0 ? 0 : Next(1);
        value = Lanes.Bounded(value);
        if (_count == 0) (_least, _greatest, _level) = (value, value, value);
        if (value <= 0 && IsFactor && !IsBeginning) AddInsteadOfMultiply();
        _least = Math.Min(_least, value);
        _greatest = Math.Max(_greatest, value);
        if (IsBeginning) Begin(value);
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
        if (IsBeginning) return Naive(steps);
        var trend = _options.Trend switch
        {
            TrendKind.None => 0,
            TrendKind.Linear => steps * _trend,
            _ => _trend * _options.Damping * (1 - Math.Pow(_options.Damping, steps)) / (1 - _options.Damping),
        };
        var value = _level + trend;
        if (_options.Season != SeasonKind.None)
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
        (_level, _trend, _usualError, _least, _greatest, _place, _errors, _count) = (0, 0, 0, 0, 0, 0, 0, 0);
        Array.Clear(_season);
        Array.Clear(_second);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        SmoothingOptions.Transfer(archive, ref _options);
        archive.Array(ref _season, _options.Season == SeasonKind.None ? 1 : _options.SeasonLength);
        archive.Array(ref _second, _season.Length);
        archive.Value(ref _level);
        archive.Value(ref _trend);
        archive.Value(ref _usualError);
        archive.Value(ref _least);
        archive.Value(ref _greatest);
        archive.Value(ref _place, 0, _season.Length - 1);
        archive.Value(ref _errors, 0, (int)(1 / ErrorFading));
        archive.Value(ref _count);
        archive.Require(_count >= 0 && _least <= _greatest && double.IsFinite(_level), "its values have no range");
    }

    /// <summary>Whether it has both a season and a trend.</summary>
    internal bool IsSeasonal => _options.Season != SeasonKind.None && _options.Trend != TrendKind.None;

    bool IsFactor => _options.Season == SeasonKind.Multiplicative && _least > 0;

    bool IsBeginning => _options.Season != SeasonKind.None && _count < 2 * _season.Length;

    double Naive(int steps)
    {
        if (_count < _season.Length) return _level;
        var ahead = (int)((_count + steps - 1) % _season.Length);
        return ahead < _count - _season.Length ? _second[ahead] : _season[ahead];
    }

    // Two seasons are kept as they are; then their means tell level and trend, and what is left of them the season.
    void Begin(double value)
    {
        _level = value;
        if (_count < _season.Length)
        {
            _season[_place] = value;
            return;
        }
        _second[_place] = value;
        if (_count < 2 * _season.Length - 1) return;
        double one = 0, two = 0;
        for (var i = 0; i < _season.Length; i++)
        {
            one += _season[i] / _season.Length;
            two += _second[i] / _season.Length;
        }
        _trend = _options.Trend == TrendKind.None ? 0 : (two - one) / _season.Length;
        var half = (_season.Length - 1) / 2.0;
        for (var i = 0; i < _season.Length; i++)
        {
            var (line1, line2) = (one + _trend * (i - half), two + _trend * (i - half));
            _season[i] = IsFactor ? Factor(_season[i] / line1 + _second[i] / line2) : (_season[i] - line1 + _second[i] - line2) / 2;
        }
        _level = two + _trend * half;
    }

    static double Factor(double sumOfTwo) => double.IsFinite(sumOfTwo) ? Math.Clamp(sumOfTwo / 2, LeastFactor, GreatestFactor) : 1;

    void AddInsteadOfMultiply()
    {
        foreach (ref var factor in _season.AsSpan()) factor = (factor - 1) * _level;
    }

    void Follow(double value)
    {
        var slope = _options.Trend == TrendKind.None ? 0 : _options.Trend == TrendKind.Damped ? _options.Damping * _trend : _trend;
        var hasSeason = _options.Season != SeasonKind.None;
        var isFactor = hasSeason && IsFactor;
        var season = hasSeason ? _season[_place] : 0;
        var expected = isFactor ? (_level + slope) * season : _level + slope + season;
        var error = value - expected;
        if (_errors >= ErrorsMin) error = Math.Clamp(error, -ErrorsMax * _usualError, ErrorsMax * _usualError);
        if (_errors < 1 / ErrorFading) _errors++;
        _usualError += (Math.Abs(error) - _usualError) / _errors;
        var move = isFactor ? error / season : error;
        var before = _level + slope;
        var width = _greatest - _least;
        _level = Math.Clamp(before + _options.Level * move, _least - width, _greatest + width);
        _trend = Math.Clamp(slope + _options.Level * _options.Slope * move, -width, width);
        if (!hasSeason) return;
        if (isFactor) _season[_place] = Math.Clamp(_season[_place] + (before > 0 ? _options.Seasonal * error / before : 0), LeastFactor, GreatestFactor);
        else _season[_place] = Math.Clamp(_season[_place] + _options.Seasonal * error, -2 * width, 2 * width);
    }
}
