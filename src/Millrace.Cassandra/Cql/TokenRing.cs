using System.Globalization;

namespace Millrace.Cassandra.Cql;

/// <summary>Which nodes hold which partitions: the tokens of all nodes in order, each the end of a range, and for a range its replicas.</summary>
/// <remarks>
/// Replicas are the next distinct nodes along the ring, in the data center that is used where the keyspace counts by data centers. Racks are not looked at: where they decide, a request
/// may go to a node that is no replica, which then passes it on.
/// </remarks>
sealed class TokenRing
{
    readonly long[] _tokens;
    readonly CqlNode[][] _replicas; // by range

    /// <summary>Puts the nodes in a ring.</summary>
    /// <param name="nodes">Nodes with their tokens.</param>
    /// <param name="replication">How often a partition is kept; by data center if one is named.</param>
    /// <param name="isByDataCenter">Whether that counts the nodes of one data center.</param>
    public TokenRing(IEnumerable<CqlNode> nodes, int replication, bool isByDataCenter)
    {
        var all = nodes.ToList();
        var ring = all.SelectMany(n => n.Tokens.Select(t => (Token: t, Node: n))).OrderBy(r => r.Token).ThenBy(r => r.Node.Address.ToString(), StringComparer.Ordinal).ToArray();
        _tokens = [.. ring.Select(r => r.Token)];
        _replicas = new CqlNode[ring.Length][];
        var distinct = Math.Min(replication, all.Count(n => !isByDataCenter || n.IsLocal));
        for (var i = 0; i < ring.Length; i++)
        {
            var replicas = new List<CqlNode>(distinct);
            for (var j = 0; j < ring.Length && replicas.Count < distinct; j++)
            {
                var node = ring[(i + j) % ring.Length].Node;
                if ((!isByDataCenter || node.IsLocal) && !replicas.Contains(node)) replicas.Add(node);
            }
            _replicas[i] = [.. replicas];
        }
    }

    /// <summary>The nodes that hold a token; empty where no node told its tokens.</summary>
    public ReadOnlySpan<CqlNode> ReplicasOf(long token)
    {
        if (_tokens.Length == 0) return [];
        var at = Array.BinarySearch(_tokens, token);
        if (at < 0) at = ~at;
        return _replicas[at == _tokens.Length ? 0 : at];
    }

    /// <summary>How often a keyspace keeps a partition.</summary>
    /// <param name="strategy">The class of its replication.</param>
    /// <param name="options">Its options: a number for the cluster or for each data center.</param>
    /// <param name="dataCenter">The data center that is used.</param>
    public static (int Replication, bool IsByDataCenter) ReplicationOf(string strategy, IReadOnlyDictionary<string, string> options, string dataCenter)
    {
        if (strategy.EndsWith("NetworkTopologyStrategy", StringComparison.Ordinal)) return (Number(options.GetValueOrDefault(dataCenter)), true);
        return strategy.EndsWith("SimpleStrategy", StringComparison.Ordinal) ? (Number(options.GetValueOrDefault("replication_factor")), false) : (1, false);

        // Newer servers write 3/1 for three replicas, one of them transient.
        static int Number(string? text) => int.TryParse(text?.Split('/')[0], CultureInfo.InvariantCulture, out var number) ? number : 1;
    }
}
