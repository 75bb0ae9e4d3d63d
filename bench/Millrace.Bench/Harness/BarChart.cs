using Millrace.Cli.Charts;

namespace Millrace.Bench.Harness;

/// <summary>Draws figures with the product's own charts into docs/images.</summary>
static class BarChart
{
    /// <summary>Writes docs/images/NAME.svg.</summary>
    public static void Draw(Workshop workshop, string name, string title, string unit, IEnumerable<(string Label, double Value)> bars)
    {
        var points = bars.Select(static (bar, i) => new ChartPoint(i, bar.Label, bar.Value)).ToList();
        File.WriteAllText(Path.Combine(workshop.Root, "docs", "images", name + ".svg"), SvgChart.Render(new ChartData(title, "bar", "size", unit, IsTime: false, [new ChartSeries("", points)])));
    }
}
