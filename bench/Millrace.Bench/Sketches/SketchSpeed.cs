using System.Diagnostics;
using System.Globalization;
using System.Text;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Sketches;

/// <summary>Nanoseconds an update, merges a second and bytes allocated of all sketches, on one core.</summary>
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
        Console.WriteLine("| sketch | median | best | unit | target | C++ median (best) | bytes an operation |");
        Console.WriteLine("|---|--:|--:|---|--:|--:|--:|");
        var results = new List<string>();
        foreach (var family in _chosen.Count > 0 ? _chosen : [.. s_families])
            foreach (var task in family.Tasks()) results.Add(Measure(family, task, workshop.Choices.Rounds));
        return results;
    }

    static string Measure(SketchFamily family, SketchTask task, int rounds)
    {
        var laps = new double[rounds];
        var lap = task.Prepare();
        lap();
        for (var i = 0; i < rounds; i++)
        {
            lap = task.Prepare();
            GC.Collect();
            var start = Stopwatch.GetTimestamp();
            lap();
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            laps[i] = task.IsRate ? task.Operations / seconds : seconds * 1e9 / task.Operations;
        }
        Array.Sort(laps);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        lap();
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)task.Operations;
        var median = laps[laps.Length / 2];
        var best = task.IsRate ? laps[^1] : laps[0];
        var format = task.IsRate ? "N0" : "F2";
        var unit = task.IsRate ? "/s" : "ns";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {task.Name} | {median.ToString(format, CultureInfo.InvariantCulture)} | {best.ToString(format, CultureInfo.InvariantCulture)} | {unit} | {task.Target?.ToString("N1", CultureInfo.InvariantCulture) ?? ""} | {task.Reference} | {bytes:F1} |"));
        var isMet = task.Target is not { } target || (task.IsRate ? best >= target : best <= target);
        return string.Create(CultureInfo.InvariantCulture, $"RESULT sketches/{family.Name} \"{task.Name}\" {median:F2} {unit} best {best:F2}{(isMet ? "" : " MISSED")}");
    }
}
