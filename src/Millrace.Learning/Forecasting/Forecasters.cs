namespace Millrace.Learning.Forecasting;

/// <summary>A line of the list of forecasters.</summary>
/// <param name="Name">Its name in images and in SQL.</param>
/// <param name="Summary">What it is, in one sentence.</param>
/// <param name="Type">Its class.</param>
/// <param name="Create">Makes one with usual settings for steps of a season and steps ahead that matter.</param>
/// <param name="Blank">Makes one for an image to be read into.</param>
public sealed record ForecasterEntry(string Name, string Summary, Type Type, Func<int, int, IForecaster> Create, Func<IForecaster> Blank);

/// <summary>All forecasters. A new one is a file and a line here.</summary>
public static class Forecasters
{
    /// <summary>The list, in the order of the documentation.</summary>
    public static IReadOnlyList<ForecasterEntry> All { get; } =
    [
        new("seasonal_naive", "Repeats the last season.", typeof(SeasonalNaive), (season, _) => new SeasonalNaive(season), () => new SeasonalNaive(1)),
        new("exponential_smoothing", "Level, trend and season with fixed shares: Holt-Winters.", typeof(ExponentialSmoothing), (season, _) => new ExponentialSmoothing(Usual(season)), () => new ExponentialSmoothing()),
        new("forecast_mixture", "Many ways of smoothing, weighed by how well they did.", typeof(ForecastMixture), (season, horizon) => new ForecastMixture(season, horizon), () => new ForecastMixture()),
    ];

    static SmoothingOptions Usual(int season) => new()
    {
        Trend = TrendKind.Damped, Season = season > 1 ? SeasonKind.Additive : SeasonKind.None, SeasonLength = season,
    };
}
