using System.Globalization;
using System.Text;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Sales;

/// <summary>What a second lane brings, and beside it what a second thread brings DuckDB.</summary>
sealed class TwoLanes(SalesQuestion question) : Benchmark
{
    const double Target = 1.6;

    /// <summary>The just-in-time compiler has a thread of its own, which takes a core from two lanes; after so much work it has little left to do.</summary>
    static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(6);

    /// <inheritdoc/>
    public override string Name => $"{question.Name}-two-lanes";

    /// <inheritdoc/>
    public override string Summary => $"{question.Name} with two lanes on two cores, against one lane; beside it DuckDB's step from one thread to two.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        workshop.Sales("ts.i64");
        workshop.Dimension();
        workshop.Install("duckdb");
        using var two = ServedContestant.OnAllCores("Millrace, two lanes", this, "2");
        using var one = ServedContestant.OnOneCore("Millrace, one lane", this, "1");
        using var duckTwo = ServedContestant.DuckDb(workshop, question.Name, threads: 2);
        using var duckOne = ServedContestant.DuckDb(workshop, question.Name, threads: 1);
        var standings = Contest.Hold(workshop.Rounds, warmUps: 4, s_warmUp, two, one, duckTwo, duckOne);
        var table = new StringBuilder("| | rows/s | seconds, median (least to most) | step |\n|---|--:|--:|--:|\n");
        for (var i = 0; i < standings.Count; i++)
        {
            var s = standings[i];
            var step = i % 2 == 0 ? (s.RowsPerSecond / standings[i + 1].RowsPerSecond).ToString("0.00", CultureInfo.InvariantCulture) : "";
            table.AppendLine(CultureInfo.InvariantCulture, $"| {s.Name}{(i == 2 ? ", two threads" : i == 3 ? ", one thread" : "")} | {s.RowsPerSecond:#,0} | {s.MedianSeconds:0.000} ({s.LeastSeconds:0.000} to {s.MostSeconds:0.000}) | {step} |");
        }
        Report.Publish(workshop, this, table.ToString(), string.Create(CultureInfo.InvariantCulture, $"Target: two lanes are {Target} times one."));
        return [Report.Result(Name, standings[0].RowsPerSecond, standings[1].RowsPerSecond, "rows/s"), Report.Result($"{Name}.duckdb", standings[2].RowsPerSecond, standings[3].RowsPerSecond, "rows/s")];
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop) => new SalesRunner(question, workshop, int.Parse(side, CultureInfo.InvariantCulture));
}
