using Millrace.Learning;
using Millrace.Learning.Linear;
using Millrace.Learning.Preparation;

namespace Millrace.Tests.Learning.Preparation;

public sealed class TimeAndTextTests
{
    [Fact]
    public void Lags_are_those_of_the_rows_before_whether_a_row_is_learned_or_only_predicted()
    {
        var lags = new Lags(FeatureSet.Numeric(1), 1, 3);
        var output = new double[3];
        for (var i = 0; i < 6; i++)
        {
            lags.Transform([i], output);
            double[] predicted = [.. output];
            lags.Learn([i], 0);
            lags.Transform([i], output);
            Assert.Equal(predicted, output);
            Assert.Equal(i >= 1 ? i - 1 : double.NaN, output[1]);
            Assert.Equal(i >= 3 ? i - 3 : double.NaN, output[2]);
        }
    }

    [Fact]
    public void A_rolling_window_has_the_mean_and_deviation_of_its_rows()
    {
        var rolling = new Rolling(FeatureSet.Numeric(1), window: 3);
        var output = new double[3];
        double[] values = [1, 2, 6, double.NaN, 10];
        foreach (var value in values)
        {
            rolling.Learn([value], 0);
            rolling.Transform([value], output);
        }
        Assert.Equal(8, output[1]); // 6 and 10; one is missing
        Assert.Equal(2, output[2]);
        rolling.Transform([20], output);
        Assert.Equal(15, output[1]); // 10 and 20
    }

    [Fact]
    public void A_text_is_the_same_row_whatever_its_case_and_signs_and_another_one_in_another_order()
    {
        var text = new HashedText(slots: 4096);
        var (one, two, three) = (new double[4096], new double[4096], new double[4096]);
        text.Transform("Red lamp, small", one);
        text.Transform("RED  lamp - small!", two);
        text.Transform("small lamp red", three);
        Assert.Equal(one, two);
        Assert.NotEqual(one, three);
        Assert.Equal(1, one.Sum(x => x * x), 1e-12);
        text.Transform("", one);
        Assert.All(one, x => Assert.Equal(0, x));
    }

    [Fact]
    public void A_linear_model_tells_texts_apart_by_their_words()
    {
        var text = new HashedText(slots: 1 << 20, words: 1);
        var model = new LogisticRegression(text.Output, 2, new() { Rate = 0.5 });
        var row = new double[text.Output.Count];
        string[] good = ["works well", "very good lamp", "well made", "good"];
        string[] bad = ["broken on arrival", "very bad lamp", "poorly made", "bad"];
        for (var turn = 0; turn < 5; turn++)
            for (var i = 0; i < 4; i++)
            {
                text.Transform(good[i], row);
                model.Learn(row, 1);
                text.Transform(bad[i], row);
                model.Learn(row, 0);
            }
        var shares = new double[2];
        text.Transform("a good one, works", row);
        model.Predict(row, shares);
        Assert.True(shares[1] > 0.6);
    }

    [Fact]
    public void Times_that_are_near_in_the_calendar_are_near_in_numbers()
    {
        var (late, early, noon) = (new double[8], new double[8], new double[8]);
        Calendar.Transform(new(2026, 11, 20, 23, 55, 0), late);
        Calendar.Transform(new(2026, 11, 21, 0, 5, 0), early);
        Calendar.Transform(new(2026, 11, 21, 12, 0, 0), noon);
        Assert.True(Math.Abs(late[1] - early[1]) < 0.01);
        Assert.Equal(-1, noon[1], 1e-12);
        Assert.Equal((0.0, 1.0, 10.0), (late[6], early[6], noon[7]));
    }
}
