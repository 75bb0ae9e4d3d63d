using Millrace.Planning;

namespace Millrace.Tests.Oracle;

sealed partial class PlainEvaluator
{
    List<PlainRow> Grouped(Aggregate node)
    {
        if (node.Window?.Kind == WindowKind.Session) return Sessions(node);
        var groups = new Dictionary<string, (object?[] Key, List<PlainRow> Rows)>();
        foreach (var row in Evaluate(node.Input).Where(r => node.Condition is null || Interpreter.Holds(node.Condition, r.Values)))
            foreach (var window in WindowsOf(node, row))
            {
                object?[] key = [.. window, .. node.Keys.Select(k => row[k])];
                var name = PlainValues.Key(key);
                if (!groups.TryGetValue(name, out var group)) groups[name] = group = (key, []);
                group.Rows.Add(row);
            }
        // Without keys and window there is one group, which exists even with no row.
        if (node.Window is null && node.Keys.IsEmpty && groups.Count == 0) groups[""] = ([], []);
        return [.. groups.Values.Select(g => new PlainRow([.. g.Key, .. node.Calls.Select(c => PlainAggregates.Result(c, g.Rows))]))];
    }

    /// <summary>The windows that a row counts in: those that it is not too late for. Without windows one of nothing.</summary>
    IEnumerable<object?[]> WindowsOf(Aggregate node, PlainRow row)
    {
        if (node.Window is not { } spec)
        {
            yield return [];
            yield break;
        }
        foreach (var (start, end) in PlainWindows.Of(spec, row[spec.TimeColumn]))
        {
            if (end <= row.Watermark)
            {
                CountLate(node, row);
            }
            else yield return [start, end, end - 1];
        }
    }

    /// <summary>Of the rows that stand once for each grouping set, one is told of.</summary>
    void CountLate(Aggregate node, PlainRow row)
    {
        if (node.Sets is { } sets && !(row[sets.Column] is long set && set == sets.Reported)) return;
        foreach (var view in node.Views) CountLate(view);
    }

    /// <summary>
    /// Row by row as they come: a row joins the sessions of its key that it lies no further from than the gap, if they are not final for it. A row that joins none and whose own
    /// session would be final is late.
    /// </summary>
    List<PlainRow> Sessions(Aggregate node)
    {
        var gap = node.Window!.Size.FixedMicroseconds;
        var sessions = new List<(string Name, object?[] Key, long First, long Last, List<PlainRow> Rows)>();
        foreach (var row in Evaluate(node.Input).Where(r => node.Condition is null || Interpreter.Holds(node.Condition, r.Values)))
        {
            if (row[node.Window.TimeColumn] is not long time || time is long.MinValue or long.MaxValue) continue;
            object?[] key = [.. node.Keys.Select(k => row[k])];
            var name = PlainValues.Key(key);
            var mark = row.Watermark;
            var joined = sessions.Where(s => s.Name == name && s.Last + gap >= mark && time <= s.Last + gap && time >= s.First - gap).ToList();
            if (joined.Count == 0 && time + gap < mark)
            {
                CountLate(node, row);
                continue;
            }
            foreach (var session in joined) sessions.Remove(session);
            sessions.Add((name, key, joined.Select(s => s.First).Append(time).Min(), joined.Select(s => s.Last).Append(time).Max(), [.. joined.SelectMany(s => s.Rows), row]));
        }
        return [.. sessions.Select(s => new PlainRow([s.First, s.Last + gap, s.Last + gap - 1, .. s.Key, .. node.Calls.Select(c => PlainAggregates.Result(c, s.Rows))]))];
    }
}
