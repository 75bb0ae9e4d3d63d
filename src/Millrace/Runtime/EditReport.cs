using System.Globalization;
using Millrace.Planning;
using Millrace.Stores;

namespace Millrace.Runtime;

/// <summary>What becomes of a view, sink or source when a pipeline goes on from a checkpoint after an edit.</summary>
/// <param name="Kind">view, sink or source.</param>
/// <param name="Name">Its name.</param>
/// <param name="Outcome">What becomes of it, in a word or two: keeps, new, starts over, gone.</param>
/// <param name="Text">The same in a sentence, with the reason.</param>
/// <param name="IsRefused">Whether a start is refused because of it.</param>
sealed record EditLine(string Kind, string Name, string Outcome, string Text, bool IsRefused);

/// <summary>Says of everything in a pipeline what becomes of it when it goes on from a checkpoint, before anything stops or starts.</summary>
static class EditReport
{
    /// <summary>A line for each source, view and sink.</summary>
    /// <param name="pipeline">What is declared now.</param>
    /// <param name="saved">The checkpoint, with a note of its plan.</param>
    /// <param name="tables">The tables of the store.</param>
    /// <param name="mayStartOver">Views and sinks that may start over.</param>
    public static List<EditLine> Of(Pipeline pipeline, SavedPlan saved, IReadOnlyList<TableDefinition> tables, IReadOnlySet<string> mayStartOver)
    {
        var succession = Succession.Of(pipeline, 1, saved);
        var plan = succession.Plan;
        var positions = saved.Record.Positions.ToLookup(p => p.Source);
        var lines = new List<EditLine>();
        foreach (var scan in plan.Scans)
        {
            var name = scan.Source.Name;
            lines.Add(positions.Contains(name) ? new("source", name, "keeps", $"goes on at {string.Join(", ", positions[name].Take(4).Select(p => p.Position.ToString("N0", CultureInfo.InvariantCulture)))}{(positions[name].Count() > 4 ? " ..." : "")}", false)
                : new("source", name, "new", "is read from its start", false));
        }
        foreach (var gone in positions.Select(p => p.Key).Where(n => plan.Scans.All(s => s.Source.Name != n)))
            lines.Add(new("source", gone, "gone", "is read by nothing any more; it would be read from its start if it came back", false));
        foreach (var reader in plan.Readers) lines.Add(Line(reader, succession, saved, tables.FirstOrDefault(t => t.Name == reader.Name), mayStartOver));
        foreach (var gone in saved.Note!.Readers.Where(r => plan.Readers.All(n => n.Name != r.Name)))
        {
            var hasState = succession.Removed.Contains(gone.Name);
            lines.Add(new(gone.Kind, gone.Name, "gone", $"is not in the file any more: {(hasState ? "its state goes, and " : "")}what it wrote stays", hasState && !mayStartOver.Contains(gone.Name)));
        }
        return lines;
    }

    static EditLine Line(Reader reader, Succession succession, SavedPlan saved, TableDefinition? table, IReadOnlySet<string> mayStartOver)
    {
        var (kind, name) = (PlanNotes.KindOf(reader), reader.Name);
        if (succession.Added.Contains(name))
        {
            var read = reader.Input.Node.Sources.Select(s => s.Name).Where(n => saved.Record.Positions.Any(p => p.Source == n)).ToList();
            return new(kind, name, "new", $"starts empty{(read.Count > 0 ? $": rows of {string.Join(", ", read)} that were read already do not come again" : "")}{(succession.IsApart ? "; computes apart from older views, so that they keep their state" : "")}", false);
        }
        var added = reader.Table is { } wanted && table is not null ? table.AddedBy(wanted) : [];
        var columns = added is { Length: > 0 } more ? $"; {string.Join(", ", more.Select(c => $"'{reader.Shape.Schema[c].Name}'"))} {(more.Length == 1 ? "is" : "are")} NULL in rows so far" : "";
        if (succession.StartingOver.Contains(name))
        {
            var rows = reader.Table is null ? "what it wrote stays" : added is null ? "its rows go" : reader.Shape.TimeColumn >= 0 ? "rows that are final stay" : "its rows go";
            return new(kind, name, "starts over", $"{string.Join("; ", Edits.Reasons(succession, saved, name))}; {rows}{columns}", !mayStartOver.Contains(name));
        }
        return new(kind, name, "keeps", $"keeps its state{columns}", false);
    }
}
