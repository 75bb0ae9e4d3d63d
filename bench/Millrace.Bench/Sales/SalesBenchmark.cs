using Millrace.Bench.Harness;
using Millrace.Bench.HandWritten;

namespace Millrace.Bench.Sales;

/// <summary>A question about sales, one thread each: Millrace, DuckDB, and a loop written by hand where there is one.</summary>
sealed class SalesBenchmark(SalesQuestion question) : Benchmark
{
    /// <inheritdoc/>
    public override string Name => question.Name;

    /// <inheritdoc/>
    public override string Summary => question.Format is null
        ? $"Sales: {question.Summary}; columns in memory, 10 million rows up to 5 s out of order, one core, against DuckDB with one thread."
        : $"Sales: {question.Summary}; one core, against DuckDB with one thread.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        workshop.Sales("ts.i64");
        workshop.Dimension();
        workshop.Install("duckdb");
        using var ours = ServedContestant.OnOneCore("Millrace", this, "millrace");
        using var peer = ServedContestant.DuckDb(workshop, Name, threads: 1);
        using var loop = question.ByHand is null ? null : ServedContestant.OnOneCore("a loop by hand", this, "loop");
        return Report.Contest(workshop, this, question.Target, Contest.Hold(workshop.Rounds, warmUps: 4, loop is null ? [ours, peer] : [ours, peer, loop]));
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop) =>
        side == "loop" ? new LoopRunner(question.ByHand!(new SalesArrays(workshop)), question.Scales) : new SalesRunner(question, workshop, lanes: 1);
}
