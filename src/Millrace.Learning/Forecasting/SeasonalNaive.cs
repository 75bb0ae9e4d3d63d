using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Forecasting;

/// <summary>Repeats the last season. Every other forecast must be better than this one.</summary>
/// <remarks>
/// <para>ŷ(t + k) = y(t + k - m), the last known value at that place of the season; before a season is full the last value. 8 bytes a step of the season.</para>
/// <para>Weakness: no trend; one odd value comes again a season later.</para>
/// <para>Hyndman and Athanasopoulos (2021), Forecasting: principles and practice, 5.2.</para>
/// </remarks>
public sealed class SeasonalNaive : IForecaster
{
    double[] _season;
    long _count;

    /// <summary>A forecaster that has seen nothing.</summary>
    /// <param name="season">Steps of a season, 1 or more; 1 repeats the last value.</param>
    public SeasonalNaive(int season)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(season, 1);
        _season = new double[season];
    }

    /// <inheritdoc/>
    public void Learn(double value)
    {
        var place = _count % _season.Length;
        if (double.IsNaN(value)) value = Next(0);
        _season[place] = Lanes.Bounded(value);
        _count++;
    }

    /// <inheritdoc/>
    public void Forecast(Span<double> values)
    {
        for (var k = 0; k < values.Length; k++) values[k] = Next(k);
    }

    /// <summary>The value that is expected a number of steps after the next one.</summary>
    internal double Next(int steps) => _count == 0 ? 0 : _count < _season.Length ? _season[_count - 1] : _season[(_count + steps) % _season.Length];

    /// <inheritdoc/>
    public void Reset() => _count = 0;

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        archive.Array(ref _season);
        archive.Require(_season.Length > 0, "a season has no steps");
        archive.Value(ref _count);
        archive.Require(_count >= 0, "a count is negative");
    }
}
