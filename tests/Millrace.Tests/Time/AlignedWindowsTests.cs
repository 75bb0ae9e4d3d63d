using System.Globalization;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Tests.Time;

public sealed class AlignedWindowsTests
{
    static long At(string time) => Timestamp.From(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)).Microseconds;

    static (string, string) WindowOf(WindowSpec spec, string time)
    {
        var windows = AlignedWindows.Create(spec);
        var window = windows.Last(At(time));
        return (new Timestamp(windows.StartOf(window)).ToString(), new Timestamp(windows.EndOf(window)).ToString());
    }

    static WindowSpec Tumble(Interval size, string? zone = null, Interval offset = default) => new(WindowKind.Tumble, 0, size, size, offset, zone);

    [Fact]
    public void Hours_count_from_1970_also_before_it()
    {
        Assert.Equal(("2024-05-01T10:00:00Z", "2024-05-01T11:00:00Z"), WindowOf(Tumble(Interval.FromSeconds(3600)), "2024-05-01T10:59:59.999999"));
        Assert.Equal(("1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z"), WindowOf(Tumble(Interval.FromSeconds(3600)), "1969-12-31T23:59:59"));
    }

    [Fact]
    public void Weeks_begin_on_Monday() =>
        Assert.Equal(("2024-04-29T00:00:00Z", "2024-05-06T00:00:00Z"), WindowOf(Tumble(new(0, 7, 0)), "2024-05-05T23:00:00"));

    [Fact]
    public void Months_and_quarters_begin_on_the_first()
    {
        Assert.Equal(("2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"), WindowOf(Tumble(new(1, 0, 0)), "2024-02-29T12:00:00"));
        Assert.Equal(("2023-10-01T00:00:00Z", "2024-01-01T00:00:00Z"), WindowOf(Tumble(new(3, 0, 0)), "2023-12-31T23:59:59"));
        Assert.Equal(("1969-12-01T00:00:00Z", "1970-01-01T00:00:00Z"), WindowOf(Tumble(new(1, 0, 0)), "1969-12-31T00:00:00"));
    }

    [Fact]
    public void An_offset_shifts_all_windows()
    {
        Assert.Equal(("2024-05-01T06:00:00Z", "2024-05-02T06:00:00Z"), WindowOf(Tumble(new(0, 1, 0), offset: Interval.FromSeconds(6 * 3600)), "2024-05-02T05:59:59"));
        Assert.Equal(("2024-05-03T00:00:00Z", "2024-06-03T00:00:00Z"), WindowOf(Tumble(new(1, 0, 0), offset: new(0, 2, 0)), "2024-06-02T05:00:00"));
    }

    [Fact]
    public void Days_in_a_zone_have_23_or_25_hours_where_clocks_change()
    {
        Assert.Equal(("2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"), WindowOf(Tumble(new(0, 1, 0), "Europe/Berlin"), "2024-03-31T12:00:00"));
        Assert.Equal(("2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z"), WindowOf(Tumble(new(0, 1, 0), "Europe/Berlin"), "2024-10-27T22:30:00"));
        Assert.Equal(("2024-02-29T23:00:00Z", "2024-03-31T22:00:00Z"), WindowOf(Tumble(new(1, 0, 0), "Europe/Berlin"), "2024-03-31T21:00:00"));
    }

    [Theory]
    [InlineData("UTC"), InlineData("Europe/Berlin"), InlineData("America/New_York"), InlineData("Australia/Lord_Howe")]
    public void Windows_follow_each_other_without_gap(string zone)
    {
        foreach (var size in new Interval[] { new(0, 1, 0), new(0, 7, 0), new(1, 0, 0), new(0, 0, 900_000_000) })
        {
            var windows = AlignedWindows.Create(Tumble(size, zone));
            var first = windows.Last(At("2023-12-30T00:00:00"));
            for (var window = first; window < first + 400; window++)
            {
                Assert.Equal(windows.EndOf(window), windows.StartOf(window + 1));
                Assert.Equal(window, windows.Last(windows.StartOf(window)));
                Assert.Equal(window, windows.Last(windows.EndOf(window) - 1));
            }
        }
    }

    [Theory]
    [InlineData(40, 10), InlineData(25, 10), InlineData(5, 10), InlineData(12, 12), InlineData(7, 3)]
    public void A_window_is_its_panes(long size, long slide)
    {
        var panes = Panes.Create(new(WindowKind.Hop, 0, new(0, 0, size), new(0, 0, slide), new(0, 0, 3), null));
        for (var time = -100L; time < 100; time++)
        {
            var pane = panes.Of(time);
            Assert.InRange(time, panes.StartOf(pane), panes.EndOf(pane) - 1);
            var expected = Enumerable.Range(-100, 200).Select(w => (long)w).Where(w => panes.Windows.StartOf(w) <= time && time < panes.Windows.EndOf(w)).ToList();
            var actual = new List<long>();
            for (var window = panes.FirstWindow(pane); window <= panes.LastWindow(pane); window++)
            {
                actual.Add(window);
                Assert.InRange(pane, panes.FirstPane(window), panes.LastPane(window));
            }
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Lengths_that_are_not_above_zero_are_refused() => Assert.Throws<ArgumentException>(() => AlignedWindows.Create(Tumble(default)));
}
