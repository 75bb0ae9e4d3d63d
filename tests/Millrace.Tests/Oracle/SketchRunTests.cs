using Millrace.Planning;

namespace Millrace.Tests.Oracle;

/// <summary>Sketches in runs on several lanes, in other orders of partitions and with crashes: answers are those of one lane.</summary>
public sealed class SketchRunTests
{
    const string Source = "CREATE SOURCE s (at TIMESTAMP, b INTEGER, x INTEGER, word TEXT, WATERMARK FOR at AS at - INTERVAL '3 seconds') WITH (connector = 'test', format = 'csv', bad_data = 'drop')";

    // What does not depend on the order of rows at all, beyond the size up to which a sketch is exact too.
    const string Unordered = "approx_count_distinct(x, 4) AS n, approx_count_distinct(word) AS words, approx_percentile(0.7, 16) WITHIN GROUP (ORDER BY x) AS p70, approx_percentile(0.5, 16) WITHIN GROUP (ORDER BY at) AS middle, "
        + "sample(word, 3, x) AS sampled, hll_agg(x, 5) AS hll, theta_agg(x, 5) AS theta, bloom_agg(word, 10) AS bloom";

    // What does not as long as nothing is left out.
    const string Small = "approx_top_k(word, 3) AS top, kll_agg(x, 500) AS kll, req_agg(x, 200) AS req, tdigest_agg(x) AS digest, frequent_agg(word) AS frequent, frequent_agg(x) AS numbers";

    static Dictionary<string, IReadOnlyList<object?[]>[]> Data(int rows, int seed)
    {
        var random = new Random(seed);
        List<object?[]> all = [.. Enumerable.Range(0, rows).Select(i => new object?[] { (i + random.Next(-2, 3)) * 1_000_000L, random.Next(3), random.Next(9) == 0 ? null : random.Next(1000), random.Next(9) == 0 ? null : $"w{random.Next(random.Next(1, 40))}" })];
        return new() { ["s"] = [[.. all.Where((_, i) => i % 3 == 0)], [.. all.Where((_, i) => i % 3 != 0)]] };
    }

    static void Check(string query, int rows, string late = "")
    {
        var (pipeline, diagnostics) = Trial.Compile($"{Source} {late}; CREATE MATERIALIZED VIEW v AS {query};");
        Assert.True(pipeline is not null, string.Join("; ", diagnostics));
        for (var seed = 0; seed < 25; seed++)
        {
            var data = Data(rows, seed);
            var expected = Run(pipeline, data, new Way(seed, Lanes: 1, BatchRows: 64, QueueLength: 4, TickMs: 100));
            var way = new Way(seed, Lanes: 1 + seed % 4, BatchRows: 1 + seed % 8, QueueLength: 1 + seed % 3, TickMs: 100, Crashes: seed % 5);
            var difference = Rows.Difference(expected, Run(pipeline, data, way).Select(r => (r, 1)), pipeline.Views[0].Plan.Schema);
            Assert.True(difference is null, $"{way}: {difference}");
        }
    }

    static List<object?[]> Run(Pipeline pipeline, Dictionary<string, IReadOnlyList<object?[]>[]> data, Way way)
    {
        var run = EngineRun.Of(pipeline, data, way);
        Assert.True(run.Failure is null, $"{way}: {run.Failure}");
        return run.Stored["v"];
    }

    public static TheoryData<string> Windows => new("TUMBLE(s, at, INTERVAL '40 seconds')", "HOP(s, at, INTERVAL '20 seconds', INTERVAL '1 minute')", "SESSION(s PARTITION BY b, at, INTERVAL '4 seconds')");

    [Theory, MemberData(nameof(Windows))]
    public void Windows_have_the_sketches_of_their_rows_on_any_lanes_and_after_crashes(string window)
    {
        Check($"SELECT window_start, b, {Unordered}, {Small} FROM {window} GROUP BY window_start, b", 150);
        Check($"SELECT window_start, b, {Unordered} FROM {window} GROUP BY window_start, b", 150, "ON LATE UPDATE FOR INTERVAL '30 seconds'");
    }

    [Fact]
    public void Groups_without_windows_too() => Check($"SELECT b, {Unordered}, {Small} FROM s GROUP BY b", 150);

    [Fact]
    public void Sketches_of_windows_are_merged_when_they_are_final()
    {
        const string inner = "(SELECT window_start AS w, b, hll_agg(x, 5) AS hll, theta_agg(x, 5) AS theta, kll_agg(x, 500) AS kll, frequent_agg(word) AS frequent FROM TUMBLE(s, at, INTERVAL '20 seconds') GROUP BY window_start, b) AS t";
        Check($"SELECT w, hll_merge(hll) AS hll, theta_merge(theta, 5) AS theta, kll_merge(kll) AS kll, frequent_merge(frequent) AS frequent, approx_count_distinct(b) AS n FROM {inner} GROUP BY w", 120, "ON LATE UPDATE FOR INTERVAL '30 seconds'");
    }
}
