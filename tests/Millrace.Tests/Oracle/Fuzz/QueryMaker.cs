using Millrace.Data;

namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>Random queries over the sources and views that there are.</summary>
sealed partial class QueryMaker(Random random, IReadOnlyList<Relation> tables)
{
    int _names;

    T Pick<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];

    bool Chance(int of) => random.Next(of) == 0;

    string Name(string start) => start + ++_names;

    /// <summary>A query and the columns that it gives.</summary>
    public (Part Text, List<Column> Columns) Query(int depth)
    {
        switch (random.Next(24))
        {
            case <= 7: return Grouped(Chance(4) ? Windowed(Pick(tables), true) ?? From(depth) : From(depth));
            case <= 10: return Plain(From(depth));
            case 11 or 12 when depth > 0: return Union(depth);
            case 20 when depth > 0: return Sets(depth);
            case 21 or 22: return Over(From(depth));
            case 23: return Pattern(depth) ?? Plain(From(depth));
            case 13: return Distinct(From(depth));
            case 14: return Joined(depth);
            case 15: return (Chance(2) ? WithVersion(depth) : null) ?? Joined(depth);
            case 16 or 17: return TopN(From(depth));
            case 18: return DistinctOn(From(depth));
            default: return Grouped(Windowed(From(depth), true) ?? From(depth));
        }
    }

    /// <summary>Something to select from: a table, a window over one, or a query.</summary>
    Relation From(int depth)
    {
        var chance = random.Next(10);
        if (chance < 3 && depth > 0) return Nested(depth);
        var table = Pick(tables);
        if (Chance(16)) return Elements(table);
        return chance < 7 ? Windowed(table) ?? table : table;
    }

    Relation Nested(int depth)
    {
        var (text, columns) = Query(depth - 1);
        var name = Name("q");
        var simple = Pick(tables);
        return new(new Part("(", text, ") AS", name) { Instead = [new Part(simple.Text, "AS", name)] }, columns);
    }

    static readonly (string Size, string Slide)[] s_hops = [("10 seconds", "5 seconds"), ("10 seconds", "4 seconds"), ("6 seconds", "2 seconds"), ("1 minute", "30 seconds"), ("7 seconds", "3 seconds"), ("2 days", "1 day")];

    /// <summary>A window over a relation that has a time.</summary>
    Relation? Windowed(Relation input, bool takesSessions = false)
    {
        var times = input.Columns.Where(c => c.IsTime).ToList();
        if (times.Count == 0) return null;
        var time = Pick(times);
        var options = Chance(6) ? Pick([", offset => INTERVAL '3 seconds'", ", zone => 'Europe/Berlin'", ", offset => INTERVAL '-1 second'"]) : "";
        if (takesSessions && Chance(3)) return Session(input, time);
        var function = Pick(["TUMBLE", "TUMBLE", "HOP", "HOP", "CUMULATE"]);
        var window = function switch
        {
            "TUMBLE" => $"INTERVAL '{Pick(["5 seconds", "10 seconds", "7 seconds", "1 minute", "1 hour", "1 day", "1 month", "7 days"])}'",
            "CUMULATE" => $"INTERVAL '{Pick(["5 seconds', INTERVAL '10 seconds", "2 seconds', INTERVAL '6 seconds", "20 minutes', INTERVAL '1 hour", "6 hours', INTERVAL '1 day"])}'",
            _ => Pick(s_hops) is var (size, slide) ? $"INTERVAL '{slide}', INTERVAL '{size}'" : "",
        };
        var text = new Part(function, "(", input.Text, ",", time.Name, ",", window, options.Length == 0 ? "" : new Part(options) { IsOptional = true }, ")")
        {
            Instead = [new Part("TUMBLE (", input.Text, ",", time.Name, ", INTERVAL '10 seconds' )")],
        };
        return new(text, WithWindow(input));
    }

    static List<Column> WithWindow(Relation input) =>
        [.. input.Columns.Where(c => !c.Name.StartsWith("window_", StringComparison.Ordinal)), new("window_start", DataType.Timestamp, true), new("window_end", DataType.Timestamp, true), new("window_time", DataType.Timestamp, true)];

    /// <summary>Sessions of a relation.</summary>
    Relation Session(Relation input, Column time)
    {
        var key = Pick(input.Columns);
        var partition = Chance(3) || key.IsTime ? new Part() : new Part("PARTITION BY", key.Name) { IsOptional = true };
        return new(new Part("SESSION (", input.Text, partition, ",", time.Name, ", INTERVAL", Pick(["'2 seconds'", "'5 seconds'", "'1 minute'"]), ")"), WithWindow(input)) { SessionKey = partition.IsOptional ? key.Name : null, IsSession = true };
    }

    Part Where(ExpressionMaker expressions)
    {
        if (Chance(2)) return new Part();
        var condition = expressions.Condition(2);
        if (Chance(7) && Within(expressions) is { } within) condition = Chance(2) ? within : new Part(within, "AND", condition) { Instead = [within] };
        return new Part("WHERE", condition) { IsOptional = true };
    }

    /// <summary>A condition with a query in it, or null.</summary>
    Part? Within(ExpressionMaker expressions)
    {
        var (table, name, own) = (Pick(tables), Name("w"), Pick(expressions.Columns));
        var fitting = table.Columns.Where(c => c.Type.Kind == own.Type.Kind).ToList();
        if (fitting.Count == 0) return null;
        var other = $"{name}.{Pick(fitting).Name}";
        var inner = new ExpressionMaker(random, [.. table.Columns.Select(c => c with { Text = $"{name}.{c.Name}" })]);
        Part More(string word) => new(word, inner.Condition(1)) { IsOptional = true };
        return random.Next(6) switch
        {
            0 or 1 => new(own.Text, "IN ( SELECT", other, "FROM", table.Text, "AS", name, More("WHERE"), ")"),
            2 => new("EXISTS ( SELECT 1 FROM", table.Text, "AS", name, "WHERE", other, "=", own.Text, More("AND"), ")"),
            3 => new("NOT EXISTS ( SELECT 1 FROM", table.Text, "AS", name, "WHERE", other, "=", own.Text, More("AND"), ")"),
            4 => new(own.Text, "NOT IN ( SELECT", other, "FROM", table.Text, "AS", name, More("WHERE"), ")"),
            _ => new(own.Text, Pick([">=", "<>", "<"]), "( SELECT", Pick(["MIN(", "MAX("]), other, ") FROM", table.Text, "AS", name, More("WHERE"), ")"),
        };
    }

    /// <summary>The columns of a list, each under a name of its own, the first of them mandatory.</summary>
    static Part Items(List<(Part Text, Column Column)> items) => Part.List(",", items.Select(i => new Part(i.Text, "AS", i.Column.Name)));

    (Part, Column) Item(ExpressionMaker expressions, int depth)
    {
        if (expressions.Columns.Count > 0 && random.Next(3) > 0)
        {
            var column = Pick(expressions.Columns);
            return (new Part(column.Text), column with { Text = Name("c") });
        }
        var kind = expressions.AnyKind();
        if (kind is TypeKind.Interval or TypeKind.Bytes or TypeKind.Null) kind = TypeKind.Integer;
        return (expressions.Make(kind, depth), new(Name("c"), TypeOf(kind)));
    }

    static DataType TypeOf(TypeKind kind) => kind == TypeKind.Decimal ? DataType.Decimal(20, 3) : new(kind);

    (Part, List<Column>) Plain(Relation from)
    {
        var expressions = new ExpressionMaker(random, from.Columns);
        var items = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Item(expressions, 3)).ToList();
        AddTime(from, items);
        return (new Part("SELECT", Items(items), "FROM", from.Text, Where(expressions)), [.. items.Select(i => i.Item2)]);
    }

    /// <summary>Often a time goes along, so that windows can follow.</summary>
    void AddTime(Relation from, List<(Part, Column)> items)
    {
        if (!from.HasTime || Chance(3)) return;
        var time = Pick(from.Columns.Where(c => c.IsTime).ToList());
        items.Add((new Part(time.Text), time with { Text = Name("t") }));
    }

    (Part, List<Column>) Distinct(Relation from)
    {
        var expressions = new ExpressionMaker(random, from.Columns);
        var items = Enumerable.Range(0, random.Next(1, 3)).Select(_ => Item(expressions, 2)).ToList();
        AddTime(from, items);
        return (new Part("SELECT", new Part("DISTINCT") { IsOptional = true }, Items(items), "FROM", from.Text, Where(expressions)), [.. items.Select(i => i.Item2)]);
    }

    (Part, List<Column>) DistinctOn(Relation from)
    {
        var expressions = new ExpressionMaker(random, from.Columns);
        var items = Enumerable.Range(0, random.Next(2, 5)).Select(_ => Item(expressions, 1)).ToList();
        AddTime(from, items);
        var keys = items.Take(random.Next(1, items.Count)).Select(i => new Part(i.Item2.Name));
        return (new Part("SELECT DISTINCT ON (", Part.List(",", keys), ")", Items(items), "FROM", from.Text, Where(expressions),
            Chance(4) ? "" : new Part("ORDER BY", Part.List(",", [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Ordered(Pick(items).Item2.Name))])) { IsOptional = true }), [.. items.Select(i => i.Item2)]);
    }

    Part Ordered(string text) => new(text, Pick(["", "", "DESC", "ASC", "NULLS FIRST", "DESC NULLS LAST"]));

    (Part, List<Column>) Union(int depth)
    {
        var (first, columns) = Query(depth - 1);
        var parts = new List<Part> { first };
        for (var more = random.Next(1, 3); more > 0; more--)
        {
            var from = From(depth - 1);
            var expressions = new ExpressionMaker(random, from.Columns);
            var list = Part.List(",", [.. columns.Select(c => expressions.Make(c.Type.Kind is TypeKind.Interval or TypeKind.Null or TypeKind.Bytes ? TypeKind.Text : c.Type.Kind, 1))]);
            parts.Add(new("SELECT", list, "FROM", from.Text, Where(expressions)));
        }
        var union = new Part(parts[0]);
        foreach (var part in parts.Skip(1)) union.Add(new Part("UNION ALL", part) { IsOptional = true });
        return (union, [.. columns.Select(c => c with { IsTime = false })]);
    }

    (Part, List<Column>) TopN(Relation from)
    {
        var expressions = new ExpressionMaker(random, from.Columns);
        var items = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Item(expressions, 1)).ToList();
        AddTime(from, items);
        var function = Pick(["ROW_NUMBER", "ROW_NUMBER", "RANK", "DENSE_RANK"]);
        var over = new Part(function, "() OVER (");
        if (!Chance(4)) over.Add(new Part("PARTITION BY", Part.List(",", [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => new Part(Pick(from.Columns).Text))])) { IsOptional = true });
        over.Add("ORDER BY", Part.List(",", [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Ordered(Pick(from.Columns).Text))]), ")");
        var name = Name("q");
        List<Column> columns = [.. items.Select(i => i.Item2)];
        var shown = Chance(2) ? columns : [.. columns, new("rn", DataType.BigInt)];
        var inner = new Part("SELECT", Items(items), ",", over, "AS rn FROM", from.Text, Where(expressions));
        return (new Part("SELECT", Part.List(",", shown.Select(c => new Part(c.Name))), "FROM (", inner, ") AS", name, "WHERE rn <=", Pick(["1", "2", "3"])), [.. shown]);
    }
}
