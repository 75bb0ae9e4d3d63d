using System.Globalization;
using System.Net;
using System.Text;
using Millrace.Time;

namespace Millrace.Cli.Charts;

/// <summary>A chart as SVG that stands alone: no script, no font, no link; a title and a description for those who cannot see it.</summary>
static class SvgChart
{
    const int Width = 960;
    const int Left = 88;
    const int Right = 24;
    const int Top = 64;
    const int BarHeight = 26;
    const int PlotHeight = 380;

    // Okabe and Ito (2008): eight colours that people with any colour vision tell apart; later series repeat them dashed.
    static readonly string[] Colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F6A00", "#444444"];

    /// <summary>The chart in a page of its own.</summary>
    public static string RenderPage(ChartData chart) =>
        $"<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{Escape(chart.Title)}</title>\n" +
        $"<style>body{{margin:2rem auto;max-width:{Width}px;padding:0 1rem;background:#fff}}svg{{width:100%;height:auto}}</style>\n{Render(chart)}</html>\n";

    /// <summary>The chart.</summary>
    public static string Render(ChartData chart)
    {
        var legend = chart.Series.Count > 1 ? 24 * ((chart.Series.Count + 3) / 4) : 0;
        var plot = chart.Kind == "bar" ? BarHeight * chart.Series[0].Points.Count : PlotHeight;
        var height = Top + plot + 56 + legend;
        var svg = new StringBuilder();
        Add(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"chart-title chart-desc\" font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#222\">\n");
        Add(svg, $"<title id=\"chart-title\">{Escape(chart.Title)}</title>\n<desc id=\"chart-desc\">{Escape(Description(chart))}</desc>\n");
        Add(svg, $"<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<text x=\"{Left}\" y=\"32\" font-size=\"18\" font-weight=\"600\">{Escape(chart.Title)}</text>\n");
        if (chart.Kind == "bar") Bars(svg, chart);
        else Lines(svg, chart);
        if (legend > 0) Legend(svg, chart, Top + PlotHeight + 56);
        svg.Append("</svg>\n");
        return svg.ToString();
    }

    static string Description(ChartData chart)
    {
        var points = chart.Series.SelectMany(s => s.Points).ToList();
        var least = points.MinBy(p => p.Y);
        var most = points.MaxBy(p => p.Y);
        var span = chart.Kind == "bar" ? "" : $" from {points.MinBy(p => p.X).Label} to {points.MaxBy(p => p.X).Label}";
        var lines = chart.Series.Count > 1 ? $" in {chart.Series.Count} lines ({string.Join(", ", chart.Series.Select(s => s.Name))})" : "";
        return $"{(chart.Kind == "bar" ? "Bar" : "Line")} chart of {chart.YName} by {chart.XName}{span}, {points.Count} points{lines}. Largest {Short(most.Y)} at {most.Label}, smallest {Short(least.Y)} at {least.Label}.";
    }

    static void Lines(StringBuilder svg, ChartData chart)
    {
        var points = chart.Series.SelectMany(s => s.Points).ToList();
        var (xLeast, xMost) = (points.Min(p => p.X), points.Max(p => p.X));
        var ticks = Ticks(Math.Min(0, points.Min(p => p.Y)), points.Max(p => p.Y));
        var (yLeast, yMost) = (ticks[0], ticks[^1]);
        double X(double x) => xMost > xLeast ? Left + (x - xLeast) / (xMost - xLeast) * (Width - Left - Right) : (Left + Width - Right) / 2.0;
        double Y(double y) => Top + PlotHeight - (y - yLeast) / (yMost - yLeast) * PlotHeight;

        foreach (var tick in ticks)
        {
            Add(svg, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(tick):0.#}\" y2=\"{Y(tick):0.#}\" stroke=\"{(tick == 0 ? "#888" : "#e2e2e2")}\"/>");
            Add(svg, $"<text x=\"{Left - 8}\" y=\"{Y(tick) + 4:0.#}\" text-anchor=\"end\">{Short(tick)}</text>\n");
        }
        for (var i = 0; i <= 4; i++)
        {
            var at = xLeast + (xMost - xLeast) * i / 4;
            var anchor = i == 0 ? "start" : i == 4 ? "end" : "middle";
            Add(svg, $"<text x=\"{X(at):0.#}\" y=\"{Top + PlotHeight + 22}\" text-anchor=\"{anchor}\">{Escape(XLabel(chart, points, at))}</text>\n");
            if (xMost == xLeast) break;
        }
        Add(svg, $"<text x=\"{Left}\" y=\"{Top - 10}\" fill=\"#555\">{Escape(chart.YName)}</text>\n");
        for (var s = 0; s < chart.Series.Count; s++)
        {
            var series = chart.Series[s];
            var (colour, dash) = Look(s);
            if (series.Points.Count == 1) Add(svg, $"<circle cx=\"{X(series.Points[0].X):0.#}\" cy=\"{Y(series.Points[0].Y):0.#}\" r=\"3\" fill=\"{colour}\"/>\n");
            else
            {
                svg.Append("<polyline points=\"");
                foreach (var point in series.Points) Add(svg, $"{X(point.X):0.#},{Y(point.Y):0.#} ");
                svg.Length--;
                Add(svg, $"\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-linejoin=\"round\"{dash}>");
                Add(svg, $"<title>{Escape(series.Name.Length == 0 ? chart.YName : series.Name)}</title></polyline>\n");
            }
        }
    }

    static string XLabel(ChartData chart, List<ChartPoint> points, double at)
    {
        if (!chart.IsTime) return points.MinBy(p => Math.Abs(p.X - at)).Label;
        var text = new Timestamp((long)(Math.Round(at / 60e6) * 60e6)).ToDateTimeOffset();
        var span = points.Max(p => p.X) - points.Min(p => p.X);
        return text.ToString(span > 3 * 86400e6 ? "yyyy-MM-dd" : "MM-dd HH:mm", CultureInfo.InvariantCulture);
    }

    static void Bars(StringBuilder svg, ChartData chart)
    {
        var bars = chart.Series[0].Points;
        var most = Math.Max(bars.Max(p => p.Y), 0);
        var least = Math.Min(bars.Min(p => p.Y), 0);
        var span = most > least ? most - least : 1;
        const int From = 220;
        var to = Width - Right - 90;
        double X(double y) => From + (y - least) / span * (to - From);
        for (var i = 0; i < bars.Count; i++)
        {
            var y = Top + i * BarHeight;
            var (a, b) = (Math.Min(X(0), X(bars[i].Y)), Math.Max(X(0), X(bars[i].Y)));
            Add(svg, $"<text x=\"{From - 8}\" y=\"{y + 17}\" text-anchor=\"end\">{Escape(Cut(bars[i].Label, 28))}</text>");
            Add(svg, $"<rect x=\"{a:0.#}\" y=\"{y + 3}\" width=\"{b - a:0.#}\" height=\"{BarHeight - 7}\" rx=\"2\" fill=\"{Colours[0]}\"><title>{Escape(bars[i].Label)}: {Short(bars[i].Y)}</title></rect>");
            Add(svg, $"<text x=\"{b + 6:0.#}\" y=\"{y + 17}\">{Short(bars[i].Y)}</text>\n");
        }
        Add(svg, $"<text x=\"{From}\" y=\"{Top - 10}\" fill=\"#555\">{Escape(chart.YName)}</text>\n");
    }

    static void Legend(StringBuilder svg, ChartData chart, int top)
    {
        var width = (Width - Left - Right) / 4;
        for (var s = 0; s < chart.Series.Count; s++)
        {
            var (colour, dash) = Look(s);
            var (x, y) = (Left + s % 4 * width, top + s / 4 * 24);
            Add(svg, $"<line x1=\"{x}\" x2=\"{x + 22}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"3\"{dash}/><text x=\"{x + 28}\" y=\"{y + 4}\">{Escape(Cut(chart.Series[s].Name, 24))}</text>\n");
        }
    }

    static (string Colour, string Dash) Look(int series) => (Colours[series % Colours.Length], series < Colours.Length ? "" : " stroke-dasharray=\"5 4\"");

    /// <summary>Round numbers from at or below the least to at or above the most value, about five of them.</summary>
    internal static IReadOnlyList<double> Ticks(double least, double most)
    {
        if (most <= least) most = least + 1;
        var rough = (most - least) / 5;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power <= 1 ? 1 : rough / power <= 2 ? 2 : rough / power <= 5 ? 5 : 10);
        var first = Math.Floor(least / step);
        var last = Math.Ceiling(most / step);
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
    }

    /// <summary>A number in a few characters: 1.2k, 3.4M.</summary>
    internal static string Short(double value)
    {
        var (scaled, suffix) = Math.Abs(value) switch
        {
            >= 1e12 => (value / 1e12, "T"),
            >= 1e9 => (value / 1e9, "G"),
            >= 1e6 => (value / 1e6, "M"),
            >= 1e4 => (value / 1e3, "k"),
            _ => (value, ""),
        };
        return scaled.ToString("0.##", CultureInfo.InvariantCulture) + suffix;
    }

    static string Cut(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";

    static string Escape(string text) => WebUtility.HtmlEncode(Sql.TextTable.OneLine(text));

    static void Add(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
}
