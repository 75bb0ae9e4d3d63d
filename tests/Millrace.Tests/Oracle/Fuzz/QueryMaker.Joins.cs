using Millrace.Data;

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

    /// <summary>Each row with the one that held at its time: ASOF JOIN, or FOR SYSTEM_TIME AS OF where the other table has a key. Null where one of them has no time.</summary>
    (Part, List<Column>)? WithVersion(int depth)
    {
        var (l, table, name) = (Side(depth), Pick(tables), Name("s"));
        var right = Named(table.Columns, name);
        var (leftTimes, rightTimes) = (l.Columns.Where(c => c.IsTime).ToList(), right.Where(c => c.IsTime).ToList());
        if (leftTimes.Count == 0 || rightTimes.Count == 0) return null;
        var time = Pick(leftTimes);
        var conditions = new List<Part>();
        void Match(Column b)
        {
            var fitting = l.Columns.Where(a => a.Type.Kind == b.Type.Kind && a != time).ToList();
            if (fitting.Count > 0) conditions.Add(new(Pick(fitting).Text, "=", b.Text));
        }
        var isVersioned = table.Key.Count > 0 && !Chance(4);
        if (isVersioned) foreach (var key in table.Key) Match(right.First(c => c.Name == key));
        else
        {
            for (var keys = random.Next(Chance(4) ? 0 : 1, 3); keys > 0; keys--) Match(Pick(right));
            conditions.Add(new(time.Text, Pick([">=", ">=", ">"]), Pick(rightTimes).Text));
        }
        var expressions = new ExpressionMaker(random, [.. l.Columns, .. right]);
        if (Chance(5)) conditions.Add(new(expressions.Condition(1)) { IsOptional = true });
        var outer = Chance(2) ? "LEFT" : "";
        var from = isVersioned ? new Part(l.Text, outer, "JOIN", table.Text, "FOR SYSTEM_TIME AS OF", time.Text, "AS", name) : new Part(l.Text, "ASOF", outer, "JOIN", table.Text, "AS", name);
        var items = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Item(expressions, 1)).ToList();
        if (Chance(2)) items.Add((new Part(time.Text), time with { Text = Name("t") }));
        return (new Part("SELECT", Items(items), "FROM", from, "ON", Part.List("AND", conditions), Where(expressions)), [.. items.Select(i => i.Item2)]);
    }

    /// <summary>A table with the elements of its rows, as a query of its own.</summary>
    Relation Elements(Relation table)
    {
        var (row, element, name) = (Name("s"), Name("u"), Name("q"));
        var expressions = new ExpressionMaker(random, Named(table.Columns, row));
        var (call, type) = random.Next(4) switch
        {
            0 => (new Part("string_to_table (", expressions.Make(TypeKind.Text, 1), ",", Pick(["','", "'b'", "''"]), ")"), DataType.Text),
            1 => (new Part("generate_series ( 1 , (", expressions.Make(TypeKind.Integer, 1), ") % 4 )"), DataType.Integer),
            2 => (new Part("generate_series ( (", expressions.Make(TypeKind.BigInt, 1), ") % 5 , 0 ,", Pick(["-1", "2", "0"]), ")"), DataType.BigInt),
            _ => (new Part("generate_series ( 2 , 1 + (", expressions.Make(TypeKind.Integer, 0), ") % 3 )"), DataType.Integer),
        };
        var isNumbered = Chance(3);
        var isLeft = Chance(3);
        var shown = table.Columns.OrderBy(_ => random.Next()).Take(random.Next(1, 4)).Union(table.Columns.Where(c => c.IsTime)).ToList();
        var text = new Part("( SELECT", Part.List(",", [.. shown.Select(c => new Part($"{row}.{c.Name}")), new Part($"{element}.e"), .. isNumbered ? [new Part($"{element}.o")] : Array.Empty<Part>()]),
            "FROM", table.Text, "AS", row, isLeft ? "LEFT JOIN LATERAL" : ", LATERAL", call, isNumbered ? "WITH ORDINALITY" : "", "AS", element, isNumbered ? "(e, o)" : "(e)", isLeft ? "ON TRUE" : "", ") AS", name);
        List<Column> columns = [.. shown, new("e", type)];
        if (isNumbered) columns.Add(new("o", DataType.BigInt));
        return new(text, columns);
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
