using Millrace.Data;

namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>Random queries of the core of SQL, which mean the same to SQLite: whole numbers and texts, WHERE, GROUP BY, HAVING, joins, UNION and its kin, queries in FROM and in conditions.</summary>
sealed class CoreQueryMaker(Random random, IReadOnlyList<Relation> tables)
{
    int _names;

    T Pick<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];

    bool Chance(int of) => random.Next(of) == 0;

    string Name(string start) => start + ++_names;

    /// <summary>A query and its columns.</summary>
    public (Part Text, List<Column> Columns) Query(int depth)
    {
        switch (random.Next(10))
        {
            case 0 or 1 when depth > 0: return Set(depth);
            case <= 5: return Grouped(From(depth));
            default: return Plain(From(depth));
        }
    }

    Relation From(int depth)
    {
        if (depth > 0 && Chance(3)) return Joined(depth);
        return One(depth);
    }

    Relation One(int depth)
    {
        var name = Name("t");
        if (depth > 0 && Chance(3))
        {
            var (text, columns) = Query(depth - 1);
            return new(new Part("(", text, ") AS", name), [.. columns.Select(c => c with { Text = $"{name}.{c.Name}" })]);
        }
        var table = Pick(tables);
        return new(new Part(table.Text, "AS", name), [.. table.Columns.Select(c => c with { Text = $"{name}.{c.Name}" })]);
    }

    Relation Joined(int depth)
    {
        var (l, r) = (One(depth - 1), One(depth - 1));
        Column[] both = [.. l.Columns, .. r.Columns];
        var pairs = l.Columns.SelectMany(a => r.Columns.Where(b => b.Type.Kind == a.Type.Kind).Select(b => (a, b))).ToList();
        var on = pairs.Count > 0 ? Pick(pairs) is var (a, b) ? new Part(a.Text, "=", b.Text) : new Part() : Condition(both, 1);
        if (Chance(3)) on = new Part(on, new Part("AND", Condition(both, 1)) { IsOptional = true });
        return new(new Part(l.Text, Pick(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]), r.Text, "ON", on), both);
    }

    Part Where(IReadOnlyList<Column> columns, int depth)
    {
        if (Chance(3)) return new Part();
        var condition = Condition(columns, 2);
        if (depth > 0 && Chance(4) && Within(columns) is { } within) condition = within;
        return new Part("WHERE", condition) { IsOptional = true };
    }

    /// <summary>A condition with a query in it.</summary>
    Part? Within(IReadOnlyList<Column> columns)
    {
        var (own, table, name) = (Pick(columns), Pick(tables), Name("t"));
        var fitting = table.Columns.Where(c => c.Type.Kind == own.Type.Kind).ToList();
        if (fitting.Count == 0) return null;
        var other = $"{name}.{Pick(fitting).Name}";
        Column[] inner = [.. table.Columns.Select(c => c with { Text = $"{name}.{c.Name}" })];
        return random.Next(4) switch
        {
            0 => new(own.Text, "IN ( SELECT", other, "FROM", table.Text, "AS", name, new Part("WHERE", Condition(inner, 1)) { IsOptional = true }, ")"),
            1 => new("EXISTS ( SELECT 1 FROM", table.Text, "AS", name, "WHERE", other, "=", own.Text, new Part("AND", Condition(inner, 1)) { IsOptional = true }, ")"),
            2 => new("NOT EXISTS ( SELECT 1 FROM", table.Text, "AS", name, "WHERE", other, "=", own.Text, ")"),
            _ => new(own.Text, "NOT IN ( SELECT", other, "FROM", table.Text, "AS", name, "WHERE", other, "IS NOT NULL )"),
        };
    }

    static Part Items(List<(Part Text, Column Column)> items) => Part.List(",", items.Select(i => new Part(i.Text, "AS", i.Column.Name)));

    (Part, Column) Item(IReadOnlyList<Column> columns)
    {
        var kind = Chance(3) ? TypeKind.Text : TypeKind.Integer;
        return (Value(columns, kind, 2), new(Name("c"), new(kind)));
    }

    (Part, List<Column>) Plain(Relation from)
    {
        var items = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Item(from.Columns)).ToList();
        return (new Part("SELECT", Chance(4) ? new Part("DISTINCT") { IsOptional = true } : "", Items(items), "FROM", from.Text, Where(from.Columns, 1)), [.. items.Select(i => i.Item2)]);
    }

    (Part, List<Column>) Grouped(Relation from)
    {
        var items = Enumerable.Range(0, random.Next(3)).Select(_ => (Text: new Part(Pick(from.Columns).Text), Column: new Column(Name("k"), default))).ToList();
        items = [.. items.Select(i => (i.Text, i.Column with { Type = from.Columns.First(c => c.Text == i.Text.ToString()).Type }))];
        var keys = items.Select(i => i.Text).ToList();
        for (var calls = random.Next(1, 4); calls > 0; calls--) items.Add((Call(from.Columns, out var type), new(Name("a"), type)));
        var query = new Part("SELECT", Items([.. items]), "FROM", from.Text, Where(from.Columns, 1));
        if (keys.Count > 0) query.Add("GROUP BY", Part.List(",", keys));
        if (Chance(4)) query.Add(new Part("HAVING", Call(from.Columns, out _), Pick(["IS NOT NULL", "IS NULL"])) { IsOptional = true });
        return (query, [.. items.Select(i => i.Column)]);
    }

    Part Call(IReadOnlyList<Column> columns, out DataType type)
    {
        var kind = Chance(3) ? TypeKind.Text : TypeKind.Integer;
        type = DataType.BigInt;
        var argument = Value(columns, kind, 1);
        Part call;
        switch (random.Next(5))
        {
            case 0: call = new("COUNT(*)"); break;
            case 1: call = new("COUNT(", Chance(2) ? "DISTINCT" : "", argument, ")"); break;
            case 2: call = new("SUM(", Chance(3) ? "DISTINCT" : "", Value(columns, TypeKind.Integer, 1), ")"); break;
            default:
                type = new(kind);
                call = new(Pick(["MIN(", "MAX("]), argument, ")");
                break;
        }
        return Chance(5) ? call.Add(new Part("FILTER ( WHERE", Condition(columns, 1), ")") { IsOptional = true }) : call;
    }

    (Part, List<Column>) Set(int depth)
    {
        var (first, columns) = Plain(From(depth - 1));
        var query = new Part(first);
        for (var more = random.Next(1, 3); more > 0; more--)
        {
            var from = From(depth - 1);
            // SQLite takes all of these from left to right; ours gives INTERSECT precedence, so only one kind stands in a row.
            query = new Part("SELECT * FROM (", query, ") AS", Name("t"), new Part(Pick(["UNION ALL", "UNION", "INTERSECT", "EXCEPT"]), "SELECT", Part.List(",", [.. columns.Select(c => Value(from.Columns, c.Type.Kind, 1))]), "FROM", from.Text,
                Where(from.Columns, 0))
            { IsOptional = true });
        }
        return (query, columns);
    }

    Part Value(IReadOnlyList<Column> columns, TypeKind kind, int depth)
    {
        if (kind == TypeKind.BigInt) kind = TypeKind.Integer;
        var fitting = columns.Where(c => c.Type.Kind == kind || kind == TypeKind.Integer && c.Type.Kind == TypeKind.BigInt).ToList();
        var literal = new Part(kind == TypeKind.Text ? Pick(["'a'", "'b'", "''", "'aB'"]) : Pick(["0", "1", "2", "-3"]));
        var simple = fitting.Count > 0 && !Chance(5) ? new Part(Pick(fitting).Text) : literal;
        if (depth <= 0 || Chance(2)) return simple;
        Part Sub(TypeKind k) => Value(columns, k, depth - 1);
        var made = kind == TypeKind.Text
            ? random.Next(5) switch
            {
                0 => new Part("(", Sub(kind), "||", Sub(kind), ")"),
                1 => new Part(Pick(["lower(", "upper("]), Sub(kind), ")"),
                2 => new Part("coalesce(", Sub(kind), ",", Sub(kind), ")"),
                3 => new Part("nullif(", Sub(kind), ",", Sub(kind), ")"),
                _ => new Part("CASE WHEN", Condition(columns, depth - 1), "THEN", Sub(kind), "ELSE", Sub(kind), "END"),
            }
            : random.Next(7) switch
            {
                0 => new Part("length(", Sub(TypeKind.Text), ")"),
                1 => new Part("coalesce(", Sub(kind), ",", Sub(kind), ")"),
                2 => new Part("abs(", Sub(kind), ")"),
                3 => new Part("CASE WHEN", Condition(columns, depth - 1), "THEN", Sub(kind), "END"),
                4 => new Part("(", Sub(kind), Pick(["/ 2", "% 3", "/ 7"]), ")"),
                _ => new Part("(", Sub(kind), Pick(["+", "-", "*"]), Sub(kind), ")"),
            };
        made.Instead.Add(simple);
        return made;
    }

    Part Condition(IReadOnlyList<Column> columns, int depth)
    {
        var kind = Chance(3) ? TypeKind.Text : TypeKind.Integer;
        Part Sub() => Value(columns, kind, depth - 1);
        var made = random.Next(depth > 1 ? 9 : 6) switch
        {
            0 => new Part("(", Sub(), Pick(["IS NULL", "IS NOT NULL"]), ")"),
            1 => new Part("(", Sub(), Pick(["IN (", "NOT IN ("]), kind == TypeKind.Text ? "'a', 'ab'" : "1, 2, 0", Chance(6) ? ", NULL" : "", ") )"),
            2 => new Part("(", Sub(), Pick(["BETWEEN", "NOT BETWEEN"]), Sub(), "AND", Sub(), ")"),
            3 => new Part("(", Sub(), Pick(["IS DISTINCT FROM", "IS NOT DISTINCT FROM"]), Sub(), ")"),
            6 => new Part("(", Condition(columns, depth - 1), Pick(["AND", "OR"]), Condition(columns, depth - 1), ")"),
            7 => new Part("( NOT", Condition(columns, depth - 1), ")"),
            8 => new Part("(", Value(columns, TypeKind.Text, depth - 1), Pick(["LIKE", "NOT LIKE"]), Pick(["'a%'", "'_'", "'%B'", "''"]), ")"),
            _ => new Part("(", Sub(), Pick(["=", "<>", "<", "<=", ">", ">="]), Sub(), ")"),
        };
        made.Instead.Add(new Part("TRUE"));
        return made;
    }
}
