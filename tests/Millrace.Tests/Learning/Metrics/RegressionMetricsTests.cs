using Millrace.Learning.Metrics;
using Millrace.Learning.Numerics;

namespace Millrace.Tests.Learning.Metrics;

public sealed class RegressionMetricsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public void Scores_are_those_of_the_plain_formulas(int window)
    {
        var metrics = new RegressionMetrics(window == 0 ? Horizon.Total : Horizon.Rolling(window));
        var random = new SeededRandom(1);
        var rows = new List<(double Truth, double Predicted)>();
        for (var i = 0; i < 333; i++)
        {
            var truth = 1e6 + random.NextNormal();
            rows.Add((truth, truth + 0.3 * random.NextNormal()));
            metrics.Add(rows[^1].Truth, rows[^1].Predicted);
        }
        var seen = window == 0 ? rows : rows[^window..];
        var mean = seen.Average(r => r.Truth);
        var squares = seen.Sum(r => (r.Truth - r.Predicted) * (r.Truth - r.Predicted));
        Assert.Equal(seen.Average(r => Math.Abs(r.Truth - r.Predicted)), metrics.MeanAbsoluteError, 1e-9);
        Assert.Equal(Math.Sqrt(squares / seen.Count), metrics.RootMeanSquareError, 1e-9);
        Assert.Equal(1 - squares / seen.Sum(r => (r.Truth - mean) * (r.Truth - mean)), metrics.R2, 1e-7);
    }

    [Fact]
    public void Pinball_loss_is_least_at_the_quantile()
    {
        var truths = Enumerable.Range(1, 99).Select(i => (double)i).ToArray();
        double Loss(double guess)
        {
            var loss = new PinballLoss(0.9, Horizon.Total);
            foreach (var truth in truths) loss.Add(truth, guess);
            return loss.Mean;
        }
        Assert.Equal(90, truths.MinBy(Loss));
        Assert.Equal((0.9 * 1 + 0.1 * 2) / 2, LossOf((1, 0), (0, 2)), 1e-12);

        static double LossOf(params (double Truth, double Predicted)[] rows)
        {
            var loss = new PinballLoss(0.9, Horizon.Total);
            foreach (var (truth, predicted) in rows) loss.Add(truth, predicted);
            return loss.Mean;
        }
    }

    [Fact]
    public void The_scaled_error_of_the_seasonal_naive_forecast_is_one()
    {
        var scaled = new ScaledError(3, Horizon.Total);
        double[] values = [1, 5, 2, 4, 4, 4, 9, 0, 3];
        for (var i = 0; i < values.Length; i++) scaled.Add(values[i], i < 3 ? 1000 : values[i - 3]);
        Assert.Equal(1, scaled.Value, 1e-12);
    }

    [Fact]
    public void Coverage_counts_the_bounds_in()
    {
        var intervals = new IntervalMetrics(Horizon.Total);
        intervals.Add(1, 1, 2);
        intervals.Add(2, 1, 2);
        intervals.Add(2.1, 1, 2);
        intervals.Add(0, 1, 5);
        Assert.Equal(0.5, intervals.Coverage);
        Assert.Equal(1.75, intervals.MeanWidth, 1e-12);
    }

    [Fact]
    public void The_rolling_area_under_the_curve_counts_pairs()
    {
        const int Window = 40;
        var auc = new RollingAuc(Window);
        var random = new SeededRandom(3);
        var rows = new List<(bool IsPositive, double Score)>();
        for (var i = 0; i < 200; i++)
        {
            rows.Add((random.Next(3) == 0, random.Next(10)));
            auc.Add(rows[^1].IsPositive, rows[^1].Score);
            var seen = rows.TakeLast(Window).ToList();
            var pairs = (from p in seen where p.IsPositive from n in seen where !n.IsPositive select p.Score > n.Score ? 1 : p.Score == n.Score ? 0.5 : 0).ToList();
            if (pairs.Count == 0) Assert.True(double.IsNaN(auc.Value));
            else Assert.Equal(pairs.Average(), auc.Value, 1e-12);
        }
    }
}
