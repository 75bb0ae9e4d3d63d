using System.Numerics;
using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Tests.Oracle;

sealed partial class PlainEvaluator
{
    List<PlainRow> First(TopN node)
    {
        var told = new List<PlainRow>();
        var open = new Dictionary<string, (long End, List<PlainRow> Rows)>();
        var times = node.Input.Times.Where(t => node.Partition.Contains(t.Column)).ToList();
        var ttl = times.Count == 0 && node.StateTtl is { } span && node.Input.TimeColumn >= 0 ? Math.Max(1, (span.Months * 31L + span.Days) * 86_400_000_000 + span.Microseconds) : 0;
        foreach (var row in Evaluate(node.Input))
        {
            var key = PlainValues.Key(node.Partition.Select(k => row[k]));
            var end = long.MaxValue;
            if (ttl > 0)
            {
                if (row[node.Input.TimeColumn] is not long time) continue;
                end = time + ttl;
            }
            if (ttl > 0 ? end <= row.Watermark : times.Any(t => row[t.Column] is long own && (Int128)own + t.LagMicroseconds < row.Watermark))
            {
                CountLate(node.View);
                continue;
            }
            if (!open.TryGetValue(key, out var now)) open[key] = (end, [row]);
            else if (ttl > 0 && (long)row[node.Input.TimeColumn]! >= now.End)
            {
                told.AddRange(Ranked(node, now.Rows));
                open[key] = (Math.Max(now.End, end), [row]);
            }
            else
            {
                now.Rows.Add(row);
                open[key] = (Math.Max(now.End, end), now.Rows);
            }
        }
        return [.. told.Concat(open.Values.SelectMany(o => Ranked(node, o.Rows))).Select(r => r with { Watermark = long.MinValue })];
    }

    static List<PlainRow> Ranked(TopN node, List<PlainRow> rows)
    {
        var sorted = InOrder(node.Order, rows);
        var kept = new List<PlainRow>();
        for (var i = 0; i < sorted.Count; i++)
        {
            long before = sorted.Count(r => CompareBy(node.Order, r, sorted[i]) < 0);
            var rank = node.Kind switch
            {
                RankKind.RowNumber => i + 1,
                RankKind.Rank => before + 1,
                _ => sorted.Take((int)before).Select(r => PlainValues.Key(node.Order.Select(o => r[o.Column]))).Distinct().Count() + 1,
            };
            if (rank <= node.Limit) kept.Add(node.WithRank ? sorted[i] with { Values = [.. sorted[i].Values, rank] } : sorted[i]);
        }
        return kept;
    }

    /// <summary>Rows by an order, then as whole rows.</summary>
    static List<PlainRow> InOrder(IReadOnlyList<SortKey> order, IEnumerable<PlainRow> rows) =>
        [.. rows.Order(Comparer<PlainRow>.Create((a, b) => CompareBy(order, a, b) is var by && by != 0 ? by : PlainValues.CompareRows(a.Values, b.Values)))];

    List<PlainRow> WithOver(Over node)
    {
        var told = new List<PlainRow>();
        var partitions = new Dictionary<string, List<PlainRow>>();
        foreach (var row in Evaluate(node.Input))
        {
            if (node.Release is { } by && row[by.Column] is null) continue; // it has no place in time
            if (node.Release is { } release && row[release.Column] is long time && (Int128)time + release.LagMicroseconds < row.Watermark) CountLate(node.View);
            else Of(partitions, PlainValues.Key(node.Partition.Select(k => row[k]))).Add(row);
        }
        foreach (var partition in partitions.Values.SelectMany(p => Lives(node, p)))
        {
            var sorted = InOrder(node.Order, partition);
            for (var i = 0; i < sorted.Count; i++)
                told.Add(sorted[i] with { Values = [.. sorted[i].Values, .. node.Calls.Select(c => Computed(node, c, sorted, i))], Watermark = long.MinValue });
        }
        return told;
    }

    /// <summary>The rows of a partition between the silences after which it begins anew.</summary>
    static IEnumerable<List<PlainRow>> Lives(Over node, List<PlainRow> rows)
    {
        if (node.StateTtl is not { } span || node.Release is not { } release || node.Partition.Contains(release.Column)) return [rows];
        var ttl = Math.Max(1, (span.Months * 31L + span.Days) * 86_400_000_000 + span.Microseconds);
        var lives = new List<List<PlainRow>>();
        foreach (var row in rows.OrderBy(r => (long)r[release.Column]!))
        {
            if (lives.Count == 0 || (long)row[release.Column]! >= (long)lives[^1][^1][release.Column]! + ttl) lives.Add([]);
            lives[^1].Add(row);
        }
        return lives;
    }

    static object? Computed(Over node, OverCall call, List<PlainRow> sorted, int at)
    {
        var before = sorted.Count(r => CompareBy(node.Order, r, sorted[at]) < 0);
        switch (call.Function)
        {
            case OverFunction.RowNumber: return at + 1L;
            case OverFunction.Rank: return before + 1L;
            case OverFunction.DenseRank: return sorted.Take(before).Select(r => PlainValues.Key(node.Order.Select(o => r[o.Column]))).Distinct().Count() + 1L;
            case OverFunction.Lag or OverFunction.Lead:
                var other = at + (call.Function == OverFunction.Lag ? -call.Distance : call.Distance);
                return other >= 0 && other < sorted.Count ? sorted[(int)other][call.Arguments[0]] : call.Arguments.Length > 1 ? sorted[at][call.Arguments[1]] : null;
        }
        var frame = Enumerable.Range(0, sorted.Count).Where(i => IsInFrame(node, call.Frame, sorted, at, i)).Select(i => sorted[i]).ToList();
        return call.Function switch
        {
            OverFunction.FirstValue => frame.Count == 0 ? null : frame[0][call.Arguments[0]],
            OverFunction.LastValue => frame.Count == 0 ? null : frame[^1][call.Arguments[0]],
            OverFunction.NthValue => call.Distance <= frame.Count ? frame[(int)call.Distance - 1][call.Arguments[0]] : null,
            _ => PlainAggregates.Result(new AggregateCall(call.Aggregate!, call.Signature!, call.Arguments, call.Distinct, -1), frame),
        };
    }

    static bool IsInFrame(Over node, OverFrame frame, List<PlainRow> sorted, int at, int i)
    {
        if (frame.IsRows) return (frame.End == OverFrame.Unbounded || i <= at - frame.End) && (frame.Start is not { } rows || i >= at - rows);
        // Where it goes by distances a row without a value has only its peers, and no other row has it.
        var order = CompareBy(node.Order, sorted[i], sorted[at]);
        var (own, other) = node.Order.IsEmpty ? (null, null) : (sorted[at][node.Order[0].Column], sorted[i][node.Order[0].Column]);
        // Infinity less any distance is infinity.
        if (own is long.MinValue or long.MaxValue && node.Input.Schema[node.Order[0].Column].Type.Kind == Millrace.Data.TypeKind.Timestamp)
            return (frame.End == OverFrame.Unbounded || order <= 0) && (frame.Start is null || order >= 0);
        BigInteger Distance() => own is double || other is double ? throw new NotInOracle("RANGE over DOUBLE") : (Number(own!) - Number(other!)) * (node.Order[0].Descending ? -1 : 1);
        var isBeforeEnd = frame.End == OverFrame.Unbounded || (frame.End == 0 || own is null ? order <= 0 : other is null ? order < 0 : Distance() >= frame.End);
        var isBehindStart = frame.Start is not { } start || (start == 0 || own is null ? order >= 0 : other is null ? order > 0 : Distance() <= start);
        return isBeforeEnd && isBehindStart;
    }

    static BigInteger Number(object value) => value switch
    {
        int i => i,
        long l => l,
        BigInteger b => b,
        _ => throw new NotInOracle($"RANGE over {value.GetType().Name}"),
    };
}
