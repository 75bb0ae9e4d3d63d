using System.Collections.Immutable;
using System.Globalization;
using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Runtime;

/// <summary>What a view does, in a few words for its node in the graph: <c>1 hour by country</c>, <c>distinct on order_id</c>, <c>filter</c>.</summary>
static class ViewSummary
{
    static readonly (long Size, string Name)[] s_units = [(3_600_000_000, "hour"), (60_000_000, "minute"), (1_000_000, "second"), (1000, "millisecond"), (1, "microsecond")];

    /// <param name="plan">The plan of the view.</param>
    /// <param name="isOther">Whether a node is the plan of another view or of a source.</param>
    public static string Of(PlanNode plan, Func<PlanNode, bool> isOther)
    {
        var (node, isFiltered, constraints) = (plan, false, 0);
        while (true)
        {
            switch (node)
            {
                case Aggregate aggregate: return Grouping(aggregate);
                case DistinctOn distinct: return "distinct on " + string.Join(", ", distinct.Keys.Select(k => distinct.Schema[k].Name));
                case UnionAll: return "union all";
                case TopN { Limit: 1 } top: return Partitioned("first", top.Partition, top.Input);
                case TopN top: return Partitioned($"top {top.Limit}", top.Partition, top.Input);
                case Over over: return Partitioned("over", over.Partition, over.Input);
                case SetOperation { Kind: SetKind.Copies } copies when !isOther(copies.All[0]): node = copies.All[0]; continue;
                case SetOperation set: return set.Kind switch { SetKind.Distinct => "distinct", SetKind.Intersect or SetKind.IntersectAll => "intersect", _ => "except" };
                case Filter: isFiltered = true; break;
                case Expect expect: constraints += expect.Constraints.Length; break;
            }
            if (node is not UnaryNode { Input: var input } || isOther(input)) return isFiltered ? "filter" : constraints > 0 ? Count(constraints, "constraint") : "columns";
            node = input;
        }
    }

    static string Partitioned(string what, ImmutableArray<int> keys, PlanNode input) =>
        keys.IsEmpty ? what : $"{what} by {string.Join(", ", keys.Select(k => input.Schema[k].Name).Where(name => !name.StartsWith('$')))}";

    static string Grouping(Aggregate node)
    {
        var keys = string.Join(", ", node.Keys.Select(k => node.Input.Schema[k].Name).Where(name => !name.StartsWith('$')));
        var window = node.Window switch
        {
            null => "",
            { Kind: WindowKind.Tumble, Size: var size } => Length(size),
            { Kind: WindowKind.Cumulate, Size: var size, Slide: var step } => $"{Length(size)} in steps of {Length(step)}",
            { Kind: WindowKind.Session, Size: var gap } => $"sessions, gap {Length(gap)},",
            { Size: var size, Slide: var slide } => $"{Length(size)} each {Length(slide)}",
        };
        return keys.Length > 0 ? $"{window} by {keys}".TrimStart() : window.Length > 0 ? window : "one row";
    }

    static string Length(Interval interval)
    {
        var parts = new List<string>();
        Add(interval.Months, "month");
        Add(interval.Days, "day");
        var rest = interval.Microseconds;
        foreach (var (size, name) in s_units)
        {
            Add(rest / size, name);
            rest %= size;
        }
        return string.Join(' ', parts);

        void Add(long count, string unit)
        {
            if (count != 0) parts.Add(Count(count, unit));
        }
    }

    /// <summary>A number of things: 1 hour, 2 hours.</summary>
    public static string Count(long count, string thing) => string.Create(CultureInfo.InvariantCulture, $"{count} {thing}{(count == 1 ? "" : "s")}");
}
