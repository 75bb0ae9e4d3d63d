using Millrace.Planning;

namespace Millrace.Tests.Oracle;

sealed partial class PlainEvaluator
{
    List<PlainRow> Grouped(Aggregate node)
    {
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
            if (end <= row.Mark(node.Late.AllowedMicroseconds))
            {
                // Of the rows that stand once for each grouping set, one is told of.
                if (node.Sets is not { } sets || row[sets.Column] is long set && set == sets.Reported) CountLate(node.View);
            }
            else yield return [start, end, end - 1];
        }
    }
}
