using Millrace.Planning;

namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>Whether the answer of a plan follows from its rows. Where it depends on which row comes first, rows must come from one partition, through nodes that keep their order.</summary>
static class ArrivalOrder
{
    /// <summary>Whether it does.</summary>
    public static bool Decides(PlanNode plan, IReadOnlyDictionary<string, IReadOnlyList<object?[]>[]> data) =>
        plan is not LookupNow && plan.Inputs.All(i => Decides(i, data)) && !IsLateBySchedule(plan) && (plan is not Aggregate { Window.Kind: WindowKind.Session } sessions || IsKept(sessions.Input, data) || !CanBeLate(sessions.Input)) && (!Matters(plan) || plan.Inputs.All(i => IsKept(i, data)));

    /// <summary>A join with a table that ends, but no look-up: which of its rows are late above depends on when the table has ended.</summary>
    static bool IsLateBySchedule(PlanNode node) => node is Join { Times.IsEmpty: false } join && (StaticTables.Is(join.Left) || StaticTables.Is(join.Right)) && !PlainEvaluator.IsLookup(join, out _);

    static bool Matters(PlanNode node) => node switch
    {
        DistinctOn distinct => distinct.StateTtl is not null || distinct.Order.IsEmpty && !Enumerable.Range(0, distinct.Schema.Count).All(distinct.Keys.Contains),
        TopN top => top.StateTtl is not null,
        Over over => over.StateTtl is not null,
        NormalizeUpsert => true,
        TemporalJoin temporal => temporal.LastWins,
        Aggregate aggregate => aggregate.Calls.Any(c => c.Function.Name is "first_value" or "last_value"),
        _ => false,
    };

    static bool IsKept(PlanNode node, IReadOnlyDictionary<string, IReadOnlyList<object?[]>[]> data) =>
        node is SourceScan scan ? data[scan.Source.Name].Length == 1 : node is UnaryNode { HasState: false } and not Sort && node.Inputs.All(i => IsKept(i, data));

    /// <summary>Whether rows of a node may be late for the next: those that come from a source without a stop.</summary>
    static bool CanBeLate(PlanNode node) => node is SourceScan || !(node.HasState && node is not LookupJoin and not Join and not DistinctOn { Order.IsEmpty: true }) && node.Inputs.Any(CanBeLate);
}
