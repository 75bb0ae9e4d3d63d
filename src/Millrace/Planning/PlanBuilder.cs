using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>Makes plan nodes with everything that follows from their inputs: schema, key, event times. The binder and the C# API build plans through it alone.</summary>
public static partial class PlanBuilder
{
    /// <summary>A plan rewritten as it will run: filters further down, equal parts shared. Answers and errors of rows stay the same.</summary>
    public static PlanNode Optimize(PlanNode plan) => Rules.PlanRules.Apply(plan);

    /// <summary>The name of a hidden column: one that a key needs although nobody selected it. Stores keep it, nobody shows it.</summary>
    public static bool IsHidden(string column) => column.StartsWith('$');

    /// <summary>The physical rows of a source.</summary>
    public static PlanNode Scan(SourceDefinition source) => new SourceScan { Schema = source.Schema, Source = source, Where = source.Where };

    /// <summary>
    /// The clean rows of a source: scan, generated columns, constraints, watermark, masks, in this order (a row that was set aside does not move event time; a
    /// constraint sees values that are not masked); of an upsert source then the changes that its rows make. Sets and returns <see cref="SourceDefinition.Plan"/>.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="columns">All columns in the declared order: references to physical columns and generated expressions over physical columns; null where there are no generated ones.</param>
    /// <param name="constraints">Over <paramref name="columns"/>.</param>
    /// <param name="timeColumn">Index in <paramref name="columns"/> of the watermark's column, or -1.</param>
    /// <param name="delayMicroseconds">How far rows may be out of order.</param>
    /// <param name="masked">Expressions over <paramref name="columns"/> that replace values, or null where nothing is masked.</param>
    public static PlanNode Source(SourceDefinition source, IReadOnlyList<(Expression Expression, string Name)>? columns, ImmutableArray<Constraint> constraints,
        int timeColumn, long delayMicroseconds, IReadOnlyList<(Expression Expression, string Name)>? masked)
    {
        var node = Scan(source);
        if (columns is not null) node = Project(node, columns);
        // Of a change record that is none nobody knows what it changes, even where its bad fields become NULL.
        if (source is { Changes: SourceChanges.Upsert, BadData: BadData.Null, Deleted: { } deleted } && IsHidden(deleted))
            node = Filter(node, new Not(new IsNull(new ColumnReference(node.Schema.IndexOf(deleted), deleted, DataType.Boolean))), source.Where);
        if (!constraints.IsEmpty) node = Expect(node, source.Name, constraints);
        if (timeColumn >= 0)
        {
            node = new AssignWatermark
            {
                Schema = node.Schema,
                Input = node,
                Source = source,
                DelayMicroseconds = delayMicroseconds,
                Times = [new(timeColumn, 0)],
                Where = source.Where,
            };
        }
        if (masked is not null) node = Project(node, masked);
        source.Rows = node;
        return source.Plan = source.Changes == SourceChanges.Upsert ? Upsert(source, node) : node;
    }

    /// <summary>Computes columns. Where the input is keyed and retracts, key columns that are not selected are kept as hidden ones.</summary>
    public static PlanNode Project(PlanNode input, IReadOnlyList<(Expression Expression, string Name)> items, string where = "")
    {
        var all = items.ToList();
        int Find(int column) => all.FindIndex(i => i.Expression is ColumnReference r && r.Index == column);

        var key = ImmutableArray.CreateBuilder<int>();
        var complete = !input.Key.IsEmpty;
        foreach (var column in input.Key)
        {
            var at = Find(column);
            if (at < 0)
            {
                // window_end and window_time tell windows apart as well as window_start does.
                foreach (var other in Same(input, column))
                    if (at < 0) at = Find(other);
            }
            if (at < 0 && input.Mode == ChangeMode.Retract)
            {
                at = all.Count;
                var field = input.Schema[column];
                all.Add((new ColumnReference(column, field.Name, field.Type), HiddenName(field.Name, all)));
            }
            if (at < 0) complete = false;
            else key.Add(at);
        }
        var times = ImmutableArray.CreateBuilder<EventTime>();
        for (var i = 0; i < all.Count; i++)
            if (all[i].Expression is ColumnReference reference)
                foreach (var time in input.Times)
                    if (time.Column == reference.Index) times.Add(time with { Column = i });
        return new Project
        {
            Schema = new Schema(all.Select(i => new Field(i.Name, i.Expression.Type))),
            Input = input,
            Expressions = [.. all.Select(i => i.Expression)],
            Key = complete ? key.ToImmutable() : [],
            Times = times.ToImmutable(),
            Where = where,
        };
    }

    /// <summary>A name for a hidden column that none of the others has.</summary>
    static string HiddenName(string name, List<(Expression Expression, string Name)> others)
    {
        var hidden = IsHidden(name) ? name : "$" + name;
        for (var i = 2; others.Any(o => o.Name == hidden); i++) hidden = $"${name.TrimStart('$')}_{i}";
        return hidden;
    }

    /// <summary>The columns that have one value for each value of a window column, other than itself.</summary>
    static int[] Same(PlanNode node, int column)
    {
        while (node is Planning.Filter or Planning.Expect) node = node.Inputs[0];
        return node is Aggregate { Window: { } window } && column == Telling(window) ? [.. new[] { 1, 2 }.Where(c => c != column)] : [];
    }

    /// <summary>Keeps the rows for which a condition is true.</summary>
    public static PlanNode Filter(PlanNode input, Expression condition, string where = "") =>
        new Filter { Schema = input.Schema, Input = input, Condition = condition, Key = input.Key, Times = input.Times, Where = where };

    /// <summary>Checks constraints.</summary>
    public static PlanNode Expect(PlanNode input, string on, ImmutableArray<Constraint> constraints) =>
        new Expect { Schema = input.Schema, Input = input, On = on, Constraints = constraints, Key = input.Key, Times = input.Times };

    /// <summary>The lag of a column behind the watermark, or null where the watermark says nothing about it (then no window can go by it).</summary>
    public static long? LagOf(PlanNode node, int column)
    {
        foreach (var time in node.Times)
            if (time.Column == column) return time.LagMicroseconds;
        return null;
    }

    /// <summary>Constant rows.</summary>
    public static PlanNode Values(Schema schema, ImmutableArray<ImmutableArray<Expression>> rows, string where = "") => new Values { Schema = schema, Rows = rows, Where = where };

    /// <summary>The stored rows of a table, for ad-hoc queries.</summary>
    public static PlanNode Stored(Stores.TableDefinition table) => new StoredScan { Schema = table.Schema, Table = table.Name, Key = table.Key };

    /// <summary>Groups rows, by window where there is one.</summary>
    /// <param name="input">Its rows; keys and arguments are columns of it (project them first).</param>
    /// <param name="window">The windows over a column that <see cref="LagOf"/> knows, or null.</param>
    /// <param name="keys">Key columns.</param>
    /// <param name="calls">Aggregates and the names of their columns.</param>
    /// <param name="view">Name of the view, for late rows and messages.</param>
    /// <param name="late">Policy of the source below.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode Aggregate(PlanNode input, WindowSpec? window, ImmutableArray<int> keys, IReadOnlyList<(AggregateCall Call, string Name)> calls, string view,
        LatePolicy late, string where = "")
    {
        var fields = new List<Field>();
        (int, long)? sets = input is Expand expand ? (expand.Schema.Count - 1, expand.Sets[0]) : null;
        if (window is not null)
        {
            input = Delay(input, window);
            fields.AddRange(WindowFields);
        }
        foreach (var column in keys) fields.Add(input.Schema[column]);
        foreach (var (call, name) in calls) fields.Add(new(name, call.Signature.Result));
        var windows = window is null ? 0 : WindowFields.Length;
        var key = ImmutableArray.CreateBuilder<int>();
        if (window is not null) key.Add(Telling(window));
        for (var i = 0; i < keys.Length; i++) key.Add(windows + i);
        var groups = new Aggregate
        {
            Schema = new Schema(fields),
            Input = input,
            Window = window,
            Keys = keys,
            Calls = [.. calls.Select(c => c.Call)],
            Views = [view],
            Late = late,
            Sets = sets,
            Key = key.ToImmutable(),
            Times = window is null ? [] : WindowTimes(window, 0),
            Where = where,
        };
        return key.Count > 0 ? groups : Single(groups);
    }

    /// <summary>A lone row that changes needs a key too, to be replaced by: a hidden constant.</summary>
    static Project Single(PlanNode row)
    {
        var columns = row.Schema.Fields.Select((f, i) => (Expression)new ColumnReference(i, f.Name, f.Type));
        return new()
        {
            Schema = new Schema(row.Schema.Fields.Append(new("$single", DataType.Integer))),
            Input = row,
            Expressions = [.. columns, new Literal(0, DataType.Integer)],
            Key = [row.Schema.Count],
            Where = row.Where,
        };
    }

    /// <summary>Appends window_start, window_end and window_time.</summary>
    public static PlanNode Window(PlanNode input, WindowSpec window, string where = "")
    {
        input = Delay(input, window);
        var key = input.Key;
        return new AssignWindow
        {
            Schema = new Schema(input.Schema.Fields.Concat(WindowFields)),
            Input = input,
            Window = window,
            Key = key.IsEmpty ? [] : key.Add(input.Schema.Count + Telling(window)),
            Times = input.Times.AddRange(WindowTimes(window, input.Schema.Count)),
            Where = where,
        };
    }

    /// <summary>Keeps one row for each key: the first to arrive, or the least; over rows that may be taken back the least in any case.</summary>
    public static PlanNode DistinctOn(PlanNode input, ImmutableArray<int> keys, ImmutableArray<SortKey> order, Interval? stateTtl, string view, LatePolicy late, string where = "") =>
        input.Mode == ChangeMode.Retract ? TopN(input, RankKind.RowNumber, keys, order, 1, false, stateTtl, view, late, where) :
        new DistinctOn
        {
            Schema = input.Schema,
            Input = input,
            Keys = keys,
            Order = order,
            StateTtl = stateTtl,
            View = view,
            Late = late,
            Key = keys,
            // The first row of a key stays. With an order a key's row changes until time has passed the key, however old it is itself.
            Times = order.IsEmpty ? input.Times : [.. input.Times.Where(t => keys.Contains(t.Column))],
            Where = where,
        };

    /// <summary>UNION ALL of inputs whose columns have the same types; names are the first's.</summary>
    public static PlanNode Union(ImmutableArray<PlanNode> inputs, string where = "")
    {
        return new UnionAll { Schema = inputs[0].Schema, All = inputs, Times = [.. CommonTimes(inputs)], Where = where };
    }

    /// <summary>ORDER BY, LIMIT and OFFSET.</summary>
    public static PlanNode Sort(PlanNode input, ImmutableArray<SortKey> order, long? limit, long offset) =>
        new Sort { Schema = input.Schema, Input = input, Order = order, Limit = limit, Offset = offset, Key = input.Key };

    /// <summary>The columns that a window adds.</summary>
    public static ImmutableArray<Field> WindowFields { get; } =
        [new("window_start", DataType.Timestamp), new("window_end", DataType.Timestamp), new("window_time", DataType.Timestamp)];

    /// <summary>The longest that a window can be, in microseconds: a month counts 31 days.</summary>
    public static long LongestMicroseconds(Interval size) => checked((size.Months * 31L + size.Days) * Interval.MicrosecondsPerDay + size.Microseconds);

    static PlanNode Delay(PlanNode input, WindowSpec window) => Delay(input, LagOf(input, window.TimeColumn) ?? 0);

    static PlanNode Delay(PlanNode input, long lag) => lag == 0 ? input
        : new DelayFrontier { Schema = input.Schema, Input = input, LagMicroseconds = lag, Key = input.Key, Times = [.. input.Times.Select(t => t with { LagMicroseconds = Math.Max(0, t.LagMicroseconds - lag) })] };

    /// <summary>Which of the window columns tells windows apart: those of CUMULATE share their start, and a session may begin where one began that is final.</summary>
    static int Telling(WindowSpec window) => window.Kind is WindowKind.Cumulate or WindowKind.Session ? 1 : 0;

    /// <summary>A session is past when the frontier is past its end: a row just at the end would still belong to it.</summary>
    static ImmutableArray<EventTime> WindowTimes(WindowSpec window, int at) => window.Kind == WindowKind.Session
        ? [new(at + 1, 0), new(at + 2, 1)]
        : [new(at, LongestMicroseconds(window.Size)), new(at + 1, 0), new(at + 2, 0)];
}
