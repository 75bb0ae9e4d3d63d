using Millrace.Bench.Harness;

namespace Millrace.Bench.Benchmarks;

/// <summary>Sum and count by minute and product, from columns in memory, 10 million rows up to 5 s out of order, against DuckDB.</summary>
sealed class W1 : Benchmark
{
    /// <inheritdoc/>
    public override string Name => "w1";

    /// <inheritdoc/>
    public override string Summary => "TUMBLE 1 minute by product, SUM and COUNT, from columns in memory, 10 million rows up to 5 s out of order, one core, against DuckDB with one thread.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        workshop.Sales("ts.i64");
        workshop.Install("duckdb");
        using var ours = ServedContestant.OnOneCore("Millrace", this, "millrace");
        using var peer = ServedContestant.DuckDb(workshop, Name, threads: 1);
        return Report.Contest(workshop, this, target: 1.5, Contest.Hold(workshop.Rounds, warmUps: 4, ours, peer));
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop) => new SalesPerMinute("""
        CREATE SOURCE sales (ts TIMESTAMP, product INTEGER, store INTEGER, customer INTEGER, qty INTEGER, price DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '5 seconds')
          WITH (connector = 'memory');
        """, Workshop.SalesRows, bytes: 0, SalesColumnsInMemory.Load(workshop));
}
