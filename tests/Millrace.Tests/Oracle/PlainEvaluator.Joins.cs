using Millrace.Planning;

namespace Millrace.Tests.Oracle;

sealed partial class PlainEvaluator
{
    List<PlainRow> Joined(Join node)
    {
        var left = OnTime(node, Evaluate(node.Left), isLeft: true);
        var right = OnTime(node, Evaluate(node.Right), isLeft: false);
        var passes = IsLookup(node, out var passesLeft);
        PlainRow Pair(PlainRow l, PlainRow r) => Beside(l.Values, r.Values) with { Watermark = !passes ? long.MinValue : passesLeft ? l.Watermark : r.Watermark };
        var nothing = (Left: new PlainRow(new object?[node.Left.Schema.Count]), Right: new PlainRow(new object?[node.Right.Schema.Count]));
        var rows = new List<PlainRow>();
        var isMatched = new bool[right.Count];
        foreach (var l in left)
        {
            var partners = Enumerable.Range(0, right.Count).Where(r => Fits(node, l, right[r])).ToList();
            foreach (var r in partners) isMatched[r] = true;
            switch (node.Kind)
            {
                case JoinKind.Semi when partners.Count > 0:
                case JoinKind.Anti when partners.Count == 0:
                    rows.Add(l with { Watermark = passes ? l.Watermark : long.MinValue });
                    break;
                case JoinKind.Semi or JoinKind.Anti: break;
                case JoinKind.Left or JoinKind.Full when partners.Count == 0:
                    rows.Add(Pair(l, nothing.Right));
                    break;
                default:
                    rows.AddRange(partners.Select(r => Pair(l, right[r])));
                    break;
            }
        }
        if (node.Kind is JoinKind.Right or JoinKind.Full) rows.AddRange(right.Where((_, r) => !isMatched[r]).Select(r => Pair(nothing.Left, r)));
        return rows;
    }

    static PlainRow Beside(object?[] left, object?[] right) => new([.. left, .. right]);

    /// <summary>Whether a join runs as a look-up in a table that ends: then the rows of the other side pass, each with its watermark.</summary>
    public static bool IsLookup(Join node, out bool passesLeft)
    {
        passesLeft = StaticTables.Is(node.Right) && node.Kind is JoinKind.Inner or JoinKind.Left or JoinKind.Semi or JoinKind.Anti;
        return !node.Keys.Any(k => k.IsNullSafe) && (passesLeft || StaticTables.Is(node.Left) && node.Kind is JoinKind.Inner or JoinKind.Right);
    }

    bool Fits(Join node, PlainRow left, PlainRow right)
    {
        foreach (var key in node.Keys)
        {
            var (l, r) = (left[key.Left], right[key.Right]);
            if (!PlainValues.Same(l, r) || l is null && !key.IsNullSafe) return false;
        }
        foreach (var bound in node.Bounds)
        {
            if (left[bound.Left] is not long l || right[bound.Right] is not long r) return false;
            if (bound.IsLeftEarlier ? (Int128)l > (Int128)r + bound.OffsetMicroseconds : (Int128)r > (Int128)l + bound.OffsetMicroseconds) return false;
        }
        return node.Residual is null || Holds(node, node.Residual, [.. left.Values, .. right.Values]);
    }

    static bool Holds(PlanNode node, Expressions.Expression condition, object?[] values)
    {
        try
        {
            return Interpreter.Holds(condition, values);
        }
        catch (RowError e)
        {
            return BadDataOf(node) == BadData.Fail ? throw new PlainFailure(e.Message) : false;
        }
    }

    /// <summary>The rows of a side that are not behind the frontier in a time by which rows of the other side are forgotten.</summary>
    List<PlainRow> OnTime(Join node, List<PlainRow> rows, bool isLeft)
    {
        if (IsLookup(node, out _)) return rows; // nobody is forgotten
        var side = isLeft ? node.Left : node.Right;
        var times = new List<(int Column, long Lag)>();
        foreach (var bound in node.Bounds.Where(b => b.IsLeftEarlier == isLeft))
            foreach (var time in side.Times)
                if (time.Column == (isLeft ? bound.Left : bound.Right)) times.Add((time.Column, time.LagMicroseconds));
        return [.. rows.Where(row =>
        {
            var isLate = times.Any(t => row[t.Column] is long time && (Int128)time + t.Lag < row.Watermark);
            if (isLate && node.TellsLate(isLeft)) CountLate(node.View);
            return !isLate;
        })];
    }

    List<PlainRow> LookedUp(LookupJoin node)
    {
        var right = Evaluate(node.Right);
        var rows = new List<PlainRow>();
        foreach (var left in Evaluate(node.Left))
        {
            var partners = right.Where(r => node.LeftKeys.Zip(node.RightKeys).All(k => left[k.First] is not null && PlainValues.Same(left[k.First], r[k.Second])))
                .Where(r => node.Condition is null || Holds(node, node.Condition, [.. left.Values, .. r.Values])).ToList();
            if (node.Kind is JoinKind.Semi or JoinKind.Anti)
            {
                if (partners.Count > 0 == (node.Kind == JoinKind.Semi)) rows.Add(left);
                continue;
            }
            rows.AddRange(partners.Select(r => left with { Values = [.. left.Values, .. r.Values] }));
            if (partners.Count == 0 && node.Kind == JoinKind.Left) rows.Add(left with { Values = [.. left.Values, .. new object?[node.Right.Schema.Count]] });
        }
        return rows;
    }

    /// <summary>Each row with the row of the right side that held at its time.</summary>
    List<PlainRow> WithVersions(TemporalJoin node)
    {
        List<PlainRow> InTime(PlanNode side, EventTime time) => [.. Evaluate(side).Where(row =>
        {
            var isLate = row[time.Column] is long at && (Int128)at + time.LagMicroseconds < row.Watermark;
            if (isLate) CountLate(node.View);
            return !isLate;
        })];
        var right = InTime(node.Right, node.RightTime);
        var rows = new List<PlainRow>();
        foreach (var left in InTime(node.Left, node.LeftTime))
        {
            PlainRow? holds = null;
            foreach (var r in right)
            {
                if (left[node.LeftTime.Column] is not long at || r[node.RightTime.Column] is not long since || (node.IsStrict ? since >= at : since > at)) continue;
                if (node.ToleranceMicroseconds is { } most && since < at - most) continue;
                if (!node.LeftKeys.Zip(node.RightKeys).All(k => left[k.First] is not null && PlainValues.Same(left[k.First], r[k.Second]))) continue;
                if (holds is null || (long)holds[node.RightTime.Column]! < since || (long)holds[node.RightTime.Column]! == since && (node.LastWins || IsLess(r, holds))) holds = r;
            }
            if (holds is not null && node.Deleted >= 0 && holds[node.Deleted] is true) holds = null;
            if (holds is not null && node.Condition is not null && !Holds(node, node.Condition, [.. left.Values, .. holds.Values])) holds = null;
            if (holds is not null || node.KeepsLeft) rows.Add(Beside(left.Values, holds?.Values ?? new object?[node.Right.Schema.Count]));
        }
        return rows;
    }

    /// <summary>By the first column that differs; NULLs are last.</summary>
    static bool IsLess(PlainRow a, PlainRow b)
    {
        for (var i = 0; i < a.Values.Length; i++)
        {
            var order = (a[i], b[i]) switch { (null, null) => 0, (null, _) => 1, (_, null) => -1, var (x, y) => PlainValues.Compare(x, y) };
            if (order != 0) return order < 0;
        }
        return false;
    }

    /// <summary>The newest row of each key of an upsert source.</summary>
    List<PlainRow> Newest(NormalizeUpsert node)
    {
        var newest = new Dictionary<string, (PlainRow? Row, long End)>();
        var left = new List<PlainRow>(); // of keys that began anew
        var inKey = node.Times.IsEmpty ? (EventTime?)null : node.Times[0];
        var ttl = inKey is null && node.StateTtl is { } span && node.Time >= 0 ? Math.Max(1, (span.Months * 31L + span.Days) * 86_400_000_000 + span.Microseconds) : 0;
        foreach (var row in Evaluate(node.Input))
        {
            var (column, lag) = inKey is { } time ? (time.Column, time.LagMicroseconds) : ttl > 0 ? (node.Time, 0L) : (-1, 0L);
            if (column >= 0)
            {
                if (row[column] is not long at)
                {
                    if (ttl > 0) continue;
                }
                else if ((Int128)at + lag < row.Watermark)
                {
                    CountLate(node.Source);
                    continue;
                }
            }
            var key = PlainValues.Key(node.Keys.Select(k => row[k]));
            var isDeleted = node.Deleted >= 0 && row[node.Deleted] is true;
            var end = ttl > 0 ? (long)row[column]! + ttl : long.MaxValue;
            if (!newest.TryGetValue(key, out var now))
            {
                if (isDeleted) continue;
            }
            else if (ttl > 0)
            {
                if ((long)row[column]! > now.End && now.Row is not null) left.Add(now.Row);
                end = Math.Max(end, now.End);
            }
            newest[key] = (isDeleted ? null : row, end);
        }
        return [.. left.Concat(newest.Values.Select(n => n.Row).OfType<PlainRow>()).Select(r => r with { Watermark = long.MinValue })];
    }
}
