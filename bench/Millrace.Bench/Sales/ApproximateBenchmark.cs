using Millrace.Bench.Harness;

namespace Millrace.Bench.Sales;

/// <summary>An approximate aggregate, one thread each: against DuckDB's of the same kind, and against Millrace's exact one.</summary>
/// <remarks>Answers are estimates, so the sides agree on windows and keys alone; how far estimates are off is tested elsewhere.</remarks>
sealed class ApproximateBenchmark(SalesQuestion question, SalesQuestion exact) : Benchmark
{
    const string Hour = "FROM TUMBLE(sales, ts, INTERVAL '1 hour') GROUP BY window_start";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ApproximateBenchmark> All { get; } =
    [
        Of("approx-distinct", "APPROX_COUNT_DISTINCT(customer) of every hour", "window_start", "APPROX_COUNT_DISTINCT(customer)", "COUNT(DISTINCT customer)", Hour),
        Of("approx-distinct-groups", "APPROX_COUNT_DISTINCT(customer) of every hour and product", "window_start, product", "APPROX_COUNT_DISTINCT(customer)", "COUNT(DISTINCT customer)", Hour + ", product"),
        Of("approx-percentile", "APPROX_PERCENTILE(0.95) of the prices of every hour", "window_start", "APPROX_PERCENTILE(0.95) WITHIN GROUP (ORDER BY price)", "PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY price)", Hour),
    ];

    static ApproximateBenchmark Of(string name, string summary, string keys, string approximate, string exact, string rest)
    {
        double?[] scales = [null, .. Enumerable.Repeat<double?>(1, keys.Count(c => c == ',')), 0];
        SalesQuestion Ask(string aggregate) => new(name, summary, 1, $"SELECT {keys}, CAST({aggregate} AS DOUBLE) AS answer {rest}", scales);
        return new(Ask(approximate), Ask(exact));
    }

    /// <inheritdoc/>
    public override string Name => question.Name;

    /// <inheritdoc/>
    public override string Summary => $"Sales: {question.Summary}; columns in memory, 10 million rows, one core, against DuckDB's estimate with one thread and the exact answer.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        workshop.Sales("ts.i64");
        workshop.Dimension();
        workshop.Install("duckdb");
        using var ours = ServedContestant.OnOneCore("Millrace", this, "approximate");
        using var peer = ServedContestant.DuckDb(workshop, Name, threads: 1);
        using var whole = ServedContestant.OnOneCore("Millrace, exact", this, "exact");
        return Report.Contest(workshop, this, question.Target, Contest.Hold(workshop.Rounds, warmUps: 4, ours, peer, whole));
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop) => new SalesRunner(side == "exact" ? exact : question, workshop, lanes: 1);
}
