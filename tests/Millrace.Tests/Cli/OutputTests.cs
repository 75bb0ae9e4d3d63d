using Millrace.Cli.Charts;
using Millrace.Cli.Output;
using Millrace.Sql;

namespace Millrace.Tests.Cli;

public sealed class OutputTests
{
    [Theory]
    [InlineData(0, 10, "0,2,4,6,8,10")]
    [InlineData(0, 0, "0,0.2,0.4,0.6,0.8,1")]
    [InlineData(-3, 7, "-4,-2,0,2,4,6,8")]
    [InlineData(0, 123456, "0,50000,100000,150000")]
    public void Ticks_are_round_and_enclose_the_values(double least, double most, string expected)
    {
        var ticks = SvgChart.Ticks(least, most);
        Assert.Equal(expected, string.Join(',', ticks.Select(t => Math.Round(t, 6).ToString(System.Globalization.CultureInfo.InvariantCulture))));
        Assert.True(ticks[0] <= least && ticks[^1] >= most);
    }

    [Fact]
    public void A_chart_says_in_words_what_it_shows_and_escapes_names()
    {
        var chart = new ChartData("Revenue <by> day", "line", "day", "revenue", true,
            [new("A & B", [new(0, "1970-01-01", 5), new(86_400_000_000, "1970-01-02", 15)]), new("C", [new(0, "1970-01-01", 1)])]);
        var svg = SvgChart.Render(chart);
        var document = System.Xml.Linq.XDocument.Parse(svg);
        System.Xml.Linq.XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal("Revenue <by> day", document.Root!.Element(ns + "title")!.Value);
        Assert.Equal("Line chart of revenue by day from 1970-01-01 to 1970-01-02, 3 points in 2 lines (A & B, C). Largest 15 at 1970-01-02, smallest 1 at 1970-01-01.", document.Root.Element(ns + "desc")!.Value);
        Assert.Single(document.Root.Elements(ns + "polyline"));
        Assert.Single(document.Root.Elements(ns + "circle"));
    }

    [Fact]
    public void The_watched_table_has_a_line_for_each_node_and_fits_its_terminal()
    {
        var status = new Millrace.Runtime.PipelineStatus(7, Millrace.Runtime.PipelineState.Running, new(0), null,
        [
            new("orders", "source", "orders", "file", [], 1_234_567, 1_234_000, 5000.4, 10, null, new(new(1_709_287_200_000_000), new(0)), 3, 2, 0, 0, null),
            new("hourly", "materialized", "[hourly]", "TUMBLE", ["orders"], 1_234_000, 24, 5000, 0, null, null, 0, 0, 24, 4096, null),
        ], 5 << 20, 0, 12, 3.5) { CommitInterval = TimeSpan.FromMilliseconds(100) };
        var lines = Millrace.Cli.Running.WatchReport.Draw(status, 140).Split('\n');
        var plain = lines.Select(l => System.Text.RegularExpressions.Regex.Replace(l, "\\e\\[[0-9;]*m", "").TrimEnd()).ToList();
        Assert.Matches(@"orders +source +1,234,567 +1,234,000 +5,000 +2024-03-01T10:00:00Z +3 +2 +0", Assert.Single(plain, l => l.Contains(" source ", StringComparison.Ordinal)));
        Assert.Matches(@"\[hourly\] +materialized +1,234,000 +24 +5,000 +0 +0 +24", Assert.Single(plain, l => l.Contains(" materialized ", StringComparison.Ordinal)));
        Assert.Contains(plain, l => l.Contains("version 7, running, last commit 3.5 ms (one every 100 ms), 5 MB", StringComparison.Ordinal));
        Assert.All(plain, l => Assert.InRange(l.Length, 0, 140));
        Assert.All(System.Text.RegularExpressions.Regex.Replace(Millrace.Cli.Running.WatchReport.Draw(status, 60), "\\e\\[[0-9;]*m", "").Split('\n'), l => Assert.InRange(l.Length, 0, 60));
    }

    [Fact]
    public void Bars_have_a_label_each()
    {
        var chart = new ChartData("Top", "bar", "product", "revenue", false, [new("", [new(0, "Tea", 3), new(1, "Milk", -1)])]);
        var svg = SvgChart.Render(chart);
        Assert.Contains(">Tea</text>", svg);
        Assert.Contains(">Milk</text>", svg);
        _ = System.Xml.Linq.XDocument.Parse(svg);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\tb\nc\u001b[31m", "a b c [31m")]
    public void Nothing_in_a_cell_can_upset_a_terminal(string text, string expected) => Assert.Equal(expected, TextTable.OneLine(text));
}
