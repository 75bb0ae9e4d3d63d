using System.Text.Json;
using Millrace.Runtime;

namespace Millrace.Cli.Running;

/// <summary>A run as JSON lines on standard output, one object a line: started, status (once a second), stopping, ended, failed.</summary>
sealed class JsonReport(TimeProvider clock) : RunReport(clock)
{
    public override TimeSpan Interval => TimeSpan.FromSeconds(1);

    public override void Started(IRunningPipeline running, RunSettings settings, Uri? page) => Write("started", w =>
    {
        w.WriteString("pipeline", running.Pipeline.Name);
        w.WriteString("data", Path.GetFullPath(settings.DataDirectory));
        if (settings.Store is { } store) w.WriteString("store", StoredResults.Shown(store));
        w.WriteString("url", page?.ToString());
        if (running.Status().WentOnFrom is { } checkpoint) w.WriteNumber("wentOnFrom", checkpoint);
    });

    public override void Tick(PipelineStatus status) => Write("status", w => Figures(w, status));

    public override void Stopping() => Write("stopping", static _ => { });

    public override void Ended(IRunningPipeline running, RunSettings settings, bool isStopped) => Write(isStopped ? "stopped" : "done", w =>
    {
        Figures(w, running.Status());
        w.WriteStartArray("quality");
        foreach (var source in running.Quality)
        {
            w.WriteStartObject();
            w.WriteString("source", source.Source);
            w.WriteNumber("seen", source.Seen);
            w.WriteNumber("accepted", source.Accepted);
            w.WriteNumber("undecodable", source.Undecodable);
            w.WriteString("firstProblem", source.FirstProblem);
            w.WriteNumber("nulled", source.Nulled);
            w.WriteNumber("duplicates", source.Duplicates);
            w.WriteNumber("late", source.Late);
            w.WriteNumber("deadLetters", source.DeadLetters);
            w.WriteNumber("timeless", source.Timeless);
            w.WriteStartArray("rules");
            foreach (var rule in source.Rules)
            {
                w.WriteStartObject();
                w.WriteString("name", rule.Name);
                w.WriteString("on", rule.On);
                w.WriteString("action", rule.Action);
                w.WriteNumber("seen", rule.Seen);
                w.WriteNumber("violated", rule.Violated);
                w.WriteNumber("acted", rule.Acted);
                w.WriteEndObject();
            }
            w.WriteEndArray();
            w.WriteEndObject();
        }
        w.WriteEndArray();
    });

    public override void StaysAt(Uri page)
    {
    }

    public override void Failed(string message, int code) => Write("failed", w =>
    {
        w.WriteString("error", message);
        w.WriteNumber("exitCode", code);
    });

    static void Figures(Utf8JsonWriter writer, PipelineStatus status)
    {
        writer.WriteNumber("version", status.Version);
        writer.WriteString("state", status.State.ToString().ToLowerInvariant());
        writer.WriteNumber("rowsIn", RowsIn(status));
        writer.WriteNumber("rowsPerSecond", Math.Round(status.Nodes.Where(n => n.Kind == "source").Sum(n => n.RowsPerSecond), 1));
        writer.WriteNumber("late", status.Nodes.Sum(n => n.Late));
        writer.WriteNumber("errors", status.Nodes.Sum(n => n.Errors));
        writer.WriteNumber("memoryBytes", status.MemoryUsedBytes);
        writer.WriteStartArray("warnings");
        foreach (var warning in status.Warnings) writer.WriteStringValue(warning);
        writer.WriteEndArray();
    }

    void Write(string what, Action<Utf8JsonWriter> content)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("event", what);
            writer.WriteNumber("seconds", Math.Round(Elapsed.TotalSeconds, 3));
            content(writer);
            writer.WriteEndObject();
        }
        Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
