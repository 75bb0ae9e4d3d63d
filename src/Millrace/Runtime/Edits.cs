using System.Globalization;
using Millrace.Connectors;
using Millrace.Stores;

namespace Millrace.Runtime;

/// <summary>Says in words what an edit takes from saved state, and refuses it where nobody has agreed to that.</summary>
static class Edits
{
    /// <summary>Refuses a start that would lose state of a view or sink that may not start over.</summary>
    /// <exception cref="ConnectorException">It would.</exception>
    public static void Refuse(Succession succession, SavedPlan saved, IReadOnlySet<string> mayStartOver)
    {
        var unknown = mayStartOver.Where(n => succession.Note.Readers.All(r => r.Name != n) && saved.Note?.Readers.Any(r => r.Name == n) != true).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new ConnectorException(Fault.User,
                $"--start-over {unknown[0]}: there is no stored view or sink of that name{(succession.Note.Readers.IsEmpty ? "" : $"; there are {string.Join(", ", succession.Note.Readers.Select(r => r.Name))}")}.");
        }
        var number = saved.Record.Version.ToString(CultureInfo.InvariantCulture);
        if (succession.UnknownLost is > 0 and var count)
        {
            throw new ConnectorException(Fault.User,
                $"The pipeline was edited since checkpoint {number}: {count} of its saved states (windows, keys, joins, readers) {(count == 1 ? "belongs" : "belong")} to nothing in it any more, and what took their place would begin with nothing. "
                + "Undo the edit; or compute all results anew from the sources with --from fresh; or go on and let what was edited begin empty with --drop-state.");
        }
        var refused = Lines(succession, saved).Where(l => !mayStartOver.Contains(l.Name)).ToList();
        if (refused.Count == 0) return;
        throw new ConnectorException(Fault.User,
            $"The pipeline was edited since checkpoint {number}, and saved state fits no longer:\n{string.Join("\n", refused.Select(l => $"  {l.Name} {l.Text}"))}\n"
            + $"Undo the edit; or let {(refused.Count == 1 ? "it" : "them")} begin empty, with rows from here on, by {string.Join(" ", refused.Select(l => $"--start-over {l.Name}"))}; or compute all results anew from the sources with --from fresh.");
    }

    /// <summary>The views and sinks that lose state, each with what becomes of it and why.</summary>
    static IEnumerable<(string Name, string Text)> Lines(Succession succession, SavedPlan saved) =>
        succession.StartingOver.Select(n => (n, $"starts over: {string.Join("; ", Reasons(succession, saved, n))}."))
            .Concat(succession.Removed.Select(n => (n, "is not in the file any more: its state goes, its table stays as it is.")));

    /// <summary>Why a view or sink starts over.</summary>
    public static IReadOnlyList<string> Reasons(Succession succession, SavedPlan saved, string reader)
    {
        var reasons = new List<string>();
        var lost = saved.Note!.States.Where(s => s.HoldsRows && s.Readers.Contains(reader) && succession.Left.Contains(s.Name)).ToList();
        var now = succession.Note.States.Where(s => s.HoldsRows && s.Readers.Contains(reader)).ToList();
        foreach (var state in lost)
        {
            if (now.Any(n => n.Operator == state.Operator && n.Details == state.Details && n.Below.SequenceEqual(state.Below))) continue; // it goes with the others
            if (now.FirstOrDefault(n => n.Operator == state.Operator && n.Details != state.Details && lost.All(l => l.Details != n.Details)) is { } changed) reasons.Add($"{state.Operator} was '{state.Details}', is '{changed.Details}'");
            else if (now.FirstOrDefault(n => n.Operator == state.Operator && n.Details == state.Details) is { } over) reasons.Add(Difference(state, over));
            else reasons.Add($"{state.Operator} '{state.Details}' is no longer there");
        }
        var calls = now.SelectMany(n => n.Calls).Select(c => c.Name).ToHashSet();
        foreach (var state in saved.Note.States.Where(s => !lost.Contains(s)))
            reasons.AddRange(state.Calls.Where(c => c.Readers.Contains(reader) && !calls.Contains(c.Name)).Select(c => $"{c.Function} of Aggregate '{state.Details}' is no longer there"));
        var after = succession.Note.Readers.First(r => r.Name == reader);
        if (after.Kind == "view")
            reasons.AddRange(saved.Note.Readers.Where(r => r.Name == reader).SelectMany(r => r.Columns).Except(after.Columns).Select(c => $"its column '{c}' is gone or another"));
        if (reasons.Count == 0)
            reasons.Add(lost.Count > 0 ? "columns that its state holds, or when its rows are told, have changed" : "it would be told that rows are taken back which it never got");
        return [.. reasons.Distinct()];
    }

    static string Difference(StateNote before, StateNote now)
    {
        var (gone, come) = (before.Below.Except(now.Below).FirstOrDefault(), now.Below.Except(before.Below).FirstOrDefault());
        return (gone, come) switch
        {
            (not null, not null) => $"below its {before.Operator}, '{gone}' is now '{come}'",
            (not null, null) => $"below its {before.Operator}, '{gone}' is no longer there",
            (null, not null) => $"below its {before.Operator} there is now '{come}'",
            _ => $"the columns or the order below its {before.Operator} have changed",
        };
    }
}
