using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>ML_FORECAST and ML_DETECT_ANOMALIES in a select list: the other items and what they need are selected below, their own columns come behind.</summary>
internal sealed class SeriesBinder(Compilation compilation, string view)
{
    const string ValueName = "$series_value", TimeName = "$series_time", PartitionName = "$series_key";

    /// <summary>Whether a select list has one.</summary>
    public static bool Has(SelectBody select) => select.Items.Any(i => i.Expression is SeriesExpr);

    /// <summary>The rows of a select list with one.</summary>
    /// <param name="select">As it was written.</param>
    /// <param name="bind">Binds what is selected below.</param>
    public PlanNode Bind(SelectBody select, Func<SelectBody, PlanNode> bind)
    {
        var items = select.Items.Where(i => i.Expression is SeriesExpr).ToList();
        var series = (SeriesExpr)items[0].Expression;
        var function = series.Function.Text.ToUpperInvariant();
        if (compilation.IsQuery) throw new SqlError(Codes.NotYet, series.Function.Span, $"{function} in a query: it learns while the pipeline runs. Declare CREATE MATERIALIZED VIEW name AS SELECT ... in the file, and query that.");
        if (items.Count > 1) throw new SqlError(Codes.BadSeries, items[1].Expression.Span, "a select list has one ML_FORECAST or ML_DETECT_ANOMALIES. Write the other around it, in a view or a query in FROM.");
        if (items[0].Alias is { } alias) throw new SqlError(Codes.BadSeries, alias.Span, $"{function} gives several columns, which have names of their own: leave AS out, and rename them in a query around this one.");
        if (select.IsDistinct || !select.DistinctOn.IsEmpty) throw new SqlError(Codes.BadSeries, series.Span, $"{function} in a SELECT DISTINCT. Write the DISTINCT in a query around it.");
        var window = Window(series, select);
        var partition = window.PartitionBy;
        var others = select.Items.Where(i => i.Expression is not SeriesExpr).ToList();
        SelectItem Hidden(Expr expression, string name) => new(expression, new Name(name, expression.Span));
        var node = bind(select with
        {
            Items = [.. others, .. partition.Select((p, i) => Hidden(p, PartitionName + i)), Hidden(series.Value, ValueName), Hidden(series.Time, TimeName)],
            Windows = select.Windows,
        });
        int At(string name) => node.Schema.IndexOf(name);
        var value = node.Schema[At(ValueName)].Type;
        if (!value.IsNumeric) throw new SqlError(Codes.BadSeries, series.Value.Span, $"{function} follows numbers; this is {value}.");
        if (PlanBuilder.LagOf(node, At(TimeName)) is not { } lag)
            throw new SqlError(Codes.BadSeries, series.Time.Span, $"{function} goes by event time, and the watermark says nothing about this column. Take the source's time column, or window_start.");
        var options = new SeriesOptions(compilation, series, lag);
        var shown = Enumerable.Range(0, node.Schema.Count).Where(i => !PlanBuilder.IsHidden(node.Schema[i].Name)).ToList();
        var added = options.Horizon > 0 ? FollowSeries.Forecasts : FollowSeries.Findings;
        foreach (var field in added)
            if (shown.FirstOrDefault(i => node.Schema[i].Name == field.Name, -1) >= 0)
                throw new SqlError(Codes.AmbiguousColumn, series.Span, $"the select list has a column '{field.Name}' already, as {function} gives one. Give it another name.");
        if (PlanSearch.IsNeverFinal(node)) compilation.Findings.Warning(Codes.LateFinal, series.Function.Span, $"{function} reads final rows, and nothing here is final before the input ends. Group by a window below it.");
        if (!partition.IsEmpty)
            compilation.Findings.Warning(Codes.UnboundedState, series.Span, $"'{view}' keeps what it has learned of every series for ever, some {(options.Season + 10) * 3} kB each. That is fine where there are not ever new ones.");
        var followed = PlanBuilder.Follow(node, [.. partition.Select((_, i) => At(PartitionName + i))], At(ValueName), new(At(TimeName), lag), options.Horizon, options.Season, options.EveryMicroseconds,
            options.Missing, options.Confidence, view, PlanSearch.Late(node), compilation.Where(series.Span));
        var columns = shown.Concat(Enumerable.Range(node.Schema.Count, added.Length));
        return PlanBuilder.Project(followed, [.. columns.Select(c => ((Expression)new ColumnReference(c, followed.Schema[c].Name, followed.Schema[c].Type), followed.Schema[c].Name))], compilation.Where(select.Span));
    }

    static WindowSyntax Window(SeriesExpr series, SelectBody select)
    {
        var window = series.Window;
        if (window.Base is { } name)
            window = select.Windows.LastOrDefault(w => w.Name.Text == name.Text)?.Window ?? throw new SqlError(Codes.BadOver, name.Span, $"no window '{name}'.{Suggestions.OrList(name.Text, select.Windows.Select(w => w.Name.Text), "WINDOW declares")}");
        if (window.Frame is { } frame) throw new SqlError(Codes.BadSeries, frame.Span, "a series has no frame: all numbers before count.");
        if (window.OrderBy.Length > 1 || window.OrderBy.Any(o => o.IsDescending || !IsSame(o.Expression, series.Time)))
            throw new SqlError(Codes.BadSeries, window.OrderBy[0].Expression.Span, "a series is ordered by its time, ascending: ORDER BY names the second argument.");
        return window;
    }

    static bool IsSame(Expr a, Expr b) => a is ColumnExpr x && b is ColumnExpr y && x.Column.Text == y.Column.Text && (x.Table is null || y.Table is null || x.Table.Text == y.Table.Text);
}

/// <summary>The named arguments of ML_FORECAST and ML_DETECT_ANOMALIES.</summary>
internal sealed class SeriesOptions
{
    const int Most = 10_000;

    public SeriesOptions(Compilation compilation, SeriesExpr series, long lag)
    {
        var isForecast = series.Function.Text == "ml_forecast";
        string[] known = isForecast ? ["horizon", "season", "every", "missing", "confidence"] : ["season", "every", "missing", "confidence"];
        Horizon = isForecast ? 1 : 0;
        Confidence = isForecast ? ModelDefinition.UsualConfidence : ModelDefinition.UsualScoreConfidence;
        EveryMicroseconds = lag; // a window's start lags by its length
        foreach (var (name, value) in series.Arguments)
        {
            if (!known.Contains(name.Text)) throw new SqlError(Codes.UnknownOption, name.Span, $"{series.Function.Text.ToUpperInvariant()} takes no argument '{name}'.{Suggestions.OrList(name.Text, known, "There are")}");
            switch (name.Text)
            {
                case "horizon": Horizon = Steps(compilation, value, "horizon"); break;
                case "season": Season = Steps(compilation, value, "season"); break;
                case "every":
                    var interval = Constants.Interval(compilation, value, "interval of every");
                    if (!interval.IsFixed || interval.FixedMicroseconds <= 0) throw new SqlError(Codes.BadOption, value.Span, "every takes an interval longer than nothing, in days and time (months are not all alike).");
                    EveryMicroseconds = interval.FixedMicroseconds;
                    break;
                case "missing":
                    Missing = Constants.Of(compilation, value, DataType.Double, "missing").Value as double? ?? double.NaN;
                    break;
                default:
                    var share = Constants.Of(compilation, value, DataType.Double, "confidence").Value as double?;
                    Confidence = share is > 0 and < 1 ? share.Value : throw new SqlError(Codes.BadOption, value.Span, "confidence is a share above 0 and below 1.");
                    break;
            }
        }
        if (isForecast && EveryMicroseconds == 0)
            throw new SqlError(Codes.BadSeries, series.Span, "the times of a forecast follow from the time between two numbers: add every => INTERVAL '1 hour', or forecast the start of a window.");
    }

    public int Horizon { get; }
    public int Season { get; } = 1;
    public long EveryMicroseconds { get; }
    public double Missing { get; } = double.NaN;
    public double Confidence { get; }

    static int Steps(Compilation compilation, Expr value, string name)
    {
        var count = Constants.Count(compilation, value, name);
        return count is >= 1 and <= Most ? (int)count : throw new SqlError(Codes.BadOption, value.Span, $"{name} is a number of steps, 1 to {Most}.");
    }
}
