using Millrace.Data;

namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>Random expressions over some columns, typed so that nearly all of them bind.</summary>
sealed class ExpressionMaker(Random random, IReadOnlyList<Column> columns)
{
    static readonly string[] s_texts = ["'a'", "'b'", "'ab'", "''", "'B'", "'a%'", "'ä'"];
    static readonly string[] s_wholes = ["0", "1", "2", "3", "-1", "7", "100", "2147483647", "-2147483648"];
    static readonly string[] s_bigs = ["3000000000", "-3000000000", "9223372036854775807", "5000000000"];
    static readonly string[] s_decimals = ["0.5", "1.25", "-2.75", "10.00", "0.001", "99999999.99"];
    static readonly string[] s_doubles = ["0e0", "1.5e0", "-2.5e0", "1e10", "1e-3", "CAST('NaN' AS DOUBLE)", "1e250", "9e307"];
    static readonly string[] s_times = ["TIMESTAMP '2024-03-01 10:00:00'", "TIMESTAMP '2024-03-01 10:00:17.5'", "TIMESTAMP '1969-12-31 23:59:59'"];
    static readonly string[] s_spans = ["INTERVAL '1 second'", "INTERVAL '5 seconds'", "INTERVAL '-1 minute'", "INTERVAL '1 month'", "INTERVAL '1 day'"];

    public IReadOnlyList<Column> Columns => columns;

    /// <summary>The kinds of type that it makes.</summary>
    public static TypeKind[] Kinds { get; } = [TypeKind.Integer, TypeKind.BigInt, TypeKind.Decimal, TypeKind.Double, TypeKind.Text, TypeKind.Boolean, TypeKind.Timestamp];

    public TypeKind AnyKind() => columns.Count > 0 && random.Next(4) > 0 ? Pick(columns).Type.Kind : Pick(Kinds);

    T Pick<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];

    /// <summary>A column of a kind, or null.</summary>
    public Part? ColumnOf(TypeKind kind)
    {
        var fitting = columns.Where(c => c.Type.Kind == kind).ToList();
        return fitting.Count == 0 ? null : new(Pick(fitting).Text);
    }

    public Part Literal(TypeKind kind) => new(kind switch
    {
        TypeKind.Integer => Pick(s_wholes),
        TypeKind.BigInt => Pick(s_bigs),
        TypeKind.Decimal => Pick(s_decimals),
        TypeKind.Double => Pick(s_doubles),
        TypeKind.Text => Pick(s_texts),
        TypeKind.Boolean => Pick(["TRUE", "FALSE"]),
        TypeKind.Timestamp => Pick(s_times),
        TypeKind.Interval => Pick(s_spans),
        _ => "NULL",
    });

    /// <summary>An expression of a kind.</summary>
    public Part Make(TypeKind kind, int depth)
    {
        if (depth <= 0 || random.Next(3) == 0)
        {
            if (random.Next(30) == 0 && kind != TypeKind.Interval) return new($"CAST(NULL AS {NameOf(kind)})");
            return (random.Next(5) > 0 ? ColumnOf(kind) : null) ?? Literal(kind);
        }
        var made = Compound(kind, depth);
        made.Instead.AddRange([Literal(kind), .. ColumnOf(kind) is { } column ? [column] : (Part[])[]]);
        return made;
    }

    public static string NameOf(TypeKind kind) => kind switch
    {
        TypeKind.Integer => "INTEGER",
        TypeKind.BigInt => "BIGINT",
        TypeKind.Decimal => "DECIMAL(12,3)",
        TypeKind.Double => "DOUBLE",
        TypeKind.Text => "TEXT",
        TypeKind.Boolean => "BOOLEAN",
        TypeKind.Timestamp => "TIMESTAMP",
        _ => "INTERVAL",
    };

    Part Compound(TypeKind kind, int depth)
    {
        if (random.Next(5) == 0) return Choice(kind, depth);
        Part Sub(TypeKind k) => Make(k, depth - 1);
        switch (kind)
        {
            case TypeKind.Integer:
                switch (random.Next(9))
                {
                    case 0: return Of("length", Sub(TypeKind.Text));
                    case 1: return Of("abs", Sub(kind));
                    case 2: return Simple("CAST(", Sub(Pick([TypeKind.Text, TypeKind.BigInt, TypeKind.Decimal, TypeKind.Double, TypeKind.Boolean])), "AS INTEGER)");
                    case 3: return Simple("TRY_CAST(", Sub(Pick([TypeKind.Text, TypeKind.BigInt])), "AS INTEGER)");
                    case 4: return Of(Pick(["greatest", "least"]), Sub(kind), Sub(kind));
                    default: return Binary(Pick(["+", "-", "*", "/", "%"]), Sub(kind), Sub(kind));
                }
            case TypeKind.BigInt:
                return random.Next(6) switch
                {
                    0 => Simple("CAST(", Sub(Pick([TypeKind.Integer, TypeKind.Decimal, TypeKind.Double, TypeKind.Text])), "AS BIGINT)"),
                    1 => Simple("- (", Sub(kind), ")"),
                    _ => Binary(Pick(["+", "-", "*", "/", "%"]), Sub(kind), Sub(Pick([kind, TypeKind.Integer]))),
                };
            case TypeKind.Decimal:
                return random.Next(6) switch
                {
                    0 => Simple("CAST(", Sub(Pick([TypeKind.Integer, TypeKind.BigInt, TypeKind.Double, TypeKind.Text])), Pick(["AS DECIMAL(10,2))", "AS DECIMAL(30,5))", "AS DECIMAL(4,1))"])),
                    1 => Of("abs", Sub(kind)),
                    2 => Of(Pick(["greatest", "least"]), Sub(kind), Sub(Pick([kind, TypeKind.Integer]))),
                    _ => Binary(Pick(["+", "-", "*", "/", "%"]), Sub(kind), Sub(Pick([kind, TypeKind.Integer, TypeKind.BigInt]))),
                };
            case TypeKind.Double:
                return random.Next(5) switch
                {
                    0 => Simple("CAST(", Sub(Pick([TypeKind.Integer, TypeKind.BigInt, TypeKind.Decimal])), "AS DOUBLE)"),
                    1 => Of("abs", Sub(kind)),
                    _ => Binary(Pick(["+", "-", "*", "/"]), Sub(kind), Sub(Pick([kind, TypeKind.Integer, TypeKind.Decimal]))),
                };
            case TypeKind.Text:
                return random.Next(8) switch
                {
                    0 => Of(Pick(["lower", "upper", "reverse"]), Sub(kind)),
                    1 => Simple("substring(", Sub(kind), "FROM", Literal(TypeKind.Integer), random.Next(2) == 0 ? "" : "FOR 2", ")"),
                    2 => Simple("CAST(", Sub(Pick([TypeKind.Integer, TypeKind.BigInt, TypeKind.Decimal, TypeKind.Boolean, TypeKind.Timestamp])), "AS TEXT)"),
                    3 => Of("concat", Sub(kind), Sub(Pick([kind, TypeKind.Integer]))),
                    4 => Of("left", Sub(kind), new Part(Pick(["1", "2", "0", "-1"]))),
                    5 => Of("replace", Sub(kind), new Part("'a'"), Sub(kind)),
                    _ => Binary("||", Sub(kind), Sub(Pick([kind, kind, TypeKind.Integer]))),
                };
            case TypeKind.Timestamp:
                return random.Next(3) == 0 ? Simple("date_trunc(", Pick(["'second'", "'minute'", "'hour'", "'day'"]), ",", Sub(kind), ")")
                    : Binary(Pick(["+", "-"]), Sub(kind), Literal(TypeKind.Interval));
            case TypeKind.Boolean: return Condition(depth);
            default: return Literal(kind);
        }
    }

    /// <summary>A condition.</summary>
    public Part Condition(int depth)
    {
        Part Sub(TypeKind k) => Make(k, depth - 1);
        var kind = random.Next(3) == 0 ? AnyKind() : columns.Count > 0 ? Pick(columns).Type.Kind : TypeKind.Integer;
        var made = random.Next(depth > 1 ? 12 : 8) switch
        {
            0 => Simple("(", Sub(kind), Pick(["IS NULL", "IS NOT NULL"]), ")"),
            1 => Simple("(", Sub(kind), Pick(["IN (", "NOT IN ("]), Part.List(",", [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(12) == 0 ? new Part("NULL") : Literal(kind))]), ") )"),
            2 => Simple("(", Sub(TypeKind.Text), Pick(["LIKE", "NOT LIKE"]), Pick(["'a%'", "'%b'", "'_'", "'%a%'", "''", "'a\\_b'"]), ")"),
            3 => Simple("(", Sub(kind), Pick(["BETWEEN", "NOT BETWEEN"]), Sub(kind), "AND", Sub(kind), ")"),
            4 => Simple("(", Sub(kind), Pick(["IS DISTINCT FROM", "IS NOT DISTINCT FROM"]), Sub(kind), ")"),
            8 or 9 => Joined(Pick(["AND", "OR"]), Condition(depth - 1), Condition(depth - 1)),
            10 => Simple("( NOT", Condition(depth - 1), ")"),
            _ => Simple("(", Sub(kind), Pick(["=", "<>", "<", "<=", ">", ">="]), Sub(kind), ")"),
        };
        made.Instead.Insert(0, new Part("TRUE"));
        return made;
    }

    static Part Joined(string word, Part a, Part b)
    {
        var made = new Part("(", a, word, b, ")");
        made.Instead.AddRange([a, b]);
        return made;
    }

    static Part Binary(string symbol, Part a, Part b) => new("(", a, symbol, b, ")") { Instead = [a] };

    static Part Simple(params ReadOnlySpan<object> pieces) => new(pieces);

    static Part Of(string function, params Part[] arguments)
    {
        var call = new Part(function, "(");
        for (var i = 0; i < arguments.Length; i++)
        {
            if (i > 0) call.Add(",");
            call.Add(arguments[i]);
        }
        return call.Add(")");
    }

    Part Choice(TypeKind kind, int depth)
    {
        Part Sub(TypeKind k) => Make(k, depth - 1);
        if (kind == TypeKind.Interval) return Literal(kind);
        switch (random.Next(3))
        {
            case 0:
                var first = Sub(kind);
                var coalesce = Of("coalesce", first, Sub(kind));
                coalesce.Instead.Add(first);
                return coalesce;
            case 1: return Of("nullif", Sub(kind), Sub(kind));
            default:
                var (then, otherwise) = (Sub(kind), Sub(kind));
                var made = new Part("CASE WHEN", Condition(depth - 1), "THEN", then);
                if (random.Next(3) == 0) made.Add(new Part("WHEN", Condition(depth - 1), "THEN", Sub(kind)) { IsOptional = true });
                made.Add(new Part("ELSE", otherwise) { IsOptional = true }, "END");
                made.Instead.AddRange([then, otherwise]);
                return made;
        }
    }
}
