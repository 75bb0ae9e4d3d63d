using Millrace.Data;

namespace Millrace.Tests.Oracle.Fuzz;

sealed partial class QueryMaker
{
    (Part, List<Column>) Grouped(Relation from)
    {
        var isWindowed = from.Columns.Any(c => c.Name == "window_start");
        var plain = from.Columns.Where(c => !isWindowed || !c.Name.StartsWith("window_", StringComparison.Ordinal)).ToList();
        var expressions = new ExpressionMaker(random, plain);
        var items = new List<(Part, Column)>();
        var keys = new List<Part>();
        if (isWindowed && (from.IsSession || !Chance(8)))
        {
            foreach (var column in new[] { "window_start", "window_end", "window_time" })
            {
                if (column == "window_time" && Chance(2) || column == "window_end" && Chance(3) && !from.Text.ToString().StartsWith("CUMULATE", StringComparison.Ordinal)) continue;
                keys.Add(new(column));
                if (!Chance(4)) items.Add((new Part(column), new(Name("w"), DataType.Timestamp, true)));
            }
        }
        if (from.SessionKey is { } session)
        {
            keys.Add(new(session));
            items.Add((new Part(session), plain.First(c => c.Text == session) with { Text = Name("k"), IsTime = false }));
        }
        for (var more = from.IsSession ? 0 : random.Next(plain.Count == 0 ? 1 : 3); more > 0; more--)
        {
            var (text, column) = random.Next(3) > 0 ? (new Part(Pick(plain).Text), null) : ((Part, Column?))Item(expressions, 2);
            var source = plain.FirstOrDefault(c => c.Text == text.ToString());
            keys.Add(text);
            items.Add((text, column ?? new(Name("k"), source!.Type, source.IsTime && false)));
        }
        for (var calls = random.Next(keys.Count == 0 ? 1 : 0, 4); calls > 0; calls--) items.Add(Call(expressions));
        if (items.Count == 0) items.Add((new Part("COUNT(*)"), new(Name("a"), DataType.BigInt)));
        var query = new Part("SELECT", Items(items), "FROM", from.Text, Where(expressions));
        if (keys.Count > 0) query.Add(from.IsSession ? new Part("GROUP BY", Part.List(",", keys)) : Group(keys));
        if (Chance(4)) query.Add(new Part("HAVING", Having(expressions)) { IsOptional = true });
        return (query, [.. items.Select(i => i.Item2)]);
    }

    Part Group(List<Part> keys)
    {
        if (keys.Count < 2 || !Chance(6)) return new("GROUP BY", Part.List(",", keys));
        // The first key stands in every set.
        var rest = keys.Skip(1).ToList();
        var sets = random.Next(3) switch
        {
            0 => new Part("ROLLUP (", Part.List(",", rest), ")"),
            1 => new Part("CUBE (", Part.List(",", rest), ")"),
            _ => new Part("GROUPING SETS (", Part.List(",", [.. rest.Select(r => new Part("(", r, ")")), new Part("()")]), ")"),
        };
        return new Part("GROUP BY", keys[0], ",", sets) { Instead = [new Part("GROUP BY", Part.List(",", keys))] };
    }

    Part Having(ExpressionMaker expressions) => random.Next(3) switch
    {
        0 => new("COUNT(*) >", Pick(["0", "1", "2"])),
        1 => new(Call(expressions).Item1, Pick(["IS NOT NULL", "IS NULL"])),
        _ => new("COUNT(*) % 2 = 1"),
    };

    (Part, Column) Call(ExpressionMaker expressions)
    {
        var kind = expressions.AnyKind();
        if (kind is TypeKind.Interval or TypeKind.Bytes or TypeKind.Null) kind = TypeKind.Integer;
        var isNumber = kind is TypeKind.Integer or TypeKind.BigInt or TypeKind.Decimal or TypeKind.Double;
        var argument = expressions.Make(kind, 2);
        var distinct = Chance(5) ? "DISTINCT" : "";
        var (text, type) = random.Next(12) switch
        {
            0 or 1 => (new Part("COUNT(*)"), DataType.BigInt),
            2 => (new Part("COUNT(", distinct, argument, ")"), DataType.BigInt),
            3 => (new Part("COUNT( DISTINCT", argument, ")"), DataType.BigInt),
            4 or 5 or 6 when isNumber => (new Part("SUM(", distinct, argument, ")"), kind switch
            {
                TypeKind.Integer => DataType.BigInt,
                TypeKind.Double => DataType.Double,
                _ => DataType.Decimal(38, 3),
            }),
            7 when isNumber => (new Part("AVG(", distinct, argument, ")"), kind == TypeKind.Double ? DataType.Double : DataType.Decimal(38, 6)),
            // Of DOUBLE values that are large and lie close together it keeps to its error bounds, no more; whole numbers are exact.
            8 when kind is TypeKind.Integer or TypeKind.BigInt && expressions.ColumnOf(kind) is { } column => (new Part(Pick(["VARIANCE(", "STDDEV_POP("]), column, ")"), DataType.Double),
            9 when Chance(2) && expressions.Columns.Count > 0 => (new Part(Pick(["ARG_MIN(", "ARG_MAX("]), argument, ",", Pick(expressions.Columns).Text, ")"), TypeOf(kind)),
            10 when kind == TypeKind.Text => (new Part("STRING_AGG(", distinct, argument, ")"), DataType.Text),
            10 when kind == TypeKind.Boolean => (new Part("COUNT_IF(", argument, ")"), DataType.BigInt),
            10 when kind is TypeKind.Integer or TypeKind.BigInt => (new Part(Pick(["BIT_AND(", "BIT_OR(", "BIT_XOR("]), argument, ")"), new(kind)),
            10 when kind is TypeKind.Double => (new Part("MEDIAN(", argument, ")"), DataType.Double),
            11 when Chance(3) => (new Part(Pick(["MODE(", "ANY_VALUE("]), argument, ")"), TypeOf(kind)),
            9 when kind == TypeKind.Boolean => (new Part(Pick(["BOOL_AND(", "BOOL_OR("]), argument, ")"), DataType.Boolean),
            _ => (new Part(Pick(["MIN(", "MAX("]), argument, ")"), TypeOf(kind)),
        };
        if (Chance(6)) text.Add(new Part("FILTER ( WHERE", expressions.Condition(2), ")") { IsOptional = true });
        return (text, new(Name("a"), type));
    }
}
