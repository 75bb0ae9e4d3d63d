using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning.Rules;

/// <summary>Views that group the same rows by the same keys and windows share one aggregate, which computes what any of them asks for.</summary>
/// <remarks>
/// Each view picks its columns out of the groups. Nothing else changes: late rows are told to every view (<see cref="Aggregate.Views"/>), each reader hears of groups as its own EMIT
/// says, and only what allows the same lateness is shared. Arguments and keys that a projection computes are computed in one projection for all, where none of them can fail.
/// </remarks>
sealed class ShareAggregates : PlanRule
{
    readonly Dictionary<Shape, List<Aggregate>> _alike = [];
    readonly Dictionary<Shape, Shared> _made = [];

    public override string Name => "share_aggregates";

    public override void See(PlanNode node)
    {
        if (node is not Aggregate { Condition: null } aggregate || !Running.Contains(node)) return;
        var shape = Shape.Of(aggregate);
        if (!_alike.TryGetValue(shape, out var alike)) _alike[shape] = alike = [];
        alike.Add(aggregate);
    }

    public override PlanNode Apply(PlanNode node, PlanNode seen)
    {
        if (node is not Aggregate aggregate || seen is not Aggregate { Condition: null } before || !Running.Contains(seen)) return node;
        var shape = Shape.Of(before);
        if (_alike[shape] is not { Count: > 1 } alike) return node;
        if (!_made.TryGetValue(shape, out var shared)) _made[shape] = shared = Shared.Of(alike, aggregate.Input, AggregateRows.BaseOf(before, aggregate));
        return shared.For(aggregate, before);
    }

    /// <summary>What aggregates must have in common.</summary>
    sealed class Shape : IEquatable<Shape>
    {
        readonly PlanNode _base;
        readonly ImmutableArray<object?> _parts;

        Shape(PlanNode rows, ImmutableArray<object?> parts) => (_base, _parts) = (rows, parts);

        public static Shape Of(Aggregate aggregate)
        {
            var rows = AggregateRows.Of(aggregate);
            return new(rows.Base,
            [
                aggregate.Window is { } window ? window with { TimeColumn = 0 } : null, aggregate.Window is null ? null : rows[aggregate.Window.TimeColumn], aggregate.Late, aggregate.ReadsFinal,
                aggregate.Sets is { } sets ? (rows[sets.Column], sets.Reported) : null, .. aggregate.Keys.Select(k => (aggregate.Input.Schema[k], rows[k])),
            ]);
        }

        public bool Equals(Shape? other) => other is not null && ReferenceEquals(_base, other._base) && _parts.SequenceEqual(other._parts);
        public override bool Equals(object? obj) => Equals(obj as Shape);
        public override int GetHashCode() => _parts.Aggregate(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_base), HashCode.Combine);
    }

    /// <summary>The aggregate of all, and where the results of each stand in it.</summary>
    sealed class Shared(Aggregate all, Func<Aggregate, AggregateCall, int> find)
    {
        public static Shared Of(List<Aggregate> alike, PlanNode input, PlanNode rows)
        {
            var first = alike[0];
            var joint = new JointColumns(alike);
            var window = first.Window is { } spec ? spec with { TimeColumn = joint.Place(first, spec.TimeColumn) } : null;
            ImmutableArray<int> keys = [.. first.Keys.Select(k => joint.Place(first, k))];
            (int, long)? sets = first.Sets is { } own ? (joint.Place(first, own.Column), own.Reported) : null;
            var calls = new List<AggregateCall>();
            var fields = first.Schema.Fields.Take(first.Schema.Count - first.Calls.Length).ToList();
            var grouped = fields.Count;
            int Find(Aggregate aggregate, AggregateCall call) => calls.FindIndex(c => AggregateCall.AreSame(c, joint.Place(aggregate, call)));
            foreach (var aggregate in alike)
                for (var i = 0; i < aggregate.Calls.Length; i++)
                {
                    if (Find(aggregate, aggregate.Calls[i]) >= 0) continue;
                    calls.Add(joint.Place(aggregate, aggregate.Calls[i]));
                    fields.Add(aggregate.Schema[grouped + i]);
                }
            var all = new Aggregate
            {
                Schema = new Schema(fields),
                Input = joint.Over(input, rows),
                Window = window,
                Keys = keys,
                Calls = [.. calls],
                Views = [.. alike.SelectMany(a => a.Views).Distinct()],
                Late = first.Late,
                Sets = sets,
                Key = first.Key,
                Times = first.Times,
                Where = first.Where,
            };
            return new(all, Find);
        }

        /// <summary>What stands in the place of one of them.</summary>
        public PlanNode For(Aggregate aggregate, Aggregate seen)
        {
            var grouped = seen.Schema.Count - seen.Calls.Length;
            ImmutableArray<int> columns = [.. Enumerable.Range(0, grouped), .. seen.Calls.Select(c => grouped + find(seen, c))];
            if (columns.SequenceEqual(Enumerable.Range(0, all.Schema.Count)) && all.Schema.Fields.SequenceEqual(seen.Schema.Fields)) return all;
            return new Project
            {
                Schema = seen.Schema,
                Input = all,
                Expressions = [.. columns.Select(c => (Expression)new ColumnReference(c, all.Schema[c].Name, all.Schema[c].Type))],
                Key = aggregate.Key,
                Times = aggregate.Times,
                Where = aggregate.Where,
            };
        }
    }
}
