using Millrace.Bench.Harness;

namespace Millrace.Bench.Benchmarks;

/// <summary>Sum and count by minute and product, from a CSV file of 2 million rows, decoding included, against DuckDB.</summary>
sealed class W9 : Benchmark
{
    /// <inheritdoc/>
    public override string Name => "w9";

    /// <inheritdoc/>
    public override string Summary => "TUMBLE 1 minute by product, SUM and COUNT, from a CSV file of 2 million rows, decoding included, one core, against DuckDB with one thread.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        workshop.Sales("sales.csv");
        workshop.Install("duckdb");
        using var ours = ServedContestant.OnOneCore("Millrace", this, "millrace");
        using var peer = ServedContestant.DuckDb(workshop, Name, threads: 1);
        return Report.Contest(workshop, this, target: 2, Contest.Hold(workshop.Rounds, warmUps: 4, ours, peer));
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop) => TextFile.Runner("csv", workshop.Sales("sales.csv"));
}
