using Millrace.Data;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>The operators of a run with their figures, over all lanes.</summary>
/// <param name="plan">The plan.</param>
/// <param name="stations">Where each node stands.</param>
/// <param name="ownerOf">The account of a node's state.</param>
/// <param name="clock">Measures their work.</param>
sealed class OperatorBoard(PhysicalPlan plan, ILookup<PhysicalNode, Station> stations, Func<PhysicalNode, MemoryOwner> ownerOf, TimeProvider clock)
{
    const int HotKeysShown = 3;

    /// <summary>The operators, now.</summary>
    public IReadOnlyList<OperatorStatus> Operators()
    {
        var total = plan.Nodes.Sum(Ticks);
        return [.. plan.Nodes.Where(n => n.Scope != Scope.Join).Select(n => Operator(n, total))];
    }

    long Ticks(PhysicalNode node) => stations[node].Sum(s => s.Work.Ticks);

    /// <summary>Time of some nodes as a part of that of all.</summary>
    public double Share(IEnumerable<PhysicalNode> nodes)
    {
        var total = plan.Nodes.Sum(Ticks);
        return total == 0 ? 0 : (double)nodes.Sum(Ticks) / total;
    }

    /// <summary>Mean rows of the batches that some nodes took.</summary>
    public double BatchRows(IEnumerable<PhysicalNode> nodes)
    {
        var all = nodes.SelectMany(n => stations[n]).ToList();
        var batches = all.Sum(s => s.Work.Batches);
        return batches == 0 ? 0 : (double)all.Sum(s => s.RowsIn) / batches;
    }

    /// <summary>The hottest keys of some nodes.</summary>
    public IReadOnlyList<HotKey> HotKeys(IEnumerable<PhysicalNode> nodes)
    {
        // The same rows may pass several nodes.
        return [.. nodes.SelectMany(OfLanes).GroupBy(k => k.Key)
            .Select(g => new HotKey(g.Key, g.Max(k => k.Share))).OrderByDescending(k => k.Share).ThenBy(k => k.Key, StringComparer.Ordinal).Take(HotKeysShown)];
    }

    /// <summary>The hottest keys of one node, each with its share of the rows of all lanes.</summary>
    IEnumerable<HotKey> OfLanes(PhysicalNode node)
    {
        var own = stations[node].Where(s => s.HotKeys is not null && s.RowsIn > 0).ToList();
        var rows = own.Sum(s => s.RowsIn);
        return own.SelectMany(s => s.HotKeys!.Top(HotKeysShown).Select(k => k with { Share = k.Share * s.RowsIn / rows })).GroupBy(k => k.Key).Select(g => new HotKey(g.Key, g.Sum(k => k.Share)));
    }

    OperatorStatus Operator(PhysicalNode node, long total)
    {
        var own = stations[node].ToList();
        var owner = ownerOf(node);
        var ticks = Ticks(node);
        Frontier? watermark = node.Logical.Times.IsEmpty || own.Count == 0 ? null : own.Aggregate(Frontier.End, (f, s) => Frontier.Min(f, s.Frontier));
        return new(node.Id, node.Owner, node.Logical.Name, node.Logical.Details, [.. node.Inputs.Select(i => Through(i.Node).Id)], own.Sum(s => s.RowsIn),
            own.Count == 0 ? 0 : Enumerable.Range(0, 3).Max(p => own.Sum(s => s.RowsOut(p))), own.Sum(s => s.Work.Batches), clock.GetElapsedTime(0, ticks), total == 0 ? 0 : (double)ticks / total,
            node.Logical.Mode == ChangeMode.Retract, watermark, node.Logical.StateBound, own.Sum(s => s.StateRows), own.Sum(s => s.MostStateRows), owner.Bytes, owner.MostBytes, HotKeys([node]));
    }

    static PhysicalNode Through(PhysicalNode node) => node.Scope == Scope.Join ? node.Inputs[0].Node : node;
}
