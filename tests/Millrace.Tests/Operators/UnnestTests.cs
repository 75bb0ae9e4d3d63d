using System.Globalization;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Planning;

namespace Millrace.Tests.Operators;

public sealed class UnnestTests(ITestOutputHelper log)
{
    static PlanNode Plan(bool isLeft)
    {
        var function = TableFunctions.All.First(f => f.Name == "generate_series");
        var signature = function.Resolve([DataType.Integer, DataType.Integer])!;
        return PlanBuilder.Unnest(Plans.Retracting(), function, signature, [Plans.Integer(1), Plans.Column(Plans.Schema, 3)], ["n"], "at_place", isLeft);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_row_that_is_taken_back_takes_back_all_that_was_made_of_it_however_batches_are_cut(bool isLeft)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var rows = Plans.Rows(random, 120, 10);
        foreach (var row in rows) row[3] = row[3] is int quantity ? quantity - 5 : null;
        var weights = rows.Select(_ => random.Next(-2, 3)).ToList();
        var script = new Script(Plan(isLeft), rows, new HashSet<int> { 40 }, weights);

        var counts = new Dictionary<string, long>();
        for (var i = 0; i < rows.Count; i++)
        {
            var last = rows[i][3] as int? ?? 0;
            for (var n = 1; n <= last; n++) Count($"{n} | {n}", i);
            if (isLeft && last < 1) Count("NULL | NULL", i);
        }
        void Count(string made, int i)
        {
            var row = $"{rows[i][1] ?? "NULL"} | {rows[i][2] ?? "NULL"} | {rows[i][3] ?? "NULL"} | {made}";
            counts[row] = counts.GetValueOrDefault(row) + weights[i];
        }
        var wanted = counts.Where(c => c.Value != 0).Select(c => $"{c.Value:+0;-0} {c.Key}").Order(StringComparer.Ordinal).ToList();
        foreach (var (cut, isFull) in new[] { (32, false), (1, false), (7, true) })
        {
            var found = new Dictionary<string, long>();
            foreach (var line in script.Run(cut, isFull).Output[0].Where(r => !r.StartsWith("--", StringComparison.Ordinal)))
            {
                var space = line.IndexOf(' ', StringComparison.Ordinal);
                var cells = line[(space + 1)..].Split(" | ");
                var row = string.Join(" | ", cells[1..4].Concat(cells[5..]));
                found[row] = found.GetValueOrDefault(row) + long.Parse(line[..space], CultureInfo.InvariantCulture);
            }
            Assert.Equal(wanted, found.Where(c => c.Value != 0).Select(c => $"{c.Value:+0;-0} {c.Key}").Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void What_the_function_refuses_is_reported_and_left_out()
    {
        var function = TableFunctions.All.First(f => f.Name == "json_array_elements_text");
        var plan = PlanBuilder.Unnest(Plans.Source(0), function, function.Resolve([DataType.Text])!, [Plans.Column(Plans.Schema, 1)], ["part"], null, true);
        List<object?[]> rows = [[1L, "[1, 2]", 1, 1, true], [2L, "[1", 1, 1, true], [3L, "[]", 1, 1, true]];
        var (output, notes) = new Script(plan, rows, new HashSet<int>()).Run(32);
        Assert.Equal(["1", "2", "NULL"], output[0].Select(r => r.Split(" | ")[^1]));
        Assert.Contains("is no JSON", Assert.Single(notes.Failures), StringComparison.Ordinal);
    }
}
