using Millrace.Data;
using Millrace.Planning;
using Millrace.Sql;

namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>Makes cases: sources with rows, and views that bind.</summary>
sealed class CaseMaker(Random random)
{
    const long Second = 1_000_000;
    static readonly long s_start = (long)(new DateTime(2024, 3, 1, 10, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).TotalMicroseconds;

    /// <summary>Codes of what did not bind, for the tuning of the generator.</summary>
    public Dictionary<string, int> Refused { get; } = [];

    /// <summary>Queries that were tried.</summary>
    public int Tried { get; private set; }

    /// <summary>A case whose every statement binds.</summary>
    /// <exception cref="CompilerFailure">The compiler failed on a text that was tried.</exception>
    public FuzzCase Make()
    {
        var made = new FuzzCase();
        for (var count = random.Next(3) == 0 ? 1 : random.Next(1, 4); count > 0; count--) made.Sources.Add(Source("s" + (made.Sources.Count + 1), isTable: false));
        if (random.Next(4) == 0) made.Sources.Add(Source("table1", isTable: true));
        var tables = made.Sources.Select(s => Table(s.Name, Trial.Compile(s.Text + ";").Pipeline!.Sources[0].Plan!)).ToList();
        for (var (count, tries) = (random.Next(1, 4), 0); count > 0 && tries < 12; tries++)
        {
            var name = "v" + (made.Views.Count + 1);
            var maker = new QueryMaker(random, tables);
            var (model, query) = random.Next(10) == 0 && maker.Model("m" + tries) is var (declared, asked) ? (new Part(declared, ";"), asked)
                : (new Part(), random.Next(20) == 0 && maker.Series() is { } series ? series : maker.Query(2).Text);
            var emit = random.Next(3) > 0 ? "" : random.Next(4) switch { 0 => "EMIT FINAL", 1 => "EMIT ON WINDOW CLOSE", 2 => "EMIT CHANGES", _ => "EMIT EVERY INTERVAL '1 second'" };
            var text = new Part(model, "CREATE MATERIALIZED VIEW", name, random.Next(12) == 0 ? new Part("WITH ( state_ttl = '10 seconds' )") { IsOptional = true } : "", "AS", query, new Part(emit) { IsOptional = true });
            made.Views.Add(new(name, text));
            Tried++;
            if (Compiled(made) is { } pipeline)
            {
                tables.Add(Table(name, pipeline.Views[^1].Plan));
                count--;
            }
            else made.Views.RemoveAt(made.Views.Count - 1);
        }
        return made;
    }

    Pipeline? Compiled(FuzzCase made)
    {
        Pipeline? pipeline;
        IReadOnlyList<Diagnostic> diagnostics;
        try
        {
            (pipeline, diagnostics) = Trial.Compile(made.Sql);
        }
        catch (Exception e)
        {
            throw new CompilerFailure(made.Sql, e);
        }
        if (pipeline is null)
        {
            foreach (var code in diagnostics.Where(d => d.Severity == Severity.Error).Select(d => d.Code).Distinct()) Refused[code] = Refused.GetValueOrDefault(code) + 1;
            return null;
        }
        // Which row comes first must follow from the rows alone.
        return ArrivalOrder.Decides(pipeline.Views[^1].Plan, made.Data) ? pipeline : null;
    }

    static Relation Table(string name, PlanNode plan) => new(new Part(name),
        [.. plan.Schema.Fields.Select((f, i) => new Column(f.Name, f.Type, PlanBuilder.LagOf(plan, i) is not null)).Where(c => !PlanBuilder.IsHidden(c.Text))])
    {
        Key = [.. plan.Key.Select(k => plan.Schema[k].Name).Where(k => !PlanBuilder.IsHidden(k))],
    };

    T Pick<T>(IReadOnlyList<T> list) => list[random.Next(list.Count)];

    FuzzSource Source(string name, bool isTable)
    {
        var fields = new List<Field> { new("at", DataType.Timestamp) };
        Field[] others =
        [
            new("k", DataType.Text), new("n", DataType.Integer), new("m", DataType.Integer), new("b", DataType.BigInt), new("d", DataType.Decimal(8, 2)), new("e", DataType.Decimal(25, 3)),
            new("x", DataType.Double), new("f", DataType.Boolean), new("j", DataType.Text), new("u", DataType.Timestamp),
        ];
        foreach (var field in others)
            if (random.Next(field.Name is "k" or "n" ? 5 : 2) > 0) fields.Add(field);
        var delay = Pick([0, 1, 3, 5, 10]);
        var late = random.Next(10) switch { < 6 => "", 6 => "ON LATE DROP", _ => $"ON LATE UPDATE FOR INTERVAL '{Pick(["4 seconds", "10 seconds", "1 minute"])}'" };
        var badData = Pick(["drop", "drop", "null"]);
        var isUpsert = !isTable && random.Next(8) == 0;
        var keys = fields.Where(f => f.Name is "k" or "n" or "m" or "at").Select(f => f.Name).OrderBy(_ => random.Next()).Take(random.Next(1, 3)).ToList();
        if (keys.Count == 0) keys.Add("at");
        var deleted = fields.Any(f => f.Name == "f") && random.Next(2) == 0 ? ", deleted = 'f'" : "";
        var ttl = random.Next(5) == 0 ? ", state_ttl = '10 seconds'" : "";
        var text = new Part($"CREATE SOURCE {name} ( {string.Join(", ", fields.Select(f => $"{f.Name} {f.Type}"))}",
            isTable ? "" : $", WATERMARK FOR at AS at - INTERVAL '{delay} seconds'",
            isUpsert ? $", PRIMARY KEY ( {string.Join(", ", keys)} )" : "",
            $") WITH ( connector = 'test', format = 'csv', bad_data = '{badData}'{(isUpsert ? $", changes = 'upsert'{deleted}{ttl}" : "")} )",
            new Part(isTable ? "" : late) { IsOptional = true });
        var schema = new Schema(fields);
        var disorder = random.Next(3) == 0 ? 0 : random.Next(2) == 0 ? delay : delay + 8;
        var partitions = isUpsert || random.Next(2) == 0 ? 1 : random.Next(1, 4);
        var few = random.Next(3) > 0;
        return new(name, schema, text, [.. Enumerable.Range(0, partitions).Select(_ => RowsOf(schema, random.Next(5) == 0 ? random.Next(3) : random.Next(isTable ? 12 : 40), disorder, few))]);
    }

    List<object?[]> RowsOf(Schema schema, int count, int disorder, bool few)
    {
        var rows = new List<object?[]>();
        var time = s_start;
        for (var i = 0; i < count; i++)
        {
            time += random.Next(10) == 0 ? random.Next(60) * Second : random.Next(4) * Second / 2;
            var row = new object?[schema.Count];
            for (var c = 0; c < row.Length; c++) row[c] = random.Next(8) == 0 && !(c == 0 && random.Next(4) > 0) ? null : c == 0 ? time - random.NextInt64(disorder * Second + 1) / 500_000 * 500_000 : Value(schema[c].Type, few);
            rows.Add(row);
        }
        return rows;
    }

    object Value(DataType type, bool few)
    {
        var isExtreme = !few && random.Next(6) == 0;
        switch (type.Kind)
        {
            case TypeKind.Text: return few ? Pick(["a", "b", "ab", "B"]) : Pick(["a", "b", "ab", "", "B", "ä", "a,b", "10", "-3", "1.5", "abcdefghijklmnop", "true"]);
            case TypeKind.Integer: return isExtreme ? Pick([int.MaxValue, int.MinValue, 1_000_000]) : random.Next(-1, few ? 3 : 50);
            case TypeKind.BigInt: return isExtreme ? Pick([long.MaxValue, long.MinValue, 5_000_000_000]) : random.Next(-1, few ? 3 : 50);
            case TypeKind.Decimal: return isExtreme ? (type.IsWideDecimal ? Pick([(Int128)1_000_000_000_000 * 1_000_000_000_000, -1]) : 99_999_999) : (Int128)random.Next(-100, few ? 100 : 10_000) * 25;
            case TypeKind.Double: return isExtreme ? Pick([double.NaN, double.PositiveInfinity, -0.0, 1.5e308, -1.7e308, 1e250, 1e-300, 0.1]) : random.Next(-2, few ? 4 : 100) * 0.5;
            case TypeKind.Boolean: return random.Next(2) == 0;
            default: return isExtreme ? Pick([0L, -1L, long.MaxValue, long.MinValue]) : s_start + random.Next(-10, 60) * Second / 2;
        }
    }
}

/// <summary>The compiler threw for what a text says.</summary>
sealed class CompilerFailure(string sql, Exception inner) : Exception($"The compiler failed: {inner}\n{sql}", inner);
