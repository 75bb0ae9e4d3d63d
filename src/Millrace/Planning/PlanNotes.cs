using System.Collections.Immutable;
using Millrace.Stores;

namespace Millrace.Planning;

/// <summary>Says of a plan whose its states are, for the checkpoints that hold them.</summary>
static class PlanNotes
{
    /// <summary>The note of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="prints">The names of its operators' states.</param>
    /// <param name="declared">What its views and sinks are declared to compute.</param>
    /// <param name="rounds">The edit that a view or sink came with; those that are not there came with the first start.</param>
    /// <param name="lastRound">The largest round that there ever was.</param>
    public static PlanNote Of(PhysicalPlan plan, UInt128[] prints, IReadOnlyDictionary<string, UInt128> declared, IReadOnlyDictionary<string, int> rounds, int lastRound)
    {
        var readers = ReadersOf(plan);
        var uses = plan.Readers.Select(r => (Reader: r.Name, Marks: UsesOf(plan, r))).ToList();
        return new()
        {
            States = [.. plan.Nodes.Where(n => n.Logical.HasState || KeepsTime(n)).Select(n => new StateNote(prints[n.Id], n.Logical.Name, n.Logical.Details, [.. Below(n)], n.Owner, [.. readers[n.Id]], n.Logical.HasState)
            {
                Demand = (int)n.Demand,
                Groups = n.Logical is Aggregate { CanAdoptGroups: true } ? PlanFingerprint.OfGroups(plan, n, prints) : 0,
                Calls = n.Logical is Aggregate aggregate ? [.. aggregate.Calls.Select((c, i) => Note(n, c, prints, uses.Where(u => u.Marks[n.Id] is { } marks && marks[aggregate.Schema.Count - aggregate.Calls.Length + i]).Select(u => u.Reader)))] : [],
            })],
            Readers = [.. plan.Readers.Select(r => new ReaderNote(r.Name, KindOf(r), rounds.GetValueOrDefault(r.Name), declared[r.Name], ColumnsOf(r)))],
            LastRound = lastRound,
        };
    }

    static CallNote Note(PhysicalNode node, AggregateCall call, UInt128[] prints, IEnumerable<string> readers)
    {
        var types = call.Arguments.Select(a => node.Logical.Inputs[0].Schema[a].Type);
        return new(PlanFingerprint.OfCall(node, call, prints), call.Function.Name, [.. types.SelectMany(t => (int[])[(int)t.Kind, t.Precision, t.Scale])], call.Distinct, call.Function.Placing.Length == 0, [.. readers]);
    }

    /// <summary>For each operator the columns that one reader reads of it; null where it reads none.</summary>
    static bool[]?[] UsesOf(PhysicalPlan plan, Reader reader)
    {
        var marks = new bool[]?[plan.Nodes.Length];
        Mark(reader.Input.Node).AsSpan().Fill(true);
        foreach (var node in plan.Nodes.Reverse())
        {
            if (marks[node.Id] is not { } used) continue;
            var read = node.Inputs.Select(i => Mark(i.Node)).ToList();
            if (node.Scope == Scope.Join) ColumnUse.Pass(used, read[0]);
            else node.Logical.MarkUse(used, read);
        }
        return marks;

        bool[] Mark(PhysicalNode node) => marks[node.Id] ??= new bool[node.Logical.Schema.Count];
    }

    /// <summary>The columns of a view or sink with their types, and which are its key.</summary>
    public static ImmutableArray<string> ColumnsOf(Reader reader) => [.. reader.Shape.Schema.Fields.Select((f, i) => $"{f.Name} {f.Type}{(reader.Shape.Key.Contains(i) ? " in the key" : "")}")];

    /// <summary>view or sink.</summary>
    public static string KindOf(Reader reader) => reader.Sink is null ? "view" : "sink";

    /// <summary>For each operator the views and sinks that its rows reach.</summary>
    public static IReadOnlyList<IReadOnlySet<string>> ReadersOf(PhysicalPlan plan)
    {
        var readers = plan.Nodes.Select(_ => new SortedSet<string>(StringComparer.Ordinal)).ToArray();
        foreach (var reader in plan.Readers) readers[reader.Input.Node.Id].Add(reader.Name);
        foreach (var node in plan.Nodes.Reverse())
            foreach (var input in node.Inputs) readers[input.Node.Id].UnionWith(readers[node.Id]);
        return readers;
    }

    static bool KeepsTime(PhysicalNode node) => node is { Logical: AssignWatermark, Scope: Scope.Partition };

    static IEnumerable<string> Below(PhysicalNode node) => node.Inputs.SelectMany(i => WordsDownFrom(i.Node)).Distinct();

    static IEnumerable<string> WordsDownFrom(PhysicalNode node)
    {
        if (node.Logical is SourceScan scan) return [$"Source {scan.Source.Name}"];
        if (node.Logical.HasState) return [];
        var below = Below(node);
        return node.Scope == Scope.Join || node.Logical.IsForSpeed ? below : below.Prepend($"{node.Logical.Name} {node.Logical.Details}".TrimEnd());
    }
}
