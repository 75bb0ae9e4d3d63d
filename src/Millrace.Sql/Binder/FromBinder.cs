using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>What FROM gives: rows, their columns, and the windows that are laid over them but not yet made.</summary>
/// <param name="Node">The rows, without window columns.</param>
/// <param name="Scope">Their columns; those of the window come last, behind the columns of <paramref name="Node"/>.</param>
/// <param name="Window">TUMBLE or HOP, or null.</param>
internal sealed record From(PlanNode Node, Scope Scope, WindowSpec? Window = null)
{
    /// <summary>Whether an expression names a window column.</summary>
    public bool IsWindowColumn(int index) => Window is not null && index >= Node.Schema.Count;
}

/// <summary>Tables that WITH declares.</summary>
internal sealed record CommonTables(ImmutableDictionary<string, PlanNode> Plans)
{
    public static CommonTables None { get; } = new(ImmutableDictionary<string, PlanNode>.Empty.WithComparers(StringComparer.Ordinal));
}

/// <summary>FROM: tables, queries, TUMBLE and HOP.</summary>
internal sealed class FromBinder(Compilation compilation, Func<Query, CommonTables, PlanNode> bindQuery)
{
    /// <summary>Windows that a row may fall into at most.</summary>
    const int MaxOverlap = 10_000;

    // A thousand years: beyond it sums of microseconds would not fit.
    const int MaxMonths = 12_000;
    const long MaxDays = 366_000;

    public From Bind(FromItem? item, CommonTables common)
    {
        switch (item)
        {
            case null: return new(PlanBuilder.Values(Schema.Empty, [[]]), Scope.Empty);
            case TableItem table:
                var node = common.Plans.GetValueOrDefault(table.Table.Text) ?? compilation.Relation(table.Table).Plan!;
                var known = table.Alias ?? table.Table;
                return Renamed(new(node, Scope.Of(node, known.Text, table.Table.Text)), table);
            case QueryItem query:
                var rows = bindQuery(query.Query, common);
                return Renamed(new(rows, Scope.Of(rows, query.Alias?.Text ?? "", query.Alias is { } alias ? alias.Text : "the query in FROM")), query);
            case JoinItem join: throw new SqlError(Codes.NotYet, join.Word, "a join does not exist yet.");
            default: return BindWindow((WindowItem)item, common);
        }
    }

    static From Renamed(From rows, FromItem item)
    {
        if (item.Columns.IsEmpty) return rows;
        var columns = rows.Scope.Columns;
        if (item.Columns.Length > columns.Count)
            throw new SqlError(Codes.UnionColumns, item.Columns[columns.Count].Span, $"{item.Columns.Length} names for {columns.Count} columns of {rows.Scope.Description}.");
        var renamed = columns.Select((c, i) => i < item.Columns.Length ? c with { Name = item.Columns[i].Text } : c);
        return rows with { Scope = new Scope(rows.Scope.Description, [.. renamed]) };
    }

    From BindWindow(WindowItem item, CommonTables common)
    {
        if (item.Input is WindowItem inner) throw new SqlError(Codes.BadWindow, inner.Span, "a window directly over a window. Write a query in FROM: TUMBLE((SELECT ... FROM HOP(...)), ...).");
        var input = Bind(item.Input, common);
        var time = input.Scope.Find(null, item.Time) ?? throw input.Scope.Unknown(null, item.Time);
        if (time.Type.Kind != TypeKind.Timestamp) throw new SqlError(Codes.WrongTypes, item.Time.Span, $"'{item.Time}' is {time.Type}; a window goes by a TIMESTAMP column.");
        if (!compilation.IsQuery && PlanBuilder.LagOf(input.Node, time.Index) is null) throw NoWatermark(item, input);
        var window = Spec(item, time.Index);
        var table = (item.Alias ?? item.Input.Alias ?? (item.Input as TableItem)?.Table)?.Text ?? "";
        var columns = input.Scope.Columns.Where(c => PlanBuilder.WindowFields.All(w => w.Name != c.Name)).Select(c => c with { Table = table })
            .Concat(PlanBuilder.WindowFields.Select((f, i) => new ScopeColumn(table, f.Name, input.Node.Schema.Count + i, f.Type)));
        var description = $"the result of {item.Function.Text.ToUpperInvariant()}({((item.Input as TableItem)?.Table.Text ?? "...")}, ...)";
        return Renamed(new(input.Node, new Scope(description, [.. columns]), window), item);
    }

    SqlError NoWatermark(WindowItem item, From input)
    {
        var known = input.Scope.Columns.Where(c => PlanBuilder.LagOf(input.Node, c.Index) is not null).Select(c => $"'{c.Name}'").ToList();
        var sources = PlanSearch.Sources(input.Node);
        var message = known.Count > 0
            ? $"the watermark says nothing about '{item.Time}', so a window over it would never close. A window here can go by {string.Join(" or ", known)}."
            : sources.Any(s => s.Plan is { } plan && PlanSearch.HasWatermark(plan))
                ? $"no column of event time is left in {input.Scope.Description}: '{item.Time}' is computed. Select the source's time column as it is."
                : $"a window over '{item.Time}' would never close: {(sources.Count == 0 ? "there is" : $"source '{sources[0].Name}' has")} no watermark. Add WATERMARK FOR {item.Time} AS {item.Time} - INTERVAL '5 seconds' to it.";
        return new(Codes.NoWatermark, item.Time.Span, message);
    }

    WindowSpec Spec(WindowItem item, int time)
    {
        var isHop = item.Function.Text == "hop";
        string[] positions = isHop ? ["slide", "size", "offset", "zone"] : ["size", "offset", "zone"];
        var given = new Dictionary<string, Expr>(StringComparer.Ordinal);
        for (var i = 0; i < item.Arguments.Length; i++)
        {
            var (name, value) = item.Arguments[i];
            var key = name?.Text ?? (i < positions.Length ? positions[i] : throw new SqlError(Codes.BadWindow, value.Span, $"too many arguments. Usage: {Usage(isHop)}."));
            if (!positions.Contains(key)) throw new SqlError(Codes.BadWindow, name!.Span, $"no argument '{key}'.{Suggestions.OrList(key, positions, "There are")}");
            if (!given.TryAdd(key, value)) throw new SqlError(Codes.Repeated, value.Span, $"the argument {key} is given twice. Usage: {Usage(isHop)}.");
        }
        foreach (var needed in isHop ? new[] { "slide", "size" } : ["size"])
            if (!given.ContainsKey(needed)) throw new SqlError(Codes.BadWindow, item.Span, $"the argument {needed} is missing. Usage: {Usage(isHop)}.");
        var size = Length("size", given["size"]);
        var slide = isHop ? Length("slide", given["slide"]) : size;
        if (isHop) CheckSlide(size, slide, given["slide"].Span);
        var offset = given.TryGetValue("offset", out var shift) ? Interval(shift, "offset") : default;
        return new WindowSpec(isHop ? WindowKind.Hop : WindowKind.Tumble, time, size, slide, offset, given.TryGetValue("zone", out var zone) ? Zone(zone) : null);
    }

    static string Usage(bool isHop) => isHop ? "HOP(table, time, slide, size [, offset => ...] [, zone => '...'])" : "TUMBLE(table, time, size [, offset => ...] [, zone => '...'])";

    static void CheckSlide(Interval size, Interval slide, Span span)
    {
        if (size.IsFixed != slide.IsFixed) throw new SqlError(Codes.NotYet, span, "a slide in months with a size in days, or the reverse, does not exist yet.");
        var (long_, step) = (size.ApproximateMicroseconds, slide.ApproximateMicroseconds);
        if (step > long_) throw new SqlError(Codes.BadWindow, span, "the slide is longer than the size: rows between windows would be lost. Arguments are HOP(table, time, slide, size).");
        if (long_ / step > MaxOverlap) throw new SqlError(Codes.BadWindow, span, $"a row would fall into {long_ / step} windows; at most {MaxOverlap} are allowed. Make the slide longer.");
    }

    Interval Length(string what, Expr expression)
    {
        var interval = Interval(expression, what);
        if (interval.Months != 0 && (interval.Days != 0 || interval.Microseconds != 0)) throw new SqlError(Codes.BadWindow, expression.Span, $"the {what} mixes months with days or time.");
        if (interval.Months < 0 || interval.IsFixed && interval.FixedMicroseconds <= 0) throw new SqlError(Codes.BadWindow, expression.Span, $"the {what} must be longer than nothing.");
        return interval;
    }

    Interval Interval(Expr expression, string what)
    {
        var interval = Constants.Interval(compilation, expression, what);
        if (Math.Abs((long)interval.Months) > MaxMonths || Math.Abs((long)interval.Days) > MaxDays || Int128.Abs(interval.Microseconds) > MaxDays * (Int128)Data.Interval.MicrosecondsPerDay)
            throw new SqlError(Codes.BadWindow, expression.Span, $"the {what} is longer than 1000 years.");
        return interval;
    }

    string Zone(Expr expression)
    {
        var zone = Constants.Text(compilation, expression, "the zone");
        return TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _) ? zone : throw new SqlError(Codes.BadArgument, expression.Span, $"no time zone '{zone}'. Zones are named as in 'Europe/Berlin' or 'UTC'.");
    }
}
