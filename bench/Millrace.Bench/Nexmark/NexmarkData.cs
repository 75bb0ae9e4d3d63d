using System.Globalization;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Nexmark;

/// <summary>Generated files of Nexmark in the cache: made when they are first asked for.</summary>
static class NexmarkData
{
    /// <summary>The folder of the queries.</summary>
    public static string Questions(Workshop workshop) => Path.Combine(workshop.Root, "bench", "nexmark");

    /// <summary>The events as JSON lines.</summary>
    public static string Json(Workshop workshop, Workload workload) =>
        Make(Path.Combine(Folder(workshop, workload), "events.jsonl"), path => EventFiles.WriteJson(workload, path));

    /// <summary>The folder with the events as CSV, a file a kind.</summary>
    public static string Csv(Workshop workshop, Workload workload)
    {
        var folder = Folder(workshop, workload);
        Make(Path.Combine(folder, "csv.done"), path =>
        {
            EventFiles.WriteCsv(workload, folder);
            File.WriteAllText(path, "");
        });
        return folder;
    }

    /// <summary>The static table of q13.</summary>
    public static string SideInput(Workshop workshop) => Make(Path.Combine(workshop.Cache, "nexmark", "side_input.csv"), static path => File.WriteAllLines(path, Nexmark.SideInput.Lines));

    /// <summary>The folder for q10's files.</summary>
    public static string Files(Workshop workshop) => Path.Combine(workshop.Cache, "nexmark", "q10");

    /// <summary>The answer to a question on patterns, as a plain program finds it.</summary>
    public static string Patterns(Workshop workshop, Workload workload, string question) => Make(Path.Combine(Csv(workshop, workload), question + ".lines"), path =>
        Workshop.Execute("/usr/bin/python3", Path.Combine(Questions(workshop), "reference", "match.py"), question, Path.Combine(Folder(workshop, workload), "bid.csv"), path));

    static string Folder(Workshop workshop, Workload workload) =>
        Path.Combine(workshop.Cache, "nexmark", string.Create(CultureInfo.InvariantCulture, $"{workload.Events}-{workload.Rate}-{workload.Seed}"));

    static string Make(string path, Action<string> make)
    {
        if (File.Exists(path)) return path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        make(path + ".part");
        File.Move(path + ".part", path);
        return path;
    }
}
