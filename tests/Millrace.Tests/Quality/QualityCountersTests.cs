using Millrace.Quality;

namespace Millrace.Tests.Quality;

public sealed class QualityCountersTests
{
    [Fact]
    public void A_late_row_is_a_sample_each_time_their_number_has_doubled()
    {
        var counters = new QualityCounters("orders", []);
        var taken = Enumerable.Range(1, 100).Where(_ => counters.AddLate(1)).ToList();
        Assert.Equal([1, 2, 4, 8, 16, 32, 64], taken);
        Assert.Equal(100, counters.Late);
        Assert.True(counters.AddLate(1000));
    }

    [Fact]
    public void The_newest_ten_samples_stay()
    {
        var counters = new QualityCounters("orders", []);
        for (var i = 0; i < 12; i++) counters.AddSample(new("v", new(i), new(i), $"row = {i}"));
        Assert.Equal((10, "row = 2", "row = 11"), (counters.LateSamples.Count, counters.LateSamples[0].Row, counters.LateSamples[^1].Row));
    }

    [Fact]
    public void Rows_without_a_time_are_told_at_the_end()
    {
        var counters = new QualityCounters("orders", []);
        counters.AddSeen(3);
        counters.AddTimeless(2);
        Assert.Equal(["orders: 3 seen, 0 accepted, 2 without a time"], Millrace.Cli.Running.TextReport.Cleaning(counters));
    }
}
