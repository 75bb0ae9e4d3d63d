namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>Random SQL. With MILLRACE_FUZZ=queries (and MILLRACE_FUZZ_SEED) it runs as long as that; see bench/fuzz.</summary>
public sealed class SqlFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void Random_queries_give_the_rows_of_the_plain_evaluator()
    {
        var isLong = int.TryParse(Environment.GetEnvironmentVariable("MILLRACE_FUZZ"), out var queries);
        var seed = int.TryParse(Environment.GetEnvironmentVariable("MILLRACE_FUZZ_SEED"), out var given) ? given : 20_240_301;
        var fuzzer = new Fuzzer(text =>
        {
            if (isLong) Console.WriteLine(text);
            else output.WriteLine(text);
        });
        fuzzer.Run(isLong ? queries : 2_000, seed, isLong ? 10 : 1);
        var summary = $"{fuzzer.Queries} queries of {fuzzer.Tried} tried; refused: {string.Join(", ", fuzzer.Refused.OrderByDescending(r => r.Value).Take(12).Select(r => $"{r.Key} {r.Value}"))}; "
            + $"nodes: {string.Join(", ", fuzzer.Nodes.Select(n => $"{n.Key} {n.Value}"))}";
        output.WriteLine(summary);
        if (isLong) Console.WriteLine(summary);
        Assert.True(fuzzer.Failures.Count == 0, string.Join("\n", fuzzer.Failures));
    }
}
