using Millrace.Learning;
using Millrace.Learning.Drift;
using Millrace.Learning.Numerics;

namespace Millrace.Tests.Learning.Drift;

/// <summary>What every drift detector keeps: run over the list.</summary>
public sealed class DriftDetectorLawTests
{
    public static TheoryData<string> All => [.. DriftDetectors.All.Select(d => d.Name)];

    static IDriftDetector Create(string name) => DriftDetectors.All.Single(d => d.Name == name).Create();

    [Fact]
    public void Every_detector_is_in_the_list()
    {
        var listed = DriftDetectors.All.Select(d => d.Type).ToHashSet();
        Assert.DoesNotContain(typeof(IDriftDetector).Assembly.GetTypes(), t => t.IsAssignableTo(typeof(IDriftDetector)) && !t.IsAbstract && !listed.Contains(t));
    }

    [Theory, MemberData(nameof(All))]
    public void Saved_and_loaded_in_the_middle_nothing_changes(string name)
    {
        var (straight, broken) = (Create(name), Create(name));
        var random = new SeededRandom(1);
        for (var i = 0; i < 4000; i++)
        {
            var value = random.NextDouble() < (i < 2000 ? 0.1 : 0.6) ? 1 : 0;
            Assert.Equal(straight.Update(value), broken.Update(value));
            Assert.Equal(straight.IsWarning, broken.IsWarning);
            if (i % 333 == 5) broken = broken.Copy();
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Odd_values_are_no_error_and_after_a_reset_it_is_as_new(string name)
    {
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300, -1e300, 1e-300];
        var (used, fresh) = (Create(name), Create(name));
        var random = new SeededRandom(2);
        for (var i = 0; i < 3000; i++) used.Update(random.Next(5) == 0 ? odd[random.Next(odd.Length)] : random.NextNormal());
        used.Reset();
        for (var i = 0; i < 3000; i++)
        {
            var value = random.NextDouble() < (i < 2000 ? 0.1 : 0.6) ? 1 : 0;
            Assert.Equal(fresh.Update(value), used.Update(value));
        }
    }

    [Theory]
    [InlineData("adwin", 5, 200)]
    [InlineData("ddm", 30, 1500)]
    [InlineData("hddm_a", 8, 200)]
    [InlineData("hddm_w", 15, 150)]
    [InlineData("page_hinkley", 8, 300)]
    [InlineData("cusum", 8, 150)]
    public void A_rate_that_doubles_is_told_soon_and_a_steady_one_hardly_ever(string name, int falseMost, double delayMost)
    {
        int falseAlarms = 0, found = 0;
        double delay = 0;
        for (ulong seed = 0; seed < 30; seed++)
        {
            var random = new SeededRandom(seed);
            var detector = Create(name);
            var first = -1;
            for (var i = 0; i < 10_000; i++)
            {
                if (!detector.Update(random.NextDouble() < (i < 5000 ? 0.2 : 0.4) ? 1 : 0)) continue;
                if (i < 5000) falseAlarms++;
                else if (first < 0) first = i - 5000;
            }
            if (first < 0) continue;
            found++;
            delay += first;
        }
        Assert.InRange(falseAlarms, 0, falseMost);
        Assert.InRange(found, 28, 30);
        Assert.InRange(delay / found, 0, delayMost);
    }

    [Fact]
    public void Adwin_tells_no_change_where_there_is_none()
    {
        var alarms = 0;
        for (ulong seed = 0; seed < 30; seed++)
        {
            var random = new SeededRandom(seed);
            var adwin = new Adwin();
            for (var i = 0; i < 10_000; i++)
                if (adwin.Update(random.NextNormal())) alarms++;
        }
        Assert.InRange(alarms, 0, 1);
    }

    [Fact]
    public void Adwins_window_has_the_mean_and_variance_of_its_values()
    {
        var adwin = new Adwin();
        var random = new SeededRandom(3);
        var values = new List<double>();
        for (var i = 0; i < 700; i++)
        {
            values.Add(random.NextNormal());
            adwin.Update(values[^1]);
        }
        Assert.Equal(700, adwin.Width);
        Assert.Equal(values.Average(), adwin.Mean, 1e-9);
        Assert.Equal(values.Average(v => v * v) - values.Average() * values.Average(), adwin.Variance, 1e-9);
        for (var i = 0; i < 1000; i++) adwin.Update(5 + random.NextNormal());
        Assert.InRange(adwin.Mean, 4.5, 5.5);
        Assert.InRange(adwin.Width, 500, 1050);
    }

    [Fact]
    public void Kswin_sees_a_change_of_shape_without_one_of_the_mean()
    {
        var detector = new Kswin(confidence: 0.001, window: 400, newest: 200);
        var random = new SeededRandom(4);
        for (var i = 0; i < 1000; i++) Assert.False(detector.Update(random.NextNormal()));
        var told = false;
        for (var i = 0; i < 400; i++) told |= detector.Update(4 * random.NextNormal());
        Assert.True(told);
    }
}
