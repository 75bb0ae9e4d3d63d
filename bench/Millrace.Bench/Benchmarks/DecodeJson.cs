using Millrace.Bench.Harness;
using Millrace.Bench.Peers;
using Millrace.Formats;

namespace Millrace.Bench.Benchmarks;

/// <summary>JSON lines to columns, against System.Text.Json.</summary>
sealed class DecodeJson : Benchmark
{
    /// <inheritdoc/>
    public override string Name => "decode-json";

    /// <inheritdoc/>
    public override string Summary => "JSON lines in memory to columns, 2 million rows, one core, against System.Text.Json's Utf8JsonReader.";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        workshop.Sales("sales.jsonl");
        using var ours = ServedContestant.OnOneCore("Millrace", this, "millrace");
        using var peer = ServedContestant.OnOneCore("Utf8JsonReader", this, "utf8jsonreader");
        return Report.Contest(workshop, this, target: 3, Contest.Hold(workshop.Rounds, warmUps: 4, ours, peer));
    }

    /// <inheritdoc/>
    public override IRunner Serve(string side, Workshop workshop) => side == "millrace"
        ? new MillraceDecodeRunner(new JsonFormat(), workshop.Sales("sales.jsonl"))
        : new Utf8JsonReaderRunner(workshop.Sales("sales.jsonl"));
}
