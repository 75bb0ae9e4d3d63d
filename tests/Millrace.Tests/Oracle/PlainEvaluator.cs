using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Tests.Oracle;

/// <summary>What a logical plan means: evaluated over whole inputs, row by row, as plainly as can be. It shares no code with operators and kernels.</summary>
/// <remarks>
/// Rows are a list in which equal rows stand several times. Whether a row is late follows from its own watermark, which it carries up to the first node that keeps state;
/// what such a node gives is never late for the next. The rows of a view are the same whatever its readers' EMIT.
/// </remarks>
sealed partial class PlainEvaluator
{
    readonly Dictionary<PlanNode, List<PlainRow>> _done = new(ReferenceEqualityComparer.Instance);
    readonly Func<PlanNode, IReadOnlyList<PlainRow>?> _leaves;
    long _numbered; // hidden numbers of rows: any will do

    /// <summary>Evaluates plans over the rows of their leaves.</summary>
    /// <param name="leaves">The rows of a node that is a leaf here (a source's scan, whose values are as literals hold them), or null.</param>
    public PlainEvaluator(Func<PlanNode, IReadOnlyList<PlainRow>?> leaves) => _leaves = leaves;

    /// <summary>Evaluates plans over sources by name: partitions of rows whose values are as literals hold them.</summary>
    public PlainEvaluator(IReadOnlyDictionary<string, IReadOnlyList<object?[]>[]> sources)
        : this(node => node is SourceScan scan
            ? [.. sources[scan.Source.Name].SelectMany((rows, partition) => rows.Select(r => new PlainRow(
                [.. r.Select((v, c) => PlainValues.FromLiteral(v, scan.Schema[c].Type))], long.MinValue, partition)))]
            : null)
    {
    }

    /// <summary>Rows that came too late for something: how many for each view.</summary>
    public Dictionary<string, long> Late { get; } = [];

    /// <summary>The rows of a plan in the end.</summary>
    /// <exception cref="PlainFailure">The run must fail.</exception>
    public List<PlainRow> Evaluate(PlanNode node)
    {
        if (_done.TryGetValue(node, out var known)) return known;
        return _done[node] = _leaves(node) is { } rows ? [.. rows] : Make(node);
    }

    List<PlainRow> Make(PlanNode node) => node switch
    {
        Project project => [.. Evaluate(project.Input).Select(r => Computed(project, r)).OfType<PlainRow>()],
        Filter filter => [.. Evaluate(filter.Input).Where(r => Passes(filter, r))],
        Expect expect => [.. Evaluate(expect.Input).Where(r => Checked(expect, r))],
        AssignWatermark watermark => Watermarked(watermark),
        DelayFrontier delay => [.. Evaluate(delay.Input).Select(r => r with { Watermark = r.Mark(delay.LagMicroseconds) })],
        AssignWindow window => [.. Evaluate(window.Input).SelectMany(r => PlainWindows.Of(window.Window, r[window.Window.TimeColumn])
            .Select(w => r with { Values = [.. r.Values, w.Start, w.End, w.End - 1] }))],
        Expand expand => [.. Evaluate(expand.Input).SelectMany(r => expand.Sets
            .Select(set => r with { Values = [.. r.Values, .. expand.Keys.Select((k, i) => (set >> i & 1) != 0 ? null : r[k]), set] }))],
        UnionAll union => [.. union.All.SelectMany(Evaluate)],
        Values values => [.. values.Rows.Select(r => new PlainRow([.. r.Select(e => Interpreter.Evaluate(e, []))]))],
        Sort sort => Sorted(sort),
        DistinctOn distinct => Distinct(distinct),
        Aggregate aggregate => Grouped(aggregate),
        Unnest unnest => Unnested(unnest),
        Join join => Joined(join),
        LookupJoin lookup => LookedUp(lookup),
        TemporalJoin temporal => WithVersions(temporal),
        NumberRows number => [.. Evaluate(number.Input).Select(r => r with { Values = [.. r.Values, _numbered++] })],
        SingleRow single => Single(single),
        NormalizeUpsert upsert => Newest(upsert),
        TopN top => First(top),
        MatchRecognize match => Matched(match),
        Over over => WithOver(over),
        SetOperation set => Combined(set),
        LearnModel learn => Tested(learn),
        PredictModel predict => Predicted(predict),
        EvaluateModel evaluate => Evaluated(evaluate),
        FollowSeries series => Followed(series),
        _ => throw new NotInOracle($"plan node {node.GetType().Name}"),
    };

    List<PlainRow> Single(SingleRow node)
    {
        var rows = Evaluate(node.Input);
        return rows.GroupBy(r => PlainValues.Key(node.Keys.Select(k => r[k]))).Any(g => g.Count() > 1) ? throw new PlainFailure($"{node.Query} has more than one row") : rows;
    }

    /// <summary>bad_data as a node of the plan sees it: that of the first source below which does not say 'null'.</summary>
    static BadData BadDataOf(PlanNode node)
    {
        var sources = Sources(node).ToList();
        return sources.Count == 0 ? BadData.Fail : sources.FirstOrDefault(s => s.BadData != BadData.Null)?.BadData ?? BadData.Null;
    }

    static IEnumerable<SourceDefinition> Sources(PlanNode node) => node is SourceScan scan ? [scan.Source] : node.Inputs.SelectMany(Sources);

    static PlainRow? Computed(Project project, PlainRow row)
    {
        var values = new object?[project.Expressions.Length];
        for (var i = 0; i < values.Length; i++)
        {
            try
            {
                values[i] = Interpreter.Evaluate(project.Expressions[i], row.Values);
            }
            catch (RowError e)
            {
                switch (BadDataOf(project))
                {
                    case BadData.Fail: throw new PlainFailure(e.Message);
                    case BadData.Null: break;
                    default: return null;
                }
            }
        }
        return row with { Values = values };
    }

    static bool Passes(Filter filter, PlainRow row)
    {
        try
        {
            return Interpreter.Holds(filter.Condition, row.Values);
        }
        catch (RowError e)
        {
            return BadDataOf(filter) == BadData.Fail ? throw new PlainFailure(e.Message) : false;
        }
    }

    static bool Checked(Expect expect, PlainRow row)
    {
        var stays = true;
        foreach (var constraint in expect.Constraints)
        {
            try
            {
                if (Interpreter.Evaluate(constraint.Predicate, row.Values) is not false || constraint.Action == ViolationAction.Warn) continue;
                if (constraint.Action == ViolationAction.Fail) throw new PlainFailure(constraint.Name);
                stays = false;
            }
            catch (RowError e)
            {
                if (BadDataOf(expect) == BadData.Fail) throw new PlainFailure(e.Message);
                if (BadDataOf(expect) != BadData.Null) stays = false;
            }
        }
        return stays;
    }

    List<PlainRow> Watermarked(AssignWatermark node)
    {
        var largest = new Dictionary<int, long>();
        var rows = new List<PlainRow>();
        foreach (var row in Evaluate(node.Input))
        {
            var most = largest.GetValueOrDefault(row.Partition, long.MinValue);
            rows.Add(row with { Watermark = (row with { Watermark = most }).Mark(node.DelayMicroseconds + node.Source.Late.AllowedMicroseconds) });
            if (row[node.TimeColumn] is long time && time != long.MaxValue) largest[row.Partition] = Math.Max(most, time);
        }
        return rows;
    }

    List<PlainRow> Sorted(Sort sort)
    {
        IEnumerable<PlainRow> rows = Evaluate(sort.Input).Order(Comparer<PlainRow>.Create((a, b) => CompareBy(sort.Order, a, b)));
        rows = rows.Skip((int)Math.Min(int.MaxValue, sort.Offset));
        return [.. sort.Limit is { } limit ? rows.Take((int)Math.Min(int.MaxValue, limit)) : rows];
    }

    /// <summary>Rows by an order; NULLs where it says.</summary>
    static int CompareBy(IEnumerable<SortKey> order, PlainRow a, PlainRow b)
    {
        foreach (var key in order)
        {
            var (x, y) = (a[key.Column], b[key.Column]);
            if (x is null && y is null) continue;
            if (x is null || y is null) return x is null == key.NullsFirst ? -1 : 1;
            if (PlainValues.Compare(x, y) is var compared && compared != 0) return key.Descending ? -compared : compared;
        }
        return 0;
    }

    /// <summary>The least of rows by an order, then by the whole row.</summary>
    static PlainRow Least(IEnumerable<SortKey> order, IEnumerable<PlainRow> rows) =>
        rows.Aggregate((a, b) => (CompareBy(order, b, a) is var by && by != 0 ? by : PlainValues.CompareRows(b.Values, a.Values)) < 0 ? b : a);

    void CountLate(string view) => Late[view] = Late.GetValueOrDefault(view) + 1;
}
