using Millrace.Bench.Harness;
using Millrace.Bench.Peers;
using Millrace.Formats;

namespace Millrace.Bench.Benchmarks;

/// <summary>CSV to columns, against CsvHelper.</summary>
sealed class DecodeCsv : Benchmark
{
    /// <inheritdoc/>
    public override string Name => "decode-csv";

    /// <inheritdoc/>
    public override string Summary => "CSV in memory to columns, 2 million rows, one core, against CsvHelper (by its spans; the second peer by its strings).";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        workshop.Sales("sales.csv");
        using var ours = ServedContestant.OnOneCore("Millrace", this, "millrace");
        using var spans = ServedContestant.OnOneCore("CsvHelper, spans", this, "spans");
        using var strings = ServedContestant.OnOneCore("CsvHelper, strings", this, "strings");
        return Report.Contest(workshop, this, target: 10, Contest.Hold(workshop.Rounds, warmUps: 4, ours, spans, strings));
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop) => side == "millrace"
        ? new MillraceDecodeRunner(new CsvFormat(), workshop.Sales("sales.csv"))
        : new CsvHelperRunner(workshop.Sales("sales.csv"), asStrings: side == "strings");
}
