using System.Collections.Immutable;
using Millrace.Operators;
using Millrace.Planning;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>The plan of a pipeline that takes the place of the one whose state was saved, made so that as much of that state as possible still fits; and what becomes of each view.</summary>
/// <remarks>
/// First all is planned as if there were no state. Where that would cost an old view its state (rules put a new aggregate together with an old one, another EMIT asks an operator
/// for more), or a new operator would be told that rows are taken back which it never saw, new views are planned apart from the old ones (<see cref="Rounds"/>), then edited ones too. A view that
/// loses any state starts over as a whole, so that its parts tell of the same rows.
/// </remarks>
sealed class Succession
{
    Succession(Pipeline pipeline, PhysicalPlan plan, PlanNote note, IReadOnlySet<UInt128> states) => (Pipeline, Plan, Note, States) = (pipeline, plan, note, states);

    /// <summary>The pipeline with its plans rewritten.</summary>
    public Pipeline Pipeline { get; }

    /// <summary>The plan.</summary>
    public PhysicalPlan Plan { get; }

    /// <summary>What its checkpoints say of it.</summary>
    public PlanNote Note { get; }

    /// <summary>The names of all its states.</summary>
    public IReadOnlySet<UInt128> States { get; }

    /// <summary>Saved states that belong to nothing any more.</summary>
    public ImmutableArray<UInt128> Left { get; private init; } = [];

    /// <summary>Views and sinks that were there before and begin with nothing.</summary>
    public ImmutableArray<string> StartingOver { get; private init; } = [];

    /// <summary>Views and sinks that are new.</summary>
    public ImmutableArray<string> Added { get; private init; } = [];

    /// <summary>Views and sinks that are gone, and state with them.</summary>
    public ImmutableArray<string> Removed { get; private init; } = [];

    /// <summary>Whether new views compute for themselves what they could else have shared with old ones.</summary>
    public bool IsApart { get; private init; }

    /// <summary>States that are lost though nobody knows whose they are: the checkpoint does not say.</summary>
    public int UnknownLost { get; private init; }

    /// <summary>The plan that follows a saved one.</summary>
    /// <param name="pipeline">What is declared now.</param>
    /// <param name="lanes">Lanes it will run on.</param>
    /// <param name="saved">What is saved; null = nothing, all begins afresh.</param>
    public static Succession Of(Pipeline pipeline, int lanes, SavedPlan? saved)
    {
        var declared = DeclaredOf(pipeline);
        if (saved?.Note is not { } note)
        {
            var plain = new Attempt(pipeline, lanes, saved, [], ImmutableDictionary<string, int>.Empty);
            var left = saved is null ? [] : saved.States.Where(s => !plain.States.Contains(s)).ToImmutableArray();
            return new(plain.Pipeline, plain.Plan, PlanNotes.Of(plain.Plan, plain.Prints, declared, plain.Plan.Rounds, 0), plain.States)
            {
                Left = left,
                Added = saved is null ? [.. declared.Keys] : [],
                UnknownLost = left.Count(s => !saved!.Record.GivenUp.Contains(s)) + (saved is null ? 0 : plain.States.Count(saved.StoodStill)),
            };
        }

        var known = note.Readers.ToDictionary(r => r.Name, StringComparer.Ordinal);
        ImmutableArray<string> added = [.. declared.Keys.Where(n => !known.ContainsKey(n)).Order(StringComparer.Ordinal)];
        var edited = declared.Keys.Where(n => known.TryGetValue(n, out var before) && before.Declared != declared[n]).ToHashSet(StringComparer.Ordinal);
        var apart = new HashSet<string>(StringComparer.Ordinal);
        var attempt = Try();
        var hurt = attempt.Hurt(saved, note);
        if (hurt.Overlaps(declared.Keys))
        {
            apart.UnionWith(added);
            while (true)
            {
                attempt = Try();
                hurt = attempt.Hurt(saved, note);
                var more = hurt.Where(n => declared.ContainsKey(n) && !apart.Contains(n)).ToList();
                if (more.Count == 0) break;
                // Who was not edited may be well once the edited ones are apart.
                apart.UnionWith(more.Any(edited.Contains) ? more.Where(edited.Contains) : more);
            }
        }
        return new(attempt.Pipeline, attempt.Plan, PlanNotes.Of(attempt.Plan, attempt.Prints, declared, attempt.Plan.Rounds, apart.Count > 0 ? note.LastRound + 1 : note.LastRound), attempt.States)
        {
            Left = [.. saved.States.Where(s => !attempt.States.Contains(s))],
            Added = added,
            StartingOver = [.. apart.Where(known.ContainsKey).Order(StringComparer.Ordinal)],
            Removed = [.. hurt.Where(n => !declared.ContainsKey(n)).Order(StringComparer.Ordinal)],
            IsApart = added.Any(apart.Contains),
        };

        Attempt Try() => new(pipeline, lanes, saved, added, declared.Keys.Select(n => (Name: n, Round: apart.Contains(n) ? note.LastRound + 1 : known.GetValueOrDefault(n)?.Round ?? 0)).Where(r => r.Round > 0)
            .ToImmutableDictionary(r => r.Name, r => r.Round));
    }

    /// <summary>The tables of the plan; of those that start over with what of their rows stays.</summary>
    public ImmutableArray<TableDefinition> Tables(CheckpointRecord from)
    {
        return [.. Plan.Tables.Select(t => StartingOver.Contains(t.Name) ? t with { StartsOverAt = EndOfFinal(t) } : t)];

        Timestamp EndOfFinal(TableDefinition table)
        {
            var times = Plan.Readers.First(r => r.Table?.Name == table.Name).Input.Node.Logical.Times;
            var final = from.Frontiers.GetValueOrDefault(table.Name, Frontier.Start).Final;
            return table.TimeColumn < 0 || final == Timestamp.MinValue ? Timestamp.MinValue : new(final.Microseconds - times.First(t => t.Column == table.TimeColumn).LagMicroseconds);
        }
    }

    static Dictionary<string, UInt128> DeclaredOf(Pipeline pipeline)
    {
        var declared = new Dictionary<string, UInt128>(StringComparer.Ordinal);
        foreach (var view in pipeline.Views)
            if (view.IsMaterialized) declared[view.Name] = PlanFingerprint.OfDeclared(view.Plan, view.Emit);
        foreach (var sink in pipeline.Sinks) declared[sink.Name] = PlanFingerprint.OfDeclared(sink.Plan, sink.Emit);
        return declared;
    }

    /// <summary>The name of the state of a view or sink itself.</summary>
    public static UInt128 StateOf(Reader reader, PhysicalPlan plan) => StateOf(PlanNotes.KindOf(reader), reader.Name, plan.Rounds.GetValueOrDefault(reader.Name));

    /// <summary>The name of the state of a view or sink itself.</summary>
    public static UInt128 StateOf(string kind, string name, int round) => Recovery.StateOf(kind, round == 0 ? name : FormattableString.Invariant($"{name}\n{round}"));

    /// <summary>A plan that might do.</summary>
    sealed class Attempt
    {
        readonly HashSet<string> _cut = new(StringComparer.Ordinal); // whose calls were dropped from groups that go on

        public Attempt(Pipeline pipeline, int lanes, SavedPlan? saved, IReadOnlyList<string> added, IReadOnlyDictionary<string, int> rounds)
        {
            Pipeline = Planning.Rounds.Optimize(pipeline, rounds);
            var plan = PhysicalPlanner.Plan(Pipeline, lanes) with { Rounds = rounds };
            var readers = PlanNotes.ReadersOf(plan);
            var adopted = new Dictionary<int, AdoptedGroups>();
            Prints = PlanFingerprint.Of(plan, (node, print, prints) => Adopt(plan, node, print, prints, readers[node.Id].Overlaps(added)));
            Plan = plan with { Adopted = adopted };
            States = new HashSet<UInt128>([.. Prints, .. Plan.Readers.Select(r => StateOf(r, Plan)), .. Plan.Scans.Select(s => Recovery.StateOf("source", s.Source.Name))]);

            UInt128 Adopt(PhysicalPlan plan, PhysicalNode node, UInt128 print, UInt128[] prints, bool isForAdded)
            {
                if (saved?.Note is not { } note || node.Logical is not Aggregate { CanAdoptGroups: true } aggregate) return print;
                var groups = PlanFingerprint.OfGroups(plan, node, prints);
                var calls = aggregate.Calls.Select(c => PlanFingerprint.OfCall(node, c, prints)).ToList();
                // What a new call would have taken from rows so far is not there: where rows are taken back it could go below nothing, and a new view has a better start of its own.
                var canAdd = aggregate.Input.Mode == ChangeMode.Append && !isForAdded;
                var found = note.States.Where(s => s.Groups == groups && saved.Has(s.Name) && !prints.Contains(s.Name)).Select(s => (State: s, Groups: AdoptedCalls.Of(s, calls, (int)node.Demand, canAdd)))
                    .Where(s => s.Groups is not null).OrderBy(s => s.Groups!.Places.Count(p => p < 0)).FirstOrDefault();
                if (found.Groups is null)
                {
                    if (note.States.All(s => s.Name != print)) return print;
                    // Groups kept this name while calls came and went.
                    adopted[node.Id] = new(~print, [], [], IsSame: true);
                    return ~print;
                }
                for (var i = 0; i < found.State.Calls.Length; i++)
                    if (found.Groups.Places[i] < 0) _cut.UnionWith(found.State.Calls[i].Readers);
                adopted[node.Id] = found.Groups;
                return found.Groups.State;
            }
        }

        public Pipeline Pipeline { get; }
        public PhysicalPlan Plan { get; }
        public UInt128[] Prints { get; }
        public IReadOnlySet<UInt128> States { get; }

        /// <summary>The views and sinks that lose state, or whose operators would take up a computation in the middle.</summary>
        public HashSet<string> Hurt(SavedPlan saved, PlanNote note)
        {
            var hurt = note.States.Where(s => s.HoldsRows && saved.Has(s.Name) && !States.Contains(s.Name)).SelectMany(s => s.Readers).Concat(_cut).ToHashSet(StringComparer.Ordinal);
            foreach (var reader in Plan.Readers)
                if (reader.Table is not null && note.Readers.FirstOrDefault(r => r.Name == reader.Name) is { } before && !HasAll(before.Columns, PlanNotes.ColumnsOf(reader))) hurt.Add(reader.Name);
            var readers = PlanNotes.ReadersOf(Plan);
            foreach (var node in Plan.Nodes)
                if (node.Logical.HasState && (saved.StoodStill(Prints[node.Id]) || !saved.Has(Prints[node.Id]) && node.Inputs.Any(i => TakesBackOf(i, saved)))) hurt.UnionWith(readers[node.Id]);
            return hurt;
        }

        /// <summary>Whether a stored table can follow: its columns are there in their order, and others may have come.</summary>
        static bool HasAll(ImmutableArray<string> before, ImmutableArray<string> now) => now.Where(before.Contains).SequenceEqual(before) && now.All(c => before.Contains(c) || !c.EndsWith(" in the key", StringComparison.Ordinal));

        /// <summary>Whether rows may be taken back here that were told before the checkpoint.</summary>
        bool TakesBackOf(Edge edge, SavedPlan saved) =>
            edge.Node.Logical.HasState
                ? edge.Port != Ports.Final && edge.Node.Logical.Mode == ChangeMode.Retract && saved.Has(Prints[edge.Node.Id])
                : edge.Node.Inputs.Any(i => TakesBackOf(i, saved));
    }
}
