using System.Diagnostics;
using System.Globalization;
using System.Text;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Sketches;

/// <summary>Nanoseconds an update, merges a second and bytes allocated of all sketches, on one core, taking turns with a peer if there is one.</summary>
sealed class SketchSpeed : Benchmark
{
    static readonly SketchFamily[] s_families = [new HllTasks(), new CpcTasks(), new ThetaTasks(), new BloomTasks(), new CountMinTasks(), new QuantileTasks(), new FrequentTasks(), new SummaryTasks()];

    readonly List<SketchFamily> _chosen = [];

    /// <inheritdoc/>
    public override string Name => "sketches";

    /// <inheritdoc/>
    public override string Summary => $"Sketches: ns an update, merges a second, bytes allocated; all or some of {string.Join(", ", s_families.Select(f => f.Name))}.";

    /// <inheritdoc/>
    public override bool Take(string word)
    {
        if (Array.Find(s_families, f => f.Name == word) is not { } family) return false;
        _chosen.Add(family);
        return true;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        using var peer = SketchPeer.Start();
        if (peer is null) Console.WriteLine($"No peer: {SketchPeer.Variable} names no program. The figures of C++ are those of another time, and there are no ratios.");
        var table = new StringBuilder();
        Print("| sketch | median (best) | target | C++ median (best) | ratio | bytes an operation |");
        Print("|---|--:|--:|--:|--:|--:|");
        var results = new List<string>();
        foreach (var family in _chosen.Count > 0 ? _chosen : [.. s_families])
        {
            foreach (var task in family.Tasks())
            {
                var (row, result) = Measure(family, task, peer, workshop.Rounds);
                Print(row);
                results.Add(result);
            }
        }
        if (peer is not null && _chosen.Count == 0)
        {
            Report.Publish(workshop, this, table.ToString(), "Millrace and the peer took turns, lap by lap, each on one core. Ratio: how many times as fast, best against best; "
                + "in brackets where the peer knows only the operation one by one. Where there is no ratio the C++ figure is of another time.");
        }
        return results;

        void Print(string line)
        {
            table.AppendLine(line);
            Console.WriteLine(line);
        }
    }

    static (string Row, string Result) Measure(SketchFamily family, SketchTask task, SketchPeer? peer, int rounds)
    {
        var ours = new double[rounds];
        var theirs = new List<double>();
        var lap = task.Prepare();
        lap();
        for (var i = 0; i < rounds; i++)
        {
            if (peer?.Lap(task) is { } time) theirs.Add(time);
            lap = task.Prepare();
            GC.Collect();
            var start = Stopwatch.GetTimestamp();
            lap();
            ours[i] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / task.Operations;
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        lap();
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)task.Operations;
        Array.Sort(ours);
        theirs.Sort();
        var best = Unit(task, ours[0]);
        var isMet = task.Target is not { } target || (task.IsRate ? best >= target : best <= target);
        var ratio = theirs.Count > 0 ? (theirs[0] / ours[0]).ToString("F1", CultureInfo.InvariantCulture) : "";
        var row = $"| {task.Name} | {Both(task, ours)} | {(task.Target is { } t ? Number(task, t) : "")} | {(theirs.Count > 0 ? Both(task, theirs) : task.Reference)} | {(task.Name.Contains("spans", StringComparison.Ordinal) && ratio.Length > 0 ? $"({ratio})" : ratio)} | {bytes.ToString("F1", CultureInfo.InvariantCulture)} |";
        var result = string.Create(CultureInfo.InvariantCulture,
            $"RESULT sketches/{family.Name} \"{task.Name}\" {Unit(task, ours[rounds / 2]):F2} {(task.IsRate ? "/s" : "ns")} best {best:F2}{(ratio.Length > 0 ? $" ratio {ratio}" : "")}{(isMet ? "" : " MISSED")}");
        return (row, result);
    }

    static string Both(SketchTask task, IReadOnlyList<double> sorted) => $"{Number(task, Unit(task, sorted[sorted.Count / 2]))} ({Number(task, Unit(task, sorted[0]))}) {(task.IsRate ? "/s" : "ns")}";

    static double Unit(SketchTask task, double nanoseconds) => task.IsRate ? 1e9 / nanoseconds : nanoseconds;

    static string Number(SketchTask task, double value) => value.ToString(task.IsRate ? "N0" : "F2", CultureInfo.InvariantCulture);
}
