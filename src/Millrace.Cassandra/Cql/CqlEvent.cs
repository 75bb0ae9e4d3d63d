using System.Net;

namespace Millrace.Cassandra.Cql;

/// <summary>What a server says unasked.</summary>
/// <param name="Kind">STATUS_CHANGE, TOPOLOGY_CHANGE or SCHEMA_CHANGE.</param>
/// <param name="Change">UP, DOWN, NEW_NODE, REMOVED_NODE, MOVED_NODE, CREATED, UPDATED or DROPPED.</param>
/// <param name="Node">Which node, unless it is about the schema.</param>
/// <param name="Keyspace">Of which keyspace the schema changed; "" otherwise.</param>
/// <param name="Name">Which table or type of it changed; "" = the keyspace itself.</param>
sealed record CqlEvent(string Kind, string Change, IPEndPoint? Node, string Keyspace, string Name)
{
    /// <summary>Reads the body of an EVENT.</summary>
    public static CqlEvent Read(CqlReader reader)
    {
        var kind = reader.String();
        var change = reader.String();
        if (kind != "SCHEMA_CHANGE") return new(kind, change, kind is "STATUS_CHANGE" or "TOPOLOGY_CHANGE" ? reader.Inet() : null, "", "");
        var target = reader.String();
        var keyspace = reader.String();
        return new(kind, change, null, keyspace, target == "KEYSPACE" ? "" : reader.String());
    }
}
