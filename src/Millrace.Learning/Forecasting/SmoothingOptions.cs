using Millrace.Learning.Images;

namespace Millrace.Learning.Forecasting;

/// <summary>Settings of exponential smoothing.</summary>
public sealed record SmoothingOptions
{
    /// <summary>Trend; none unless set.</summary>
    public TrendKind Trend { get; init; }

    /// <summary>Season; none unless set.</summary>
    public SeasonKind Season { get; init; }

    /// <summary>Steps of a season, 2 or more where there is one.</summary>
    public int SeasonLength { get; init; } = 1;

    /// <summary>α: the share of an error that moves the level, above 0, at most 1; 0.3 unless set.</summary>
    public double Level { get; init; } = 0.3;

    /// <summary>β: the share of the level's move that moves the trend, 0 to 1; 0.1 unless set.</summary>
    public double Slope { get; init; } = 0.1;

    /// <summary>γ: the share of an error that moves the season, 0 to 1; 0.2 unless set.</summary>
    public double Seasonal { get; init; } = 0.2;

    /// <summary>φ: what a damped trend is multiplied by at each step, above 0, below 1; 0.95 unless set.</summary>
    public double Damping { get; init; } = 0.95;

    internal bool IsSound => Level is > 0 and <= 1 && Slope is >= 0 and <= 1 && Seasonal is >= 0 and <= 1 && Damping is > 0 and < 1 && SeasonLength is >= 1 and <= 1 << 20
        && (Season == SeasonKind.None || SeasonLength >= 2);

    internal static void Transfer(Archive archive, ref SmoothingOptions options)
    {
        var (trend, season, length, level, slope, seasonal, damping) = (options.Trend, options.Season, options.SeasonLength, options.Level, options.Slope, options.Seasonal, options.Damping);
        archive.Choice(ref trend);
        archive.Choice(ref season);
        archive.Value(ref length);
        archive.Value(ref level);
        archive.Value(ref slope);
        archive.Value(ref seasonal);
        archive.Value(ref damping);
        if (!archive.IsReading) return;
        options = new() { Trend = trend, Season = season, SeasonLength = length, Level = level, Slope = slope, Seasonal = seasonal, Damping = damping };
        archive.Require(options.IsSound, "its settings are out of range");
    }
}
