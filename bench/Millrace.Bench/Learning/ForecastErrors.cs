using System.Globalization;
using Millrace.Bench.Harness;
using Millrace.Learning.Forecasting;
using Millrace.Learning.Metrics;
using Millrace.Tests.Learning;

namespace Millrace.Bench.Learning;

/// <summary>Errors of all forecasters on the shared series: at each value the whole horizon is forecast, then the value is learned.</summary>
sealed class ForecastErrors : LearningPart
{
    static readonly (string Series, string Folder, string File, string Column, int Season, int Horizon, double? RiverNaive, double? RiverHoltWinters)[] s_series =
    [
        ("airline_passengers", "ml", "airline_passengers.csv", "", 12, 12, 33.498, 13.762),
        ("water_flow", "ml", "water_flow.csv", "", 24, 24, 5.3987, 6.7715),
        ("daily_min_temperatures", "ml", "daily_min_temperatures.csv", "", 7, 7, 3.4383, 2.4894),
        ("bike_sharing, hourly", "sales", "bike_sharing_hour.csv.gz", "cnt", 24, 24, null, null),
        ("bike_sharing, hourly, by week", "sales", "bike_sharing_hour.csv.gz", "cnt", 168, 24, null, null),
        ("metro_traffic, hourly", "ml", "metro_traffic.csv.gz", "", 24, 24, null, null),
        ("online_retail, daily revenue", "sales", "ref_daily_totals.csv", "revenue", 6, 6, null, null),
    ];

    /// <inheritdoc/>
    public override string Name => "forecasts";

    /// <inheritdoc/>
    public override string Remark => "Mean absolute error over the whole horizon from two seasons on. River's SNARIMAX: 33.9 on airline_passengers, 10^218 and more on water_flow, 2.51 on daily_min_temperatures. Aims: better than both of River's lines, never above 1.05 times seasonal naive.";

    /// <inheritdoc/>
    protected override void Measure(Workshop workshop)
    {
        Header("| series | season, horizon | forecaster | MAE | to seasonal naive | intervals of 90 % hold | River seasonal naive | River Holt-Winters | aim met |");
        foreach (var s in s_series)
        {
            var series = Series(workshop.SharedFile("data", s.Folder, s.File), s.Column);
            var naive = Error(new SeasonalNaive(s.Season), series, s.Season, s.Horizon, null);
            foreach (var entry in Forecasters.All)
            {
                var intervals = new IntervalMetrics(Horizon.Total);
                var error = Error(entry.Create(s.Season, s.Horizon), series, s.Season, s.Horizon, intervals);
                var isMixture = entry.Name == "forecast_mixture";
                var isMet = error <= 1.05 * naive && error <= (s.RiverHoltWinters ?? double.MaxValue) && error <= (s.RiverNaive ?? double.MaxValue);
                Print($"| {s.Series} | {s.Season}, {s.Horizon} | {entry.Name} | {error:G5} | {error / naive:F3} | {(isMixture ? 100 * intervals.Coverage : (double?)null):F0} | {s.RiverNaive:G5} | {s.RiverHoltWinters:G5} | {(isMixture ? Verdict(isMet) : "")} |");
                if (isMixture) Result(s.Series.Replace(' ', '_'), error, "MAE", isMet);
            }
        }
    }

    static double Error(IForecaster forecaster, double[] series, int season, int horizon, IntervalMetrics? intervals)
    {
        double sum = 0;
        var count = 0;
        var (said, lower, upper) = (new double[horizon], new double[horizon], new double[horizon]);
        for (var t = 0; t < series.Length; t++)
        {
            if (t >= 2 * season && t + horizon <= series.Length)
            {
                if (forecaster is ForecastMixture mixture) mixture.Forecast(said, lower, upper);
                else forecaster.Forecast(said);
                for (var k = 0; k < horizon; k++)
                {
                    sum += Math.Abs(said[k] - series[t + k]);
                    count++;
                    if (forecaster is ForecastMixture) intervals?.Add(series[t + k], lower[k], upper[k]);
                }
            }
            forecaster.Learn(series[t]);
        }
        return sum / count;
    }

    static double[] Series(string path, string column)
    {
        var lines = LabelledRows.Lines(path).Select(l => l.Split(',')).ToList();
        var at = column.Length == 0 ? lines[0].Length - 1 : Array.IndexOf(lines[0], column);
        return [.. lines.Skip(1).Select(l => double.Parse(l[at], CultureInfo.InvariantCulture))];
    }
}
