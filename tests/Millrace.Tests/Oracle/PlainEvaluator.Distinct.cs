using Millrace.Planning;

namespace Millrace.Tests.Oracle;

sealed partial class PlainEvaluator
{
    List<PlainRow> Distinct(DistinctOn node)
    {
        var times = node.Input.Times.Where(t => node.Keys.Contains(t.Column)).ToList();
        if (times.Count == 0 && node.StateTtl is { } ttl && node.Input.TimeColumn >= 0)
            return WithTtl(node, Math.Max(1, (ttl.Months * 31L + ttl.Days) * 86_400_000_000 + ttl.Microseconds));

        var groups = new Dictionary<string, List<PlainRow>>();
        foreach (var row in Evaluate(node.Input))
        {
            if (times.Any(t => row[t.Column] is long time && (Int128)time + t.LagMicroseconds < row.Watermark)) CountLate(node.View);
            else Of(groups, PlainValues.Key(node.Keys.Select(k => row[k]))).Add(row);
        }
        return [.. groups.Values.Select(rows => One(node, rows))];
    }

    /// <summary>The first row of a key passes as it comes, late as it may be for what follows.</summary>
    static PlainRow One(DistinctOn node, List<PlainRow> rows) => node.Order.IsEmpty ? rows[0] : Least(node.Order, rows) with { Watermark = long.MinValue };

    /// <summary>A key's row stands for the rows from its own time up to so much later; the next row begins anew.</summary>
    List<PlainRow> WithTtl(DistinctOn node, long ttl)
    {
        var told = new List<PlainRow>();
        var open = new Dictionary<string, (long End, List<PlainRow> Rows)>();
        foreach (var row in Evaluate(node.Input))
        {
            if (row[node.Input.TimeColumn] is not long time) continue;
            var key = PlainValues.Key(node.Keys.Select(k => row[k]));
            var end = time > long.MaxValue - ttl ? long.MaxValue : time + ttl;
            var begins = !open.TryGetValue(key, out var now) || time >= now.End;
            // Without an order a row is judged by its own time, with one by that of the row that stands for it.
            if ((begins || node.Order.IsEmpty ? end : now.End) <= row.Watermark)
            {
                CountLate(node.View);
                continue;
            }
            if (begins)
            {
                if (now.Rows is not null) told.Add(One(node, now.Rows));
                open[key] = (end, [row]);
            }
            else now.Rows.Add(row);
        }
        return [.. told.Concat(open.Values.Select(o => One(node, o.Rows)))];
    }

    static List<PlainRow> Of(Dictionary<string, List<PlainRow>> groups, string key)
    {
        if (!groups.TryGetValue(key, out var rows)) groups[key] = rows = [];
        return rows;
    }
}
