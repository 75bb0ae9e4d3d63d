using Millrace.Data;

namespace Millrace.Tests.Oracle.Fuzz;

sealed partial class QueryMaker
{
    (Part, List<Column>) Over(Relation from)
    {
        var expressions = new ExpressionMaker(random, from.Columns);
        var items = Enumerable.Range(0, random.Next(1, 3)).Select(_ => Item(expressions, 1)).ToList();
        var times = from.Columns.Where(c => c.IsTime).ToList();
        if (times.Count == 0) return Plain(from);
        var time = Pick(times);
        items.Add((new Part(time.Text), time with { Text = Name("t") }));
        for (var calls = random.Next(1, 3); calls > 0; calls--)
        {
            var (call, type) = OverCall(expressions);
            var window = new Part("OVER (");
            if (!Chance(4)) window.Add(new Part("PARTITION BY", Pick(from.Columns).Text) { IsOptional = true });
            window.Add("ORDER BY", time.Text);
            if (!Chance(3))
            {
                window.Add(new Part(Pick(
                [
                    "ROWS 2 PRECEDING", "ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING", "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", "RANGE BETWEEN INTERVAL '4 seconds' PRECEDING AND CURRENT ROW",
                    "RANGE BETWEEN INTERVAL '10 seconds' PRECEDING AND INTERVAL '1 second' PRECEDING", "RANGE BETWEEN CURRENT ROW AND CURRENT ROW",
                ]))
                { IsOptional = true });
            }
            items.Add((new Part(call, window, ")"), new(Name("o"), type)));
        }
        return (new Part("SELECT", Items(items), "FROM", from.Text, Where(expressions)), [.. items.Select(i => i.Item2)]);
    }

    (Part, DataType) OverCall(ExpressionMaker expressions)
    {
        var column = Pick(expressions.Columns);
        switch (random.Next(9))
        {
            case 0: return (new("ROW_NUMBER()"), DataType.BigInt);
            case 1: return (new(Pick(["RANK()", "DENSE_RANK()"])), DataType.BigInt);
            case 2: return (new(Pick(["LAG(", "LEAD("]), column.Text, Pick(["", ", 2"]), ")"), column.Type);
            case 3: return (new(Pick(["FIRST_VALUE(", "LAST_VALUE("]), column.Text, ")"), column.Type);
            case 4: return (new("NTH_VALUE(", column.Text, ", 2 )"), column.Type);
            default:
                var (call, made) = Call(expressions);
                return (call, made.Type);
        }
    }

    (Part, List<Column>) Sets(int depth)
    {
        var from = From(depth - 1);
        var expressions = new ExpressionMaker(random, from.Columns);
        var items = Enumerable.Range(0, random.Next(1, 3)).Select(_ => Item(expressions, 1)).ToList();
        AddTime(from, items);
        var query = new Part("SELECT", Items(items), "FROM", from.Text, Where(expressions));
        for (var more = random.Next(1, 3); more > 0; more--)
        {
            var other = Chance(2) ? from : From(depth - 1);
            var others = new ExpressionMaker(random, other.Columns);
            var list = Part.List(",", [.. items.Select(i => others.ColumnOf(i.Item2.Type.Kind) ?? others.Make(i.Item2.Type.Kind, 1))]);
            query.Add(new Part(Pick(["UNION", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL", "UNION ALL"]), "SELECT", list, "FROM", other.Text, Where(others)) { IsOptional = true });
        }
        return (query, [.. items.Select(i => i.Item2)]);
    }

    /// <summary>MATCH_RECOGNIZE over a table with a time, or null.</summary>
    (Part, List<Column>)? Pattern(int depth)
    {
        var from = Chance(3) && depth > 0 ? Nested(depth) : Pick(tables);
        var times = from.Columns.Where(c => c.IsTime).ToList();
        var numbers = from.Columns.Where(c => c.Type.Kind is TypeKind.Integer or TypeKind.BigInt or TypeKind.Decimal).ToList();
        if (times.Count == 0 || numbers.Count == 0) return null;
        var (time, number, key) = (Pick(times), Pick(numbers), Pick(from.Columns));
        var name = Name("m");
        string[] conditions = [$"{{0}}.{number.Name} > 0", $"{{0}}.{number.Name} <= PREV({{0}}.{number.Name})", $"{{0}}.{number.Name} >= a.{number.Name}", $"{{0}}.{number.Name} <> LAST({{0}}.{number.Name}, 1)",
            $"SUM({{0}}.{number.Name}) < 5", $"COUNT({{0}}.*) < 3", $"{{0}}.{number.Name} = FIRST(a.{number.Name})"];
        string[] variables = [.. new[] { "a", "b", "c" }.Take(random.Next(1, 4))];
        var pattern = Part.List("", variables.Select(v => new Part(v + Pick(["", "", "+", "*", "?", "{1,2}", "+?", "*?", "{2}"]))));
        var defined = variables.Skip(Chance(2) ? 0 : 1).Select(v => new Part($"{v} AS {string.Format(System.Globalization.CultureInfo.InvariantCulture, Pick(conditions), v)}")).ToList();
        List<Column> columns = [];
        var body = new Part();
        if (!Chance(4))
        {
            body.Add("PARTITION BY", key.Name);
            columns.Add(key with { Text = key.Name, IsTime = false });
        }
        body.Add("ORDER BY", time.Name);
        Column[] measures = [new("began", DataType.Timestamp), new("total", DataType.Decimal(38, 3)), new("rows_taken", DataType.BigInt), new("last_one", number.Type)];
        var last = variables[^1];
        string[] texts = [$"FIRST({time.Name}) AS began", $"SUM({number.Name}) AS total", $"COUNT({last}.*) AS rows_taken", $"{last}.{number.Name} AS last_one"];
        body.Add("MEASURES", Part.List(",", texts.Select(t => new Part(t))));
        columns.AddRange(measures);
        if (!Chance(3)) body.Add(new Part("AFTER MATCH SKIP", Pick(["PAST LAST ROW", "TO NEXT ROW", $"TO FIRST {last}", $"TO LAST {last}"])) { IsOptional = true });
        body.Add("PATTERN (", pattern, ")");
        if (Chance(2)) body.Add(new Part("WITHIN INTERVAL", Pick(["'5 seconds'", "'1 minute'"])) { IsOptional = true });
        if (defined.Count > 0) body.Add("DEFINE", Part.List(",", defined));
        return (new Part("SELECT", Part.List(",", columns.Select(c => new Part(c.Name))), "FROM", from.Text, "MATCH_RECOGNIZE (", body, ") AS", name), columns);
    }
}
