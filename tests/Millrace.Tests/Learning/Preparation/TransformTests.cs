using Millrace.Learning;
using Millrace.Learning.Numerics;
using Millrace.Learning.Preparation;

namespace Millrace.Tests.Learning.Preparation;

public sealed class TransformTests
{
    static double[] Run(ITransform transform, params ReadOnlySpan<double> row)
    {
        var output = new double[transform.Output.Count];
        transform.Transform(row, output);
        return output;
    }

    [Fact]
    public void Scaled_numbers_have_mean_0_and_deviation_1()
    {
        var scaler = new StandardScaler(FeatureSet.Numeric(9));
        var random = new SeededRandom(1);
        var rows = Enumerable.Range(0, 500).Select(_ => Enumerable.Range(0, 9).Select(c => 1000 * c + c * random.NextNormal()).ToArray()).ToList();
        foreach (var row in rows) scaler.Learn(row, 0);
        for (var c = 1; c < 9; c++)
        {
            var mean = rows.Average(r => r[c]);
            var deviation = Math.Sqrt(rows.Average(r => (r[c] - mean) * (r[c] - mean)));
            Assert.Equal((rows[7][c] - mean) / deviation, Run(scaler, rows[7])[c], 1e-9);
        }
        Assert.Equal(0, Run(scaler, rows[7])[0]); // a constant column
    }

    [Fact]
    public void A_constant_column_that_moves_stays_within_the_bound()
    {
        var scaler = new StandardScaler(FeatureSet.Numeric(1));
        for (var i = 0; i < 8000; i++) scaler.Learn([1], 0);
        scaler.Learn([2], 0);
        Assert.Equal(5, Run(scaler, 2)[0]);
    }

    [Fact]
    public void What_is_missing_moves_no_scale_and_stays_missing()
    {
        var scaler = new StandardScaler(FeatureSet.Numeric(2));
        foreach (var value in (double[])[1, double.NaN, 3, double.NaN]) scaler.Learn([value, 0], 0);
        Assert.Equal(1, Run(scaler, 3, 0)[0], 1e-12);
        Assert.True(double.IsNaN(Run(scaler, double.NaN, 0)[0]));
    }

    [Fact]
    public void The_least_becomes_0_and_the_greatest_1_and_nothing_lies_outside()
    {
        var scaler = new MinMaxScaler(FeatureSet.Numeric(1));
        foreach (var value in (double[])[4, 2, 8]) scaler.Learn([value], 0);
        Assert.Equal([0, 1, 0.5, 1, 0], ((double[])[2, 8, 5, 100, -100]).Select(v => Run(scaler, v)[0]));
    }

    [Fact]
    public void An_outlier_does_not_move_the_robust_scale()
    {
        var scaler = new RobustScaler(FeatureSet.Numeric(1));
        var random = new SeededRandom(2);
        for (var i = 0; i < 5000; i++) scaler.Learn([i % 100 == 0 ? 1e9 : random.NextNormal()], 0);
        Assert.Equal(1 / 1.349, Run(scaler, 1)[0], 0.15);
        Assert.Equal(5, Run(scaler, 1e9)[0]);
    }

    [Fact]
    public void Quantiles_of_the_last_values_are_those_of_a_sort()
    {
        var recent = new RecentValues(50);
        var random = new SeededRandom(3);
        var values = new List<double>();
        for (var i = 0; i < 300; i++)
        {
            values.Add(random.Next(20));
            recent.Add(values[^1]);
            Assert.Equal(values.TakeLast(50).Order(), recent.Sorted.ToArray());
            Assert.Equal(values[^1], recent.Ago(0));
            if (i > 0) Assert.Equal(values[^2], recent.Ago(1));
        }
        Assert.Equal((recent.Sorted[24] + recent.Sorted[25]) / 2, recent.Quantile(0.5));
    }

    [Fact]
    public void Codes_become_columns_and_share_them_beyond_their_number()
    {
        var encoder = new OneHot(new(FeatureKind.Nominal, FeatureKind.Numeric, FeatureKind.Nominal), slots: 3);
        Assert.Equal([7, 0, 1, 0, 1, 0, 0], Run(encoder, 1, 7, 3));
        Assert.Equal([7, 0, 0, 0, 0, 0, 1], Run(encoder, double.NaN, 7, 2));
    }

    [Fact]
    public void A_category_stands_for_the_mean_of_its_targets()
    {
        var encoder = new TargetEncoder(new(FeatureKind.Nominal), smoothing: 2);
        foreach (var (code, target) in ((double, double)[])[(0, 10), (0, 20), (3, 60), (3, double.NaN)]) encoder.Learn([code], target);
        Assert.Equal((30 + 2 * 30) / 4.0, Run(encoder, 0)[0], 1e-12);
        Assert.Equal((60 + 2 * 30) / 3.0, Run(encoder, 3)[0], 1e-12);
        Assert.Equal(30, Run(encoder, 9)[0], 1e-12);
    }

    [Fact]
    public void Gaps_are_filled_with_the_mean_or_the_last_number()
    {
        foreach (var (isLast, expected) in ((bool, double)[])[(false, 2), (true, 3)])
        {
            var imputer = new Imputer(FeatureSet.Numeric(1), isLast);
            foreach (var value in (double[])[1, 3, double.NaN]) imputer.Learn([value], 0);
            Assert.Equal(expected, Run(imputer, double.NaN)[0]);
            Assert.Equal(9, Run(imputer, 9)[0]);
        }
    }

    [Fact]
    public void Products_stand_behind_the_columns() =>
        Assert.Equal([2, 1, 3, 4, 6, 9], Run(new Polynomial(new(FeatureKind.Numeric, FeatureKind.Nominal, FeatureKind.Numeric)), 2, 1, 3));

    [Fact]
    public void A_row_sees_the_targets_before_it_but_not_its_own()
    {
        var history = new TargetHistory(FeatureSet.Numeric(1), areClasses: false, lags: 2, window: 3);
        Assert.Equal([0, double.NaN, double.NaN, double.NaN], Run(history, 0));
        foreach (var target in (double[])[10, 20, 30])
        {
            history.Learn([0], target);
            var learning = Run(history, 0);
            Assert.DoesNotContain(target, learning);
        }
        Assert.Equal([0, 30, 20, 20], Run(history, 0));
        history.Learn([0], 40);
        Run(history, 0);
        Assert.Equal([0, 40, 30, 30], Run(history, 0));
    }

    [Fact]
    public void Transforms_that_do_not_fit_each_other_are_refused()
    {
        var scaler = new StandardScaler(FeatureSet.Numeric(2));
        Assert.Throws<ArgumentException>(() => new PreparedRegressor(new Millrace.Learning.Linear.LinearRegression(FeatureSet.Numeric(3)), scaler));
        Assert.Throws<ArgumentException>(() => new PreparedRegressor(new Millrace.Learning.Linear.LinearRegression(FeatureSet.Numeric(2)), new StandardScaler(FeatureSet.Numeric(3)), scaler));
    }
}
