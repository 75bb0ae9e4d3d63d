using System.Globalization;
using Millrace.Cli.Output;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Sql;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace check FILE --against DIR</c>: what of the saved state survives the edits of a file.</summary>
static class CheckAgainst
{
    /// <summary>What a run would go on from, and what becomes of each source, view and sink; no lines where it would start afresh.</summary>
    public sealed record Finding(string Folder, long? Checkpoint, IReadOnlyList<EditLine> Lines, string? Problem)
    {
        /// <summary>Whether a run would be refused.</summary>
        public bool IsRefused => Problem is not null || Lines.Any(l => l.IsRefused);
    }

    /// <summary>Compares a pipeline with what a data folder holds.</summary>
    public static Finding Of(Pipeline pipeline, string folder, IReadOnlySet<string> mayStartOver)
    {
        using var store = StoredResults.Open(folder);
        SavedPlan? saved;
        try
        {
            saved = SavedPlan.Of(store);
        }
        catch (InvalidDataException e)
        {
            return new(folder, null, [], $"its newest checkpoint is damaged: {e.Message}; 'millrace checkpoints verify' shows which are whole");
        }
        if (saved is null) return new(folder, null, [], null);
        if (saved.Note is null) return new(folder, saved.Record.Version, [], "its newest checkpoint does not say whose its states are");
        using var snapshot = store.Snapshot();
        return new(folder, saved.Record.Version, EditReport.Of(pipeline, saved, snapshot.Tables, mayStartOver), null);
    }

    /// <summary>Writes it as a table.</summary>
    public static void Write(Finding finding)
    {
        if (finding.Problem is { } problem) Terminal.Warning($"'{finding.Folder}': {problem}.");
        if (finding.Checkpoint is not { } checkpoint)
        {
            if (finding.Problem is null) Terminal.Line($"'{finding.Folder}' has no checkpoint to go on from: a run starts afresh.");
            return;
        }
        if (finding.Lines.Count == 0) return;
        Terminal.Line(string.Create(CultureInfo.InvariantCulture, $"Going on from checkpoint {checkpoint} of '{finding.Folder}':"));
        foreach (var line in finding.Lines) Terminal.Line($"  {line.Kind} {line.Name} {(line.Outcome is "keeps" or "new" or "gone" ? line.Text : $"{line.Outcome}: {line.Text}")}.");
        var refused = finding.Lines.Where(l => l.IsRefused).ToList();
        Terminal.Line(refused.Count == 0 ? "A run goes on." : $"A run is refused unless it is told {string.Join(" ", refused.Select(l => $"--start-over {l.Name}"))}, or --from fresh.");
    }

    /// <summary>The same for programs.</summary>
    public static object Json(Finding finding) => new
    {
        folder = finding.Folder,
        checkpoint = finding.Checkpoint,
        refused = finding.IsRefused,
        problem = finding.Problem,
        parts = finding.Lines.Select(l => new { kind = l.Kind, name = l.Name, outcome = l.Outcome, text = l.Text, refused = l.IsRefused }),
    };
}
