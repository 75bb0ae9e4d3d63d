using Millrace.Connectors;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>CREATE [MATERIALIZED] VIEW.</summary>
internal sealed class ViewBinder(Compilation compilation)
{
    /// <summary>Options of a view.</summary>
    public static IReadOnlyList<OptionSpec> Known { get; } =
    [
        new("retention", "duration", null, "How long rows stay in the store after the watermark has passed them; for ever unless given."),
        new("state_ttl", "duration", null, "Event time after which DISTINCT, top-n and OVER forget a key or partition, and that rows of a join may be apart."),
    ];

    public (ViewDefinition View, Emit? Emit) Bind(CreateView view)
    {
        var options = new OptionsBinder(compilation).Bind(view.Options, Known, "a view", view.Name.Span, out var isValid);
        var ttl = options.TextOrNull("state_ttl") is { Length: > 0 } text && OptionsBinder.Duration(text) is { } duration
            ? new Interval(0, 0, duration.Ticks / TimeSpan.TicksPerMicrosecond) : (Interval?)null;
        var plan = new QueryBinder(compilation, view.Name.Text, ttl).Bind(view.Query);
        CheckNames(view, plan);
        if (!view.Constraints.IsEmpty)
            plan = PlanBuilder.Expect(plan, view.Name.Text, Constraints.Bind(compilation, view.Constraints, Scope.Of(plan, view.Name.Text, $"view '{view.Name}'")));
        var emit = view.Emit is null ? null : EmitBinder.Bind(compilation, view.Emit);
        if (!isValid) throw SqlError.ToldBefore;
        OptionSyntax Of(string name) => view.Options.First(o => o.Name.Text == name);
        if (ttl is not null && !PlanSearch.HasDistinct(plan, view.Name.Text))
            throw new SqlError(Codes.BadRetention, Of("state_ttl").Name.Span, "state_ttl bounds DISTINCT, DISTINCT ON, joins, top-n and OVER; this view has none of them. Groups are bounded by a window.");
        TimeSpan? retention = options.TextOrNull("retention") is { } kept ? OptionsBinder.Duration(kept) : null;
        if (retention is not null && (!view.IsMaterialized || plan.Times.IsEmpty))
        {
            throw new SqlError(Codes.BadRetention, Of("retention").Name.Span, view.IsMaterialized
                ? "retention goes by event time, and no column of this view is one. Select window_start or the time column." : "retention bounds what is stored; this view is not. Write CREATE MATERIALIZED VIEW.");
        }
        // Changes of stored rows find them by key.
        if (view.IsMaterialized && emit is not { Mode: EmitMode.Final }) plan = PlanBuilder.Keyed(plan);
        return (new ViewDefinition
        {
            Name = view.Name.Text,
            Plan = plan,
            IsMaterialized = view.IsMaterialized,
            Emit = emit ?? Emit.Changes,
            Retention = retention,
            Text = compilation.Text[view.Span],
        }, emit);
    }

    static void CheckNames(CreateView view, PlanNode plan)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var select = view.Query.Body as SelectBody;
        for (var i = 0; i < plan.Schema.Count; i++)
        {
            var name = plan.Schema[i].Name;
            var item = select is not null && i < select.Items.Length ? select.Items[i] : null;
            var span = item?.Alias?.Span ?? item?.Expression.Span ?? view.Name.Span;
            if (name.Length == 0) throw new SqlError(Codes.BadColumnName, span, "names of columns are not empty. Give one with AS.");
            if (item?.Alias is { } alias && PlanBuilder.IsHidden(alias.Text)) throw new SqlError(Codes.BadColumnName, span, "names of columns do not begin with $, which is the engine's own.");
            if (!names.Add(name) && !PlanBuilder.IsHidden(name)) throw new SqlError(Codes.DuplicateColumn, span, $"two columns of view '{view.Name}' are named '{name}'. Give one of them another name with AS.");
        }
    }
}

/// <summary>EMIT.</summary>
internal static class EmitBinder
{
    public static Emit Bind(Compilation compilation, EmitSyntax emit)
    {
        if (emit.Mode != EmitMode.Every) return new Emit(emit.Mode);
        var every = Constants.Interval(compilation, emit.Every!, "interval of EVERY");
        if (!every.IsFixed || every.ApproximateMicroseconds <= 0 || every.ApproximateMicroseconds > 366 * (Int128)Interval.MicrosecondsPerDay)
            throw new SqlError(Codes.BadEmit, emit.Every!.Span, "the interval of EVERY is longer than nothing, at most a year, and has no months.");
        return new Emit(EmitMode.Every, TimeSpan.FromMicroseconds(every.FixedMicroseconds));
    }
}
