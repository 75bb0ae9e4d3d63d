using System.Collections.Immutable;

namespace Millrace.Planning;

/// <summary>Which sources are read before others: tables that are looked up before the rows that are looked up in them, which would only wait.</summary>
/// <remarks>Only sources that end are waited for, and no source waits for itself, by way of others neither.</remarks>
static class ReadingOrder
{
    /// <summary>For each source that waits those that it waits for.</summary>
    public static ILookup<SourceDefinition, SourceDefinition> Of(ImmutableArray<PhysicalNode> nodes)
    {
        var pairs = new List<(SourceDefinition Later, SourceDefinition First)>();
        foreach (var node in nodes)
            for (var input = 0; input < node.Inputs.Length; input++)
            {
                if (!node.Logical.ReadsFirst(input)) continue;
                foreach (var first in node.Inputs[input].Node.Sources)
                    foreach (var later in node.Inputs.Where((_, i) => i != input).SelectMany(e => e.Node.Sources))
                        if (first.IsBounded && !pairs.Contains((later, first)) && !Waits(first, later)) pairs.Add((later, first));
            }
        return pairs.ToLookup(p => p.Later, p => p.First);

        bool Waits(SourceDefinition source, SourceDefinition other) =>
            ReferenceEquals(source, other) || pairs.Any(p => ReferenceEquals(p.Later, source) && Waits(p.First, other));
    }
}
