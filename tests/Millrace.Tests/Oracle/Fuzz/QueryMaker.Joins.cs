namespace Millrace.Tests.Oracle.Fuzz;

sealed partial class QueryMaker
{
    (Part, List<Column>) Joined(int depth)
    {
        var (l, r) = (Side(depth), Side(depth));
        var both = new List<Column>([.. l.Columns, .. r.Columns]);
        var kind = Pick(["JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
        var conditions = new List<Part>();
        for (var keys = random.Next(Chance(5) ? 0 : 1, 3); keys > 0; keys--)
        {
            var pairs = l.Columns.SelectMany(a => r.Columns.Where(b => b.Type.Kind == a.Type.Kind && !a.IsTime).Select(b => (a, b))).ToList();
            if (pairs.Count == 0) continue;
            var (a, b) = Pick(pairs);
            conditions.Add(new(a.Text, Pick(["=", "=", "=", "IS NOT DISTINCT FROM"]), b.Text));
        }
        var (leftTimes, rightTimes) = (l.Columns.Where(c => c.IsTime).ToList(), r.Columns.Where(c => c.IsTime).ToList());
        if (leftTimes.Count > 0 && rightTimes.Count > 0 && !Chance(3))
        {
            var (a, b) = (Pick(leftTimes).Text, Pick(rightTimes).Text);
            conditions.Add(random.Next(4) switch
            {
                0 => new(b, "BETWEEN", a, "- INTERVAL '2 seconds' AND", a, "+ INTERVAL '3 seconds'"),
                1 => new(b, "BETWEEN", a, "AND", a, "+ INTERVAL '5 seconds'"),
                2 => new(a, "=", b),
                _ => new(a, ">=", b, "AND", a, "<", b, "+ INTERVAL '4 seconds'"),
            });
        }
        if (conditions.Count == 0 || Chance(5)) conditions.Add(new ExpressionMaker(random, both).Condition(1));
        var expressions = new ExpressionMaker(random, both);
        var items = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Item(expressions, 1)).ToList();
        foreach (var time in leftTimes.Take(1).Concat(rightTimes.Take(1)))
            if (Chance(2)) items.Add((new Part(time.Text), time with { Text = Name("t") }));
        var on = Part.List("AND", conditions);
        var from = new Part(l.Text, new Part(kind) { Instead = kind == "JOIN" ? [] : [new Part("JOIN")] }, r.Text, "ON", on);
        return (new Part("SELECT", Items(items), "FROM", from, Where(expressions)), [.. items.Select(i => i.Item2)]);
    }

    /// <summary>A side of a join: its columns are named with its table.</summary>
    Relation Side(int depth)
    {
        var name = Name("s");
        if (depth > 0 && Chance(4))
        {
            var (text, columns) = Query(depth - 1);
            return new(new Part("(", text, ") AS", name), Named(columns, name));
        }
        var table = Pick(tables);
        if (Chance(4) && Windowed(table) is { } window) return new(new Part(window.Text, "AS", name), Named(window.Columns, name));
        return new(new Part(table.Text, "AS", name), Named(table.Columns, name));
    }

    static List<Column> Named(IReadOnlyList<Column> columns, string table) => [.. columns.Select(c => c with { Text = $"{table}.{c.Name}" })];
}
