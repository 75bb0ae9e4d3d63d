using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning;

public static partial class PlanBuilder
{
    /// <summary>Joins two inputs. Equalities between the sides become keys, comparisons of their times bounds; the rest is tested for each pair.</summary>
    /// <param name="left">The left side.</param>
    /// <param name="right">The right side.</param>
    /// <param name="kind">Which rows go on.</param>
    /// <param name="condition">Over the left columns and then the right ones; null = every row meets every row.</param>
    /// <param name="stateTtl">Event time that partners may be apart where the condition does not bound it; null = any.</param>
    /// <param name="view">Name of the view, for late rows.</param>
    /// <param name="leftLate">Policy of the sources on the left.</param>
    /// <param name="rightLate">Policy of the sources on the right.</param>
    /// <param name="where">Position in the text.</param>
    /// <returns>The columns of the left side, then (but for semi and anti) those of the right.</returns>
    public static PlanNode Join(PlanNode left, PlanNode right, JoinKind kind, Expression? condition, Interval? stateTtl, string view, LatePolicy leftLate, LatePolicy rightLate,
        string where = "")
    {
        var (leftWidth, rightWidth) = (left.Schema.Count, right.Schema.Count);
        var parts = new JoinCondition(left, right, condition);
        if (stateTtl is { } ttl) Bound(parts.Bounds, left, right, LongestMicroseconds(ttl));

        var equal = parts.Keys.Where(k => k is { Left: ColumnReference, Right: ColumnReference }).Select(k => (((ColumnReference)k.Left).Index, ((ColumnReference)k.Right).Index)).ToList();
        var (leftItems, rightItems) = (Items(left), Items(right));
        var keys = ImmutableArray.CreateBuilder<JoinKey>();
        foreach (var (l, r, isNullSafe) in parts.Keys)
        {
            // Of the columns of one window a single one decides.
            if (l is ColumnReference a && r is ColumnReference b && keys.Any(k => !k.IsNullSafe && k.Left < leftWidth && k.Right < rightWidth && (k.Left, k.Right) != (a.Index, b.Index)
                && parts.Implies((k.Left, k.Right), (a.Index, b.Index)))) continue;
            var key = new JoinKey(ColumnFor(leftItems, l), ColumnFor(rightItems, r), isNullSafe);
            if (!keys.Contains(key)) keys.Add(key);
        }
        var bounds = parts.Bounds.ToImmutableArray();
        var (leftSide, rightSide) = (leftItems.Count == leftWidth ? left : Project(left, leftItems, where), rightItems.Count == rightWidth ? right : Project(right, rightItems, where));
        var added = leftSide.Schema.Count - leftWidth;
        var residual = parts.Residual is null || added == 0 ? parts.Residual : JoinCondition.Moved(parts.Residual, i => i < leftWidth ? i : i + added);
        residual = residual is null ? null : ConstantFolding.Fold(residual);
        Join Make(PlanNode l, PlanNode r) => new()
        {
            Left = l,
            Right = r,
            Kind = kind,
            Keys = keys.ToImmutable(),
            Bounds = bounds,
            Residual = residual,
            View = view,
            LeftLate = leftLate,
            RightLate = rightLate,
            Schema = kind.GivesPairs ? new Schema(l.Schema.Fields.Concat(r.Schema.Fields)) : l.Schema,
            Key = JoinedKey(l, r, kind, equal, parts),
            Times = JoinedTimes(l, r, kind, keys.Any(k => k.IsNullSafe), bounds),
            Where = where,
        };
        var join = Make(leftSide, rightSide);
        if (join.Mode == ChangeMode.Retract && join.Key.IsEmpty)
        {
            // Without a key nobody could find the rows that it takes back.
            var numbered = Numbered(leftSide);
            if (residual is not null && numbered.Schema.Count > leftSide.Schema.Count)
                residual = JoinCondition.Moved(residual, i => i < leftSide.Schema.Count ? i : i + 1);
            leftSide = numbered;
            join = Make(numbered, kind.GivesPairs ? Numbered(rightSide) : rightSide);
        }
        if (join.Mode == ChangeMode.Retract && !join.Key.IsEmpty && (kind == JoinKind.Full || kind is JoinKind.Left or JoinKind.Right && join.Key.Length == leftSide.Key.Length + join.Right.Key.Length))
        {
            // A key may be NULL itself: a constant tells the row that is not there from it.
            if (kind != JoinKind.Left)
            {
                if (residual is not null) residual = JoinCondition.Moved(residual, i => i < leftSide.Schema.Count ? i : i + 1);
                leftSide = Marked(leftSide);
            }
            join = Make(leftSide, kind == JoinKind.Right ? join.Right : Marked(join.Right));
            ImmutableArray<int> marks = kind == JoinKind.Left ? [] : [leftSide.Schema.Count - 1];
            if (kind != JoinKind.Right) marks = marks.Add(join.Schema.Count - 1);
            join = join.WithKey(join.Key.AddRange(marks));
        }
        if (join.Left.Schema.Count == leftWidth && join.Right.Schema.Count == rightWidth) return join;
        // Columns that were added for keys alone end here.
        var shown = Enumerable.Range(0, leftWidth).Concat(kind.GivesPairs ? Enumerable.Range(leftSide.Schema.Count, rightWidth) : []);
        return Project(join, [.. shown.Select(i => ((Expression)new ColumnReference(i, join.Schema[i].Name, join.Schema[i].Type), join.Schema[i].Name))], where);
    }

    static PlanNode Numbered(PlanNode side) => !side.Key.IsEmpty || side.Mode == ChangeMode.Retract ? side
        : new NumberRows { Schema = new Schema(side.Schema.Fields.Append(new("$row", DataType.BigInt))), Input = side, Key = [side.Schema.Count], Times = side.Times, Where = side.Where };

    static PlanNode Marked(PlanNode side) => Project(side, [.. Items(side), (new Literal(1, DataType.Integer), "$there")], side.Where);

    static List<(Expression Expression, string Name)> Items(PlanNode node) =>
        [.. node.Schema.Fields.Select((f, i) => ((Expression)new ColumnReference(i, f.Name, f.Type), f.Name))];

    static int ColumnFor(List<(Expression Expression, string Name)> items, Expression expression)
    {
        if (expression is ColumnReference column) return column.Index;
        var at = items.FindIndex(i => i.Expression == expression);
        if (at >= 0) return at;
        items.Add((expression, $"$on{items.Count}"));
        return items.Count - 1;
    }

    /// <summary>Where a side has no bound yet, its partners may be so far from it in event time.</summary>
    static void Bound(List<TimeBound> bounds, PlanNode left, PlanNode right, long ttl)
    {
        var (l, r) = (left.TimeColumn, right.TimeColumn);
        if (l < 0 || r < 0) return;
        if (TimeBound.Deadlines([.. bounds], right, ofLeft: true).IsEmpty) bounds.Add(new(false, l, r, ttl, false));
        if (TimeBound.Deadlines([.. bounds], left, ofLeft: false).IsEmpty) bounds.Add(new(true, l, r, ttl, false));
    }

    static ImmutableArray<int> JoinedKey(PlanNode left, PlanNode right, JoinKind kind, List<(int Left, int Right)> equal, JoinCondition condition)
    {
        if (!kind.GivesPairs) return left.Key;
        bool IsEqual(int l, int r) => equal.Contains((l, r)) || equal.Any(e => condition.Implies(e, (l, r)));
        var isRightSingle = !right.Key.IsEmpty && right.Key.All(k => Enumerable.Range(0, left.Schema.Count).Any(l => IsEqual(l, k)));
        if (isRightSingle && !left.Key.IsEmpty && kind is JoinKind.Inner or JoinKind.Left) return left.Key;
        var isLeftSingle = !left.Key.IsEmpty && left.Key.All(k => Enumerable.Range(0, right.Schema.Count).Any(r => IsEqual(k, r)));
        var rightKey = right.Key.Select(k => k + left.Schema.Count);
        if (isLeftSingle && !right.Key.IsEmpty && kind is JoinKind.Inner or JoinKind.Right) return [.. rightKey];
        return left.Key.IsEmpty || right.Key.IsEmpty ? [] : [.. left.Key, .. rightKey];
    }

    /// <summary>A pair is told when the later of its rows comes; how much later than the other that can be, the bounds say.</summary>
    static ImmutableArray<EventTime> JoinedTimes(PlanNode left, PlanNode right, JoinKind kind, bool isNullSafe, ImmutableArray<TimeBound> bounds)
    {
        var times = ImmutableArray.CreateBuilder<EventTime>();
        void Add(PlanNode side, PlanNode other, bool isLeft)
        {
            foreach (var time in side.Times)
            {
                // Rows that are looked up are told as they come.
                long? least = !isNullSafe && StaticTables.IsLookedUp(other, isLeft, kind) ? time.LagMicroseconds : null;
                foreach (var deadline in TimeBound.Deadlines(bounds, other, isLeft))
                {
                    if (deadline.Column != time.Column) continue;
                    var lag = Math.Max(time.LagMicroseconds, deadline.OffsetMicroseconds);
                    least = Math.Min(least ?? lag, lag);
                }
                if (least is { } found) times.Add(new(isLeft ? time.Column : time.Column + left.Schema.Count, found));
            }
        }
        Add(left, right, true);
        if (kind.GivesPairs) Add(right, left, false);
        return times.ToImmutable();
    }

    /// <summary>At most one row of each key, or an error that names the query.</summary>
    public static PlanNode SingleRow(PlanNode input, ImmutableArray<int> keys, string query, string where = "") =>
        new SingleRow { Schema = input.Schema, Input = input, Keys = keys, Query = query, Key = keys, Times = input.Times, Where = where };
}
