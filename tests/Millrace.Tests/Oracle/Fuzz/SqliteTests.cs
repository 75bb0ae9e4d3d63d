using System.Globalization;
using System.Numerics;
using Microsoft.Data.Sqlite;
using Millrace.Data;
using Millrace.Sql;

namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>The binder by a second path: random queries of the core of SQL give the same rows in SQLite. With MILLRACE_FUZZ=queries a tenth of as many are tried.</summary>
public sealed class SqliteTests(ITestOutputHelper output)
{
    static readonly Schema s_schema = new(new Field("a", DataType.Integer), new Field("b", DataType.Integer), new Field("s", DataType.Text), new Field("t", DataType.Text));

    const string Sources = """
        CREATE SOURCE r1 (a INTEGER, b INTEGER, s TEXT, t TEXT) WITH (connector = 'test', format = 'csv');
        CREATE SOURCE r2 (a INTEGER, b INTEGER, s TEXT, t TEXT) WITH (connector = 'test', format = 'csv');

        """;

    [Fact]
    public void Core_queries_mean_what_they_mean_to_SQLite()
    {
        var isLong = int.TryParse(Environment.GetEnvironmentVariable("MILLRACE_FUZZ"), out var queries);
        var first = int.TryParse(Environment.GetEnvironmentVariable("MILLRACE_FUZZ_SEED"), out var given) ? given : 7;
        var (refused, ran) = (new Dictionary<string, int>(), 0);
        for (var seed = first; ran < (isLong ? queries / 10 : 1_000); seed++)
        {
            var random = new Random(seed);
            List<List<object?[]>> rows = [RandomRows(random), RandomRows(random)];
            var table = (string name) => new Relation(new Part(name), [.. s_schema.Fields.Select(f => new Column(f.Name, f.Type))]);
            var (query, _) = new CoreQueryMaker(random, [table("r1"), table("r2")]).Query(2);
            var (compiled, diagnostics) = Trial.Compile($"{Sources}CREATE MATERIALIZED VIEW v AS {query};");
            if (compiled is null)
            {
                foreach (var code in diagnostics.Where(d => d.Severity == Severity.Error).Select(d => d.Code).Distinct()) refused[code] = refused.GetValueOrDefault(code) + 1;
                Assert.True(refused.Values.Sum() <= ran + 100, $"hardly anything binds: {string.Join(", ", refused)}; {query}");
                continue;
            }
            if (Differs(query, rows, seed) is not { } difference)
            {
                ran++;
                continue;
            }
            Shrink(query, rows, seed);
            Assert.Fail($"seed {seed}: {Differs(query, rows, seed) ?? difference}\n{query}\n{string.Join("\n", rows.Select((r, i) => $"r{i + 1}: {string.Join("; ", r.Select(row => Rows.Text(row, s_schema)))}"))}");
        }
        output.WriteLine($"{ran} queries; refused: {string.Join(", ", refused)}");
    }

    static string? Differs(Part query, List<List<object?[]>> rows, int seed)
    {
        List<object?[]> expected;
        try
        {
            expected = InSqlite(query.ToString(), rows);
        }
        catch (SqliteException e)
        {
            return "SQLite: " + e.Message;
        }
        var data = new Dictionary<string, IReadOnlyList<object?[]>[]> { ["r1"] = [rows[0]], ["r2"] = [rows[1]] };
        var (pipeline, _) = Trial.Compile($"{Sources}CREATE MATERIALIZED VIEW v AS {query};");
        if (pipeline is null) return null;
        var trial = Trial.Of(pipeline, data);
        var plan = pipeline.Views[0].Plan;
        var shown = Enumerable.Range(0, plan.Schema.Count).Where(c => !Millrace.Planning.PlanBuilder.IsHidden(plan.Schema[c].Name)).ToArray();
        var found = trial.Expected(pipeline.Views[0]).Select(r => (shown.Select(c => Plain(r[c])).ToArray(), 1));
        if (Rows.Difference(expected, found, new Schema(shown.Select(c => plan.Schema[c]))) is { } difference) return difference;
        try
        {
            trial.Check(Way.Random(new Random(seed)));
            return null;
        }
        catch (WrongAnswer e)
        {
            return e.Message;
        }
    }

    /// <summary>Whole numbers of any type are one, and so are truth and 1.</summary>
    static object? Plain(object? value) => value switch
    {
        int i => (BigInteger)i,
        long l => (BigInteger)l,
        bool b => (BigInteger)(b ? 1 : 0),
        _ => value,
    };

    static List<object?[]> InSqlite(string query, List<List<object?[]>> rows)
    {
        using var connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA case_sensitive_like = ON; CREATE TABLE r1 (a INTEGER, b INTEGER, s TEXT, t TEXT); CREATE TABLE r2 (a INTEGER, b INTEGER, s TEXT, t TEXT);"
            + string.Concat(rows.SelectMany((table, i) => table.Select(r => $"INSERT INTO r{i + 1} VALUES ({string.Join(", ", r.Select(Literal))});")));
        command.ExecuteNonQuery();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        var found = new List<object?[]>();
        while (reader.Read())
            found.Add([.. Enumerable.Range(0, reader.FieldCount).Select(c => reader.IsDBNull(c) ? null : reader.GetValue(c) switch { long l => (object)(BigInteger)l, var other => other })]);
        return found;
    }

    static string Literal(object? value) => value switch { null => "NULL", string s => $"'{s}'", _ => Convert.ToString(value, CultureInfo.InvariantCulture)! };

    static List<object?[]> RandomRows(Random random) =>
        [.. Enumerable.Range(0, random.Next(12)).Select(_ => (object?[])[Number(random), Number(random), Text(random), Text(random)])];

    static object? Number(Random random) => random.Next(5) == 0 ? null : random.Next(-1, 4);

    static object? Text(Random random) => random.Next(5) == 0 ? null : new[] { "a", "b", "ab", "B", "" }[random.Next(5)];

    /// <summary>Leaves out rows and clauses as long as the answers differ.</summary>
    static void Shrink(Part query, List<List<object?[]>> rows, int seed)
    {
        foreach (var table in rows)
            for (var i = table.Count - 1; i >= 0; i--)
            {
                var row = table[i];
                table.RemoveAt(i);
                if (Differs(query, rows, seed) is null) table.Insert(i, row);
            }
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var part in query.All().ToList())
            {
                if (part.IsOptional && !part.IsGone)
                {
                    part.IsGone = true;
                    if (changed = Differs(query, rows, seed) is { } d && !d.StartsWith("SQLite", StringComparison.Ordinal)) break;
                    part.IsGone = false;
                }
                foreach (var other in part.Chosen is null ? part.Instead : [])
                {
                    part.Chosen = other;
                    if (changed = Differs(query, rows, seed) is { } d && !d.StartsWith("SQLite", StringComparison.Ordinal)) break;
                    part.Chosen = null;
                }
                if (changed) break;
            }
        }
    }
}
