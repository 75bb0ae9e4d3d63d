using Millrace.Data;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>CREATE DASHBOARD. Tiles aggregate nothing, so the view behind each must already have the shape that its kind shows.</summary>
internal sealed class DashboardBinder(Compilation compilation)
{
    static readonly Dictionary<string, string[]> s_kinds = new(StringComparer.Ordinal)
    {
        ["kpi"] = ["value", "format", "width"],
        ["line"] = ["x", "y", "series", "format", "width"],
        ["bar"] = ["x", "y", "format", "width", "top"],
        ["table"] = ["width"],
        ["quality"] = ["width"],
        ["pipeline"] = ["width"],
    };

    public DashboardDefinition Bind(CreateDashboard dashboard)
    {
        var tiles = new List<TileDefinition>();
        var isValid = true;
        foreach (var tile in dashboard.Tiles) isValid &= compilation.Try(() => tiles.Add(Bind(tile)));
        return isValid ? new(dashboard.Name.Text, dashboard.Title ?? dashboard.Name.Text, [.. tiles]) : throw SqlError.ToldBefore;
    }

    TileDefinition Bind(TileSyntax tile)
    {
        var kind = tile.Kind.Text;
        if (!s_kinds.TryGetValue(kind, out var allowed)) throw new SqlError(Codes.BadTile, tile.Kind.Span, $"no tile '{kind}'.{Suggestions.OrList(kind, s_kinds.Keys, "Kinds are")}");
        foreach (var clause in tile.Clauses)
            if (!allowed.Contains(clause.Word.Text)) throw new SqlError(Codes.BadTile, clause.Word.Span, $"a {kind} has no {clause.Word.Text.ToUpperInvariant()}. It takes {string.Join(", ", allowed.Select(a => a.ToUpperInvariant()))}.");
        var width = int.Parse(Clause(tile, "width")?.Value ?? "1", System.Globalization.CultureInfo.InvariantCulture);
        if (width is < 1 or > 4) throw new SqlError(Codes.BadTile, Clause(tile, "width")!.ValueSpan, $"WIDTH is 1 to 4 columns of the page, not {width}.");
        if (Clause(tile, "top") is { Value: "0" } top) throw new SqlError(Codes.BadTile, top.ValueSpan, "TOP is at least 1.");
        var format = Clause(tile, "format");
        if (format is not null && format.Value is not ("number" or "currency" or "percent"))
            throw new SqlError(Codes.BadTile, format.ValueSpan, $"no format '{format.Value}'.{Suggestions.OrList(format.Value, ["number", "currency", "percent"], "There are")}");

        var definition = new TileDefinition { Kind = kind, Title = tile.Title ?? tile.View?.Text ?? kind, View = tile.View?.Text, Width = width, Format = format?.Value };
        switch (kind)
        {
            case "pipeline":
                if (tile.View is { } shown) throw new SqlError(Codes.BadTile, shown.Span, "a pipeline tile shows the whole pipeline and takes no FROM.");
                return definition;
            case "quality":
                if (tile.View is { } source && compilation.Relation(source).Kind != "source")
                    throw new SqlError(Codes.BadTile, source.Span, $"'{source}' is no source; a quality tile shows the cleaning of a source, or of all without FROM.");
                return definition;
        }
        if (tile.View is not { } name) throw new SqlError(Codes.BadTile, tile.Span, $"a {kind} shows a view: add FROM view.");
        var shape = new TileShape(Stored(name), name);
        return kind switch
        {
            "kpi" => Kpi(tile, definition, shape),
            "line" => Line(tile, definition, shape),
            "bar" => Bar(tile, definition, shape),
            _ => definition,
        };
    }

    static TileClause? Clause(TileSyntax tile, string word) => tile.Clauses.FirstOrDefault(c => c.Word.Text == word);

    PlanNode Stored(Name name)
    {
        var relation = compilation.Relation(name);
        if (relation.IsMaterialized) return relation.Plan!;
        throw new SqlError(Codes.NotMaterialized, name.Span, relation.Kind == "source"
            ? $"'{name}' is a source; a tile shows a stored view. Write CREATE MATERIALIZED VIEW v AS SELECT ... FROM {name}."
            : $"'{name}' is not stored. Write CREATE MATERIALIZED VIEW {name} ...");
    }

    static TileDefinition Kpi(TileSyntax tile, TileDefinition definition, TileShape shape)
    {
        var value = shape.Column(Clause(tile, "value") ?? throw new SqlError(Codes.BadTile, tile.Span, "a kpi shows one column: add VALUE column."));
        if (shape.Others.Count > 0)
            throw shape.Wrong($"a kpi shows one row a window, but '{shape.Name}' has one for each {shape.OtherNames}. Write a view without {shape.OtherNames} in its GROUP BY.");
        if (!shape.IsKeyed && !shape.IsSingleRow)
            throw shape.Wrong($"a kpi shows one row a window or a single row, but '{shape.Name}' is a stream of rows. Write a view with GROUP BY window_start, or an aggregate without GROUP BY.");
        if (shape.IsKeyed && shape.Time is null)
            throw shape.Wrong($"a kpi shows the newest window of '{shape.Name}', but the view does not select its window. Add window_start to its select list.");
        return definition with { Value = value, X = shape.Time };
    }

    static TileDefinition Line(TileSyntax tile, TileDefinition definition, TileShape shape)
    {
        var y = shape.Number(Clause(tile, "y") ?? throw new SqlError(Codes.BadTile, tile.Span, "a line needs Y column."));
        var xClause = Clause(tile, "x");
        var x = xClause is not null ? shape.Column(xClause) : shape.Time ?? throw new SqlError(Codes.BadTile, tile.Span, "a line needs X column: the view has no window column.");
        if (xClause is not null && !shape.IsMeasurable(x))
            throw new SqlError(Codes.TileShape, xClause.ValueSpan, $"'{x}' is {shape.TypeOf(x)}; the horizontal axis of a line is a time or a number. Use a bar.");
        var series = Clause(tile, "series") is { } clause ? shape.Column(clause) : null;
        var rest = shape.KeysBut(x, series);
        if (rest.Count > 0)
        {
            throw shape.Wrong($"a line has one row for each {x}{(series is null ? "" : $" and {series}")}, but '{shape.Name}' has one for each {string.Join(" and ", rest)} too. "
                + (series is null && rest.Count == 1 ? $"Add SERIES {rest[0]}." : $"Write a view without {string.Join(" and ", rest)} in its GROUP BY."));
        }
        return definition with { X = x, Y = y, Series = series };
    }

    static TileDefinition Bar(TileSyntax tile, TileDefinition definition, TileShape shape)
    {
        var x = shape.Column(Clause(tile, "x") ?? throw new SqlError(Codes.BadTile, tile.Span, "a bar needs X column."));
        var y = shape.Number(Clause(tile, "y") ?? throw new SqlError(Codes.BadTile, tile.Span, "a bar needs Y column."));
        var rest = shape.Others.Where(k => k != x).ToList();
        if (rest.Count > 0)
            throw shape.Wrong($"a bar shows one row for each {x} of the newest window, but '{shape.Name}' has one for each {string.Join(" and ", rest)}. "
                + (shape.IsKey(x) || rest.Count > 1 ? $"Write a view that groups by its window and {x} alone." : $"Write X {rest[0]}, or a view that groups by its window and {x} alone."));
        if (!shape.IsKeyed && !shape.IsSingleRow)
            throw shape.Wrong($"a bar shows one row for each {x}, but '{shape.Name}' is a stream of rows. Write a view with GROUP BY {x}.");
        return definition with { X = x, Y = y, Top = Clause(tile, "top") is { } top ? int.Parse(top.Value, System.Globalization.CultureInfo.InvariantCulture) : null };
    }
}

/// <summary>What a tile needs to know of its view: its columns, and what its rows are told apart by.</summary>
internal sealed class TileShape(PlanNode plan, Name view)
{
    readonly List<string> _columns = [.. plan.Schema.Fields.Select(f => f.Name).Where(n => !PlanBuilder.IsHidden(n))];

    public string Name => view.Text;
    public bool IsKeyed => !plan.Key.IsEmpty;
    public bool IsSingleRow { get; } = PlanSearch.IsSingleRow(plan);

    /// <summary>Key columns that are no event time.</summary>
    public List<string> Others { get; } = [.. plan.Key.Where(k => PlanBuilder.LagOf(plan, k) is null).Select(k => plan.Schema[k].Name.TrimStart('$'))];

    public string OtherNames => string.Join(" and ", Others);

    /// <summary>The visible key column of event time, or null.</summary>
    public string? Time { get; } = plan.Key.Where(k => PlanBuilder.LagOf(plan, k) is not null).Select(k => plan.Schema[k].Name).FirstOrDefault(n => !PlanBuilder.IsHidden(n));

    /// <summary>Whether a column is event time; several of one window tell the same.</summary>
    public bool IsTime(string column) => PlanBuilder.LagOf(plan, plan.Schema.IndexOf(column)) is not null;

    public bool IsKey(string column) => plan.Key.Contains(plan.Schema.IndexOf(column));

    /// <summary>Key columns other than these; a window column stands for the others of its window.</summary>
    public List<string> KeysBut(string x, string? series) =>
        [.. plan.Key.Select(k => plan.Schema[k].Name).Where(n => n != x && n != series && !(IsTime(n) && IsTime(x))).Select(n => n.TrimStart('$'))];

    public DataType TypeOf(string column) => plan.Schema[plan.Schema.IndexOf(column)].Type;

    public bool IsMeasurable(string column) => TypeOf(column) is { IsNumeric: true } or { Kind: TypeKind.Timestamp };

    public string Column(TileClause clause) => _columns.Contains(clause.Value) ? clause.Value
        : throw new SqlError(Codes.UnknownColumn, clause.ValueSpan, $"no column '{clause.Value}' in view '{view}'.{Suggestions.OrList(clause.Value, _columns, "Its columns are")}");

    public string Number(TileClause clause) => TypeOf(Column(clause)).IsNumeric ? clause.Value
        : throw new SqlError(Codes.TileShape, clause.ValueSpan, $"'{clause.Value}' is {TypeOf(clause.Value)}; {clause.Word.Text.ToUpperInvariant()} needs a number.");

    public SqlError Wrong(string message) => new(Codes.TileShape, view.Span, message);
}
