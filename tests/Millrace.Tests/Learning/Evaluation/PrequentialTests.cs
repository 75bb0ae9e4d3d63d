using Millrace.Learning;
using Millrace.Learning.Evaluation;
using Millrace.Learning.Images;
using Millrace.Learning.Metrics;

namespace Millrace.Tests.Learning.Evaluation;

public sealed class PrequentialTests
{
    /// <summary>Predicts the last number learned, and remembers in which order it was asked and taught.</summary>
    sealed class LastNumber : IRegressor
    {
        double _last;

        public List<string> Calls { get; } = [];

        public FeatureSet Features { get; } = FeatureSet.Numeric(1);

        public void Learn(ReadOnlySpan<double> features, double target, double weight = 1)
        {
            Calls.Add($"learn {features[0]} {target}");
            _last = target;
        }

        public double Predict(ReadOnlySpan<double> features)
        {
            Calls.Add($"predict {features[0]}");
            return _last;
        }

        public void Reset() => _last = 0;

        public void Transfer(Archive archive) => archive.Value(ref _last);
    }

    [Fact]
    public void Each_row_is_predicted_before_it_is_learned()
    {
        var model = new LastNumber();
        var evaluation = new PrequentialRegression(model, Horizon.Total);
        evaluation.Step([1], 10);
        Assert.Equal(10, evaluation.Step([2], 30));
        Assert.Equal(["predict 1", "learn 1 10", "predict 2", "learn 2 30"], model.Calls);
        Assert.Equal((10 + 20) / 2.0, evaluation.Metrics.MeanAbsoluteError);
    }

    [Fact]
    public void A_label_that_comes_two_rows_later_is_learned_two_rows_later()
    {
        var model = new LastNumber();
        var evaluation = new PrequentialRegression(model, Horizon.Total, delay: 2);
        for (var i = 1; i <= 4; i++) evaluation.Step([i], 10 * i);
        Assert.Equal(["predict 1", "predict 2", "learn 1 10", "predict 3", "learn 2 20", "predict 4"], model.Calls);
    }

    [Fact]
    public void A_label_that_comes_after_a_time_is_learned_before_the_first_row_of_that_time()
    {
        var model = new LastNumber();
        var evaluation = new PrequentialRegression(model, Horizon.Total, delay: 100);
        foreach (var time in (long[])[0, 50, 99, 100, 260]) evaluation.Step([time], time, time);
        Assert.Equal(["predict 0", "predict 50", "predict 99", "learn 0 0", "predict 100", "learn 50 50", "learn 99 99", "learn 100 100", "predict 260"], model.Calls);
    }

    [Fact]
    public void Many_rows_may_wait()
    {
        var model = new LastNumber();
        var evaluation = new PrequentialRegression(model, Horizon.Total, delay: 1000);
        for (var i = 0; i < 3000; i++) evaluation.Step([i], i);
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"learn {i} {i}"), model.Calls.Where(c => c.StartsWith("learn", StringComparison.Ordinal)));
    }
}
