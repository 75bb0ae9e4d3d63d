using System.Globalization;
using Millrace.Cli.Output;
using Millrace.Quality;
using Millrace.Runtime;
using Millrace.Sql;

namespace Millrace.Cli.Running;

/// <summary>A run in words: where its page is, a bar on a terminal while bounded sources are read, and at the end what was done.</summary>
class TextReport(TimeProvider clock) : RunReport(clock)
{
    string _name = "";
    bool _hasLine;

    public override TimeSpan Interval => Terminal.IsInteractive ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(1);

    public override void Started(IRunningPipeline running, RunSettings settings, Uri? page)
    {
        _name = running.Pipeline.Name;
        var status = running.Status();
        if (status.WentOnFrom is { } checkpoint) Terminal.Line($"{_name} goes on from checkpoint {checkpoint}.");
        Warn(status);
        if (page is not null) Terminal.Line($"{_name} runs at {page}   (Ctrl-C stops it)");
    }

    /// <summary>Tells the warnings that were not told yet.</summary>
    protected void Warn(PipelineStatus status)
    {
        foreach (var warning in NewWarnings(status))
        {
            ClearLine();
            Terminal.Warning(warning);
        }
    }

    public override void Tick(PipelineStatus status)
    {
        Warn(status);
        if (!Terminal.IsInteractive) return;
        Console.Out.Write($"\r\e[K{ProgressLine(status, Elapsed)}");
        _hasLine = true;
    }

    /// <summary>One line: how much of the bounded sources is read, rows, speed, event time.</summary>
    internal static string ProgressLine(PipelineStatus status, TimeSpan elapsed)
    {
        var sources = status.Nodes.Where(n => n.Kind == "source").ToList();
        var rows = sources.Sum(n => n.RowsIn);
        var speed = elapsed > TimeSpan.Zero ? rows / elapsed.TotalSeconds : 0;
        var text = string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows, {speed:N0} rows/s");
        var frontier = sources.Where(n => n.Frontier is not null).Select(n => n.Frontier!.Value.Closed).DefaultIfEmpty(Time.Timestamp.MinValue).Min();
        if (frontier > Time.Timestamp.MinValue && frontier < Time.Timestamp.MaxValue) text += $", event time {frontier}";
        return Share(sources) is { } share ? $"{Bar(share)} {share.ToString("P0", CultureInfo.InvariantCulture)}  {text}" : text;
    }

    static double? Share(IReadOnlyList<NodeStatus> sources)
    {
        if (sources.Count == 0 || sources.Any(n => n.TotalBytes is null or 0)) return null;
        return Math.Clamp((double)sources.Sum(n => n.BytesIn) / sources.Sum(n => n.TotalBytes!.Value), 0, 1);
    }

    static string Bar(double share)
    {
        const int Width = 24;
        var full = (int)(share * Width);
        return new string('█', full) + new string('░', Width - full);
    }

    public override void Stopping()
    {
        ClearLine();
        Terminal.Line("Stopping: what was read is committed ...");
    }

    public override void Ended(IRunningPipeline running, RunSettings settings, bool isStopped)
    {
        ClearLine();
        var status = running.Status();
        Warn(status);
        var rows = RowsIn(status);
        var seconds = Math.Max(0.001, Elapsed.TotalSeconds);
        Terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{_name} {(isStopped ? "stopped" : "is done")}: {rows:N0} rows in {seconds:N1} s ({rows / seconds:N0} rows/s), {status.Commits:N0} {(status.Commits == 1 ? "commit" : "commits")}, version {status.Version}. Results: {(settings.Store is { } store ? StoredResults.Shown(store) : Shown(settings.DataDirectory))}"));
        foreach (var source in running.Quality)
            foreach (var line in Cleaning(source)) Terminal.Line("  " + line);
        foreach (var source in running.Quality)
            if (source is { Undecodable: > 0, Accepted: 0 } && source.Undecodable == source.Seen) Terminal.Warning($"no record of '{source.Source}' could be read. The first: {TextTable.OneLine(source.FirstProblem ?? "")}.");
    }

    /// <summary>What cleaning did, in a line for each source and one for each rule that found something.</summary>
    internal static IEnumerable<string> Cleaning(QualityCounters source)
    {
        var parts = new List<string> { Count(source.Seen, "seen"), Count(source.Accepted, "accepted") };
        if (source.Undecodable > 0) parts.Add(Count(source.Undecodable, "undecodable"));
        if (source.Nulled > 0) parts.Add(Count(source.Nulled, source.Nulled == 1 ? "field nulled" : "fields nulled"));
        if (source.Duplicates > 0) parts.Add(Count(source.Duplicates, "duplicates dropped"));
        if (source.Late > 0) parts.Add(Count(source.Late, "late"));
        if (source.Timeless > 0) parts.Add(Count(source.Timeless, "without a time"));
        if (source.DeadLetters > 0) parts.Add(Count(source.DeadLetters, "in dead_letters"));
        yield return $"{source.Source}: {string.Join(", ", parts)}";
        if (source.FirstProblem is { } problem) yield return $"  undecodable, first: {TextTable.OneLine(problem)}";
        foreach (var rule in source.Rules)
            if (rule.Violated > 0)
                yield return $"  {rule.On}.{rule.Name}: {Count(rule.Violated, "violated")}{(rule.Action == "WARN" ? "" : $", {Count(rule.Acted, Verb(rule.Action))}")}";
    }

    static string Verb(string action) => action switch
    {
        "DROP ROW" => "dropped",
        "QUARANTINE" => "quarantined",
        _ => "stopped the pipeline",
    };

    static string Count(long number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {what}");

    /// <summary>A path as short as it can be said from here.</summary>
    static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, Path.GetFullPath(path));
        return relative.Length < path.Length || !Path.IsPathRooted(path) ? relative : path;
    }

    public override void StaysAt(Uri page) => Terminal.Line($"Its page stays at {page} until Ctrl-C.");

    protected void ClearLine()
    {
        if (!_hasLine) return;
        Console.Out.Write("\r\e[K");
        _hasLine = false;
    }

    public override void Dispose() => ClearLine();
}
