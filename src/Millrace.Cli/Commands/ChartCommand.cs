using System.CommandLine;
using Millrace.Cli.Charts;
using Millrace.Cli.Output;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace chart VIEW --out FILE</c>: a picture of a stored view.</summary>
sealed class ChartCommand : ICommand
{
    public Command Create()
    {
        var view = new Argument<string>("VIEW") { Description = "A materialized view." };
        var target = new Option<string>("--out") { Description = "The picture: a file that ends in .svg or .html.", HelpName = "FILE", Required = true };
        var data = CommonOptions.Data();
        var kind = new Option<string?>("--kind") { Description = "line or bar. Default: line where the view has a time column, bar otherwise." };
        kind.AcceptOnlyFromAmong("line", "bar");
        var x = new Option<string?>("--x") { Description = "Column of the horizontal axis. Default: the first TIMESTAMP, else the first TEXT column.", HelpName = "COLUMN" };
        var y = new Option<string?>("--y") { Description = "Column of the vertical axis. Default: the first number that is no part of the key.", HelpName = "COLUMN" };
        var series = new Option<string?>("--series") { Description = "Column whose values are lines of their own. Default: the first TEXT column of the key.", HelpName = "COLUMN" };
        var at = CommonOptions.Store();
        var title = new Option<string?>("--title") { Description = "What stands above. Default: the columns and the view.", HelpName = "TEXT" };
        var json = CommonOptions.Json("Says what was drawn as one JSON object.");
        var command = new Command("chart", "Draws a stored view as a line or bar chart: SVG, alone or in a page.") { view, target, data, at, kind, x, y, series, title, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(target) is { } path && Path.GetExtension(path).ToLowerInvariant() is not (".svg" or ".html"))
                result.AddError($"--out '{path}' must end in .svg or .html.");
        });
        command.SetAction(parsed =>
        {
            using var store = StoredResults.Open(parsed.GetValue(at), parsed.GetValue(data));
            using var snapshot = store.Snapshot();
            var chart = ChartData.Read(snapshot, parsed.GetValue(view)!, parsed.GetValue(kind), parsed.GetValue(x), parsed.GetValue(y), parsed.GetValue(series), parsed.GetValue(title));
            var path = parsed.GetValue(target)!;
            File.WriteAllText(path, Path.GetExtension(path).Equals(".svg", StringComparison.OrdinalIgnoreCase) ? SvgChart.Render(chart) : SvgChart.RenderPage(chart));
            if (parsed.GetValue(json)) Terminal.Json(new { file = path, view = parsed.GetValue(view), title = chart.Title, kind = chart.Kind, x = chart.XName, y = chart.YName, points = chart.Points, version = snapshot.Version });
            else Terminal.Line($"{path}: {chart.Title}, {chart.Points} points of version {snapshot.Version}.");
            return ExitCodes.Done;
        });
        return command;
    }
}
