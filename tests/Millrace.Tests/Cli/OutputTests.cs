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
