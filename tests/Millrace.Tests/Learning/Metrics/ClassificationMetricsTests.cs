using Millrace.Learning.Metrics;

namespace Millrace.Tests.Learning.Metrics;

public sealed class ClassificationMetricsTests
{
    // Ten rows by hand: truth, predicted.
    static readonly (int, int)[] s_rows = [(0, 0), (0, 0), (1, 0), (1, 1), (1, 1), (0, 1), (0, 0), (2, 2), (2, 0), (1, 1)];

    static ClassificationMetrics Of(IEnumerable<(int, int)> rows, Horizon horizon)
    {
        var metrics = new ClassificationMetrics(2, horizon);
        foreach (var (truth, predicted) in rows) metrics.Add(truth, predicted, truth == predicted ? 0.8 : 0.1);
        return metrics;
    }

    [Fact]
    public void Scores_are_those_worked_out_by_hand()
    {
        var metrics = Of(s_rows, Horizon.Total);
        Assert.Equal(0.7, metrics.Accuracy, 1e-12);
        Assert.Equal(0.5, metrics.NoChangeAccuracy, 1e-12); // rows 2, 4, 5, 7, 9 repeat the label before
        // chance: actual 4, 4, 2; predicted 5, 4, 1; (20 + 16 + 2) / 100
        Assert.Equal((0.7 - 0.38) / 0.62, metrics.Kappa, 1e-12);
        Assert.Equal((0.7 - 0.5) / 0.5, metrics.KappaTemporal, 1e-12);
        Assert.Equal(2 * 3 / 8.0, metrics.F1(1), 1e-12);
        Assert.Equal((2 * 3 / 9.0 + 2 * 3 / 8.0 + 2 * 1 / 3.0) / 3, metrics.MacroF1, 1e-12);
        Assert.Equal(-(7 * Math.Log(0.8) + 3 * Math.Log(0.1)) / 10, metrics.LogLoss, 1e-12);
        Assert.Equal(1, metrics.Confusion[0, 1]);
        Assert.Equal(2, metrics.Confusion.Classes - 1);
    }

    [Fact]
    public void Rolling_scores_are_those_of_the_last_rows_alone()
    {
        var metrics = Of(s_rows.Concat(s_rows).Concat(s_rows), Horizon.Rolling(7));
        var last = s_rows.Skip(3).ToArray();
        Assert.Equal(last.Count(r => r.Item1 == r.Item2) / 7.0, metrics.Accuracy, 1e-12);
        for (var t = 0; t < 3; t++)
            for (var p = 0; p < 3; p++)
                Assert.Equal(last.Count(r => r == (t, p)), metrics.Confusion[t, p]);
    }

    [Fact]
    public void Fading_scores_weigh_each_row_by_its_age()
    {
        var metrics = new ClassificationMetrics(2, Horizon.Fading(0.9));
        double hits = 0, all = 0;
        for (var i = 0; i < 5000; i++)
        {
            var isHit = i % 3 == 0;
            metrics.Add(0, isHit ? 0 : 1, 0.5);
            (hits, all) = (hits * 0.9 + (isHit ? 1 : 0), all * 0.9 + 1);
        }
        Assert.Equal(hits / all, metrics.Accuracy, 1e-9);
        Assert.Equal(hits, metrics.Confusion[0, 0], 1e-9);
    }

    [Fact]
    public void Perfect_answers_in_one_class_have_a_kappa_of_nothing_gained()
    {
        var metrics = Of(Enumerable.Repeat((1, 1), 20), Horizon.Total);
        Assert.Equal(1, metrics.Accuracy);
        Assert.Equal(0, metrics.Kappa);
    }

    [Fact]
    public void A_label_that_was_said_to_be_impossible_costs_a_finite_loss()
    {
        var metrics = new ClassificationMetrics(2, Horizon.Total);
        metrics.Add(1, 0, 0);
        Assert.Equal(-Math.Log(1e-15), metrics.LogLoss, 1e-9);
    }
}
