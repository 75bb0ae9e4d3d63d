using Millrace.Data;
using Millrace.Time;

namespace Millrace.Planning.Rules;

/// <summary>Aggregates of the same rows by the same keys over different windows share panes: rows are grouped once, and each aggregate merges groups.</summary>
/// <remarks>
/// The shortest panes among them are shared by those whose panes they divide: a minute for TUMBLE of a minute, TUMBLE of an hour and HOP of ten minutes every minute. Only groups are
/// shared, never what is kept: each aggregate has its windows, its late rows and its saved state as it has them alone, and where groups stand for few rows rows go through as they are
/// (<see cref="PartialAggregate"/>). Rows that may be late overtake groups, so the order of arrival must not matter to any call.
/// </remarks>
sealed class SharePanes : PlanRule
{
    readonly List<Aggregate> _seen = [];
    readonly Dictionary<Aggregate, Shared> _shared = new(ReferenceEqualityComparer.Instance);

    public override string Name => "share_panes";

    public override void See(PlanNode node)
    {
        if (node is Aggregate { Sets: null, Input.Mode: ChangeMode.Append } aggregate && Running.Contains(node) && Length(aggregate) > 0 && aggregate.Calls.All(c => !c.Function.IsByArrival)) _seen.Add(aggregate);
    }

    public override PlanNode Apply(PlanNode node, PlanNode seen)
    {
        if (_seen.Count > 0) Group();
        return node is Aggregate aggregate && seen is Aggregate before && _shared.TryGetValue(before, out var shared) ? shared.For(aggregate, before) : node;
    }

    void Group()
    {
        var left = _seen.OrderBy(Length).ToList();
        while (left.Count > 0)
        {
            var alike = left.Where(a => Divides(left[0], a)).ToList();
            left.RemoveAll(alike.Contains);
            if (alike.Count == 1) continue;
            var shared = new Shared(alike);
            foreach (var aggregate in alike) _shared[aggregate] = shared;
        }
        _seen.Clear();
    }

    static long Length(Aggregate aggregate) => aggregate.Window is null or { Kind: WindowKind.Session } ? 0 : Panes.Create(aggregate.Window).Length;

    /// <summary>Whether each pane of one aggregate lies in one pane of another, which groups the same rows by the same keys.</summary>
    static bool Divides(Aggregate aggregate, Aggregate other)
    {
        var (rows, others) = (AggregateRows.Of(aggregate), AggregateRows.Of(other));
        if (!ReferenceEquals(rows.Base, others.Base) || !rows[aggregate.Window!.TimeColumn].Equals(others[other.Window!.TimeColumn])) return false;
        if (!aggregate.Keys.Select(k => rows[k]).ToHashSet().SetEquals(other.Keys.Select(k => others[k])) || aggregate.Keys.Length != other.Keys.Length) return false;
        if (!Equals(aggregate.Condition is null ? null : rows.Of(aggregate.Condition), other.Condition is null ? null : others.Of(other.Condition))) return false;
        var (panes, longer) = (Panes.Create(aggregate.Window), Panes.Create(other.Window));
        return longer.Length % panes.Length == 0 && (longer.StartOf(0) - panes.StartOf(0)) % panes.Length == 0;
    }

    /// <summary>What several aggregates share; the first has the shortest panes.</summary>
    sealed class Shared
    {
        readonly List<Aggregate> _alike;
        readonly JointColumns _joint;
        readonly Dictionary<Aggregate, Aggregate> _placed = new(ReferenceEqualityComparer.Instance);
        PartialAggregate? _partial;

        public Shared(List<Aggregate> alike)
        {
            (_alike, _joint) = (alike, new(alike));
            foreach (var aggregate in alike) _placed[aggregate] = Placed(aggregate);
        }

        /// <summary>What stands in the place of one of them.</summary>
        public Aggregate For(Aggregate aggregate, Aggregate seen)
        {
            _partial ??= Make(_joint.Over(aggregate.Input, AggregateRows.BaseOf(seen, aggregate)));
            return (Aggregate)_placed[seen].WithInputs([_partial]);
        }

        Aggregate Placed(Aggregate aggregate) => new()
        {
            Schema = aggregate.Schema,
            Input = aggregate.Input,
            Window = aggregate.Window! with { TimeColumn = _joint.Place(aggregate, aggregate.Window.TimeColumn) },
            Keys = [.. aggregate.Keys.Select(k => _joint.Place(aggregate, k))],
            Calls = [.. aggregate.Calls.Select(c => _joint.Place(aggregate, c))],
            Views = aggregate.Views,
            Late = aggregate.Late,
            Condition = aggregate.Condition is null ? null : _joint.Place(aggregate, aggregate.Condition),
            Key = aggregate.Key,
            Times = aggregate.Times,
            Where = aggregate.Where,
        };

        PartialAggregate Make(PlanNode input)
        {
            var first = _placed[_alike[0]];
            var panes = Panes.Create(first.Window!);
            var length = new Interval(0, 0, panes.Length);
            var calls = new List<AggregateCall>();
            foreach (var call in _alike.SelectMany(a => _placed[a].Calls))
                if (!calls.Exists(c => AggregateCall.AreSame(c, call))) calls.Add(call);
            var whole = new Aggregate
            {
                Schema = input.Schema,
                Input = input,
                Window = new(WindowKind.Tumble, first.Window!.TimeColumn, length, length, new(0, 0, panes.StartOf(0)), null),
                Keys = first.Keys,
                Calls = [.. calls],
                Views = [.. _alike.SelectMany(a => a.Views).Distinct()],
                Late = first.Late,
                Condition = first.Condition,
                Where = first.Where,
            };
            return new() { Schema = input.Schema, Input = input, Whole = whole, Key = input.Key, Times = input.Times, Where = first.Where };
        }
    }
}
