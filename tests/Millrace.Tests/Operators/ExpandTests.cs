using Millrace.Planning;

namespace Millrace.Tests.Operators;

public sealed class ExpandTests(ITestOutputHelper log)
{
    [Fact]
    public void Every_row_stands_once_in_each_set_with_its_weight_however_batches_are_cut()
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var rows = Plans.Rows(random, 150, 10);
        var weights = rows.Select(_ => random.Next(-2, 3)).ToList();
        long[] sets = [0b00, 0b10, 0b11, 0b100, 0b01];
        var plan = PlanBuilder.Expand(Plans.Retracting(), [1, 2], [.. sets]);
        var script = new Script(plan, rows, new HashSet<int> { 40 }, weights);

        var expected = new List<string>();
        for (var i = 0; i < rows.Count; i++)
            foreach (var set in sets)
            {
                var row = rows[i].Concat([Expand.IsLeftOut(set, 0) ? null : rows[i][1], Expand.IsLeftOut(set, 1) ? null : rows[i][2], set]);
                expected.Add($"{weights[i]:+0;-0} {string.Join(" | ", row.Select((v, c) => v switch { null => "NULL", bool b => b ? "true" : "false", long t when c == 0 => Time(t), _ => v.ToString() }))}");
            }
        var wanted = Recorder.Sum(expected);
        foreach (var (cut, isFull) in new[] { (32, false), (1, false), (7, true) }) Assert.Equal(wanted, Recorder.Sum(script.Run(cut, isFull).Output[0]));
    }

    static string Time(long microseconds)
    {
        Span<byte> text = stackalloc byte[64];
        return System.Text.Encoding.UTF8.GetString(text[..Millrace.Expressions.ValueText.FormatTimestamp(microseconds, text)]);
    }
}
