using Millrace.Planning;

namespace Millrace.Tests.Oracle;

sealed partial class PlainEvaluator
{
    /// <summary>Equal rows of each input counted, and each given as often as the operation says.</summary>
    List<PlainRow> Combined(SetOperation node)
    {
        var counts = new Dictionary<string, (PlainRow Row, long[] Times)>();
        for (var input = 0; input < node.All.Length; input++)
        {
            foreach (var row in Evaluate(node.All[input]))
            {
                var due = node.Times.Where(t => row[t.Column] is long).Select(t => (Int128)(long)row[t.Column]! + t.LagMicroseconds).DefaultIfEmpty(long.MaxValue).Min();
                if (due < row.Watermark)
                {
                    CountLate(node.View);
                    continue;
                }
                var key = PlainValues.Key(row.Values);
                if (!counts.TryGetValue(key, out var entry)) counts[key] = entry = (row with { Watermark = long.MinValue }, new long[2]);
                entry.Times[input]++;
            }
        }
        var given = new List<PlainRow>();
        foreach (var (row, times) in counts.Values)
        {
            var (l, r) = (times[0], times[1]);
            var copies = node.Kind switch
            {
                SetKind.Distinct => l > 0 ? 1 : 0,
                SetKind.Intersect => l > 0 && r > 0 ? 1 : 0,
                SetKind.IntersectAll => Math.Min(l, r),
                SetKind.Except => l > 0 && r == 0 ? 1 : 0,
                SetKind.ExceptAll => Math.Max(0, l - r),
                _ => l,
            };
            for (var copy = 0; copy < copies; copy++) given.Add(node.NumbersCopies ? row with { Values = [.. row.Values, copy] } : row);
        }
        return given;
    }
}
