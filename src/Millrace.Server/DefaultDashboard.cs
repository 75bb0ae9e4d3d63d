using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Server;

/// <summary>The dashboard of a file that declares none: every materialized view gets the chart that suits its columns.</summary>
/// <remarks>
/// A view of one row becomes tiles with its numbers. A view with a window becomes lines, one tile for each number: one line in all, or one for each text of its
/// only text key where these are few; where they are many, bars of the newest window. A view keyed by one text becomes bars. Any other becomes a table.
/// Views of one row stand first, tiles for cleaning and for the pipeline at the end.
/// </remarks>
static class DefaultDashboard
{
    /// <summary>Lines that a chart can show and still be read.</summary>
    public const int SeriesMax = 12;

    const int NumbersMax = 3, Bars = 10;

    /// <param name="pipeline">What runs.</param>
    /// <param name="countTexts">How many different texts a column of a view has so far.</param>
    public static DashboardDefinition Make(Pipeline pipeline, Func<string, int, int> countTexts)
    {
        var tiles = ImmutableArray.CreateBuilder<TileDefinition>();
        foreach (var view in pipeline.Views.Where(v => v.IsMaterialized).OrderBy(v => !IsOneRow(v.Plan))) tiles.AddRange(Tiles(view, countTexts));
        if (!pipeline.Sources.IsEmpty) tiles.Add(new() { Kind = "quality", Title = "Data quality", Width = 2 });
        tiles.Add(new() { Kind = "pipeline", Title = "Pipeline", Width = 2 });
        return new(pipeline.Name, Words(pipeline.Name), tiles.ToImmutable());
    }

    static IEnumerable<TileDefinition> Tiles(ViewDefinition view, Func<string, int, int> countTexts)
    {
        var plan = view.Plan;
        var schema = plan.Schema;
        var columns = RowJson.Visible(schema);
        var numbers = columns.Where(i => schema[i].Type.IsNumeric && !plan.Key.Contains(i)).Take(NumbersMax).Select(i => schema[i].Name).ToList();
        var title = Words(view.Name);
        var table = new TileDefinition { Kind = "table", Title = title, View = view.Name, Width = 2 };
        if (numbers.Count == 0) return [table];

        string Title(string number) => numbers.Count == 1 ? title : $"{title}: {Words(number).ToLowerInvariant()}";
        if (IsOneRow(plan)) return numbers.Select(n => new TileDefinition { Kind = "kpi", Title = Title(n), View = view.Name, Value = n });

        var window = columns.FirstOrDefault(i => schema[i].Type.Kind == TypeKind.Timestamp && plan.Key.Contains(i), -1);
        var others = plan.Key.Where(i => i != window).ToList();
        var isText = others is [var only] && schema[only].Type.Kind == TypeKind.Text && columns.Contains(only);
        if (others.Count > 1 || others.Count == 1 && !isText || others.Count == 0 && window < 0) return [table];
        if (window >= 0 && (others.Count == 0 || countTexts(view.Name, others[0]) <= SeriesMax))
        {
            return numbers.Select(n => new TileDefinition
            {
                Kind = "line",
                Title = Title(n),
                View = view.Name,
                X = schema[window].Name,
                Y = n,
                Series = others.Count == 0 ? null : schema[others[0]].Name,
                Width = 2,
            });
        }
        return numbers.Select(n => new TileDefinition { Kind = "bar", Title = Title(n), View = view.Name, X = schema[others[0]].Name, Y = n, Top = Bars, Width = 2 });
    }

    /// <summary>Whether a view has a single row: an aggregate without window and keys.</summary>
    public static bool IsOneRow(PlanNode plan)
    {
        while (plan is Project or Filter or Expect) plan = plan.Inputs[0];
        return plan is Aggregate { Window: null, Keys.IsEmpty: true };
    }

    /// <summary>A name as people write it: revenue_by_country is Revenue by country.</summary>
    static string Words(string name)
    {
        var words = name.Replace('_', ' ').Replace('-', ' ').Trim();
        return words.Length == 0 ? name : char.ToUpperInvariant(words[0]) + words[1..];
    }
}
