namespace Millrace.Cassandra.Cql;

/// <summary>How many replicas must have answered before a request counts as done.</summary>
enum Consistency : ushort
{
    Any = 0,
    One = 1,
    Two = 2,
    Three = 3,
    Quorum = 4,
    All = 5,
    LocalQuorum = 6,
    EachQuorum = 7,
    Serial = 8,
    LocalSerial = 9,
    LocalOne = 10,
}

/// <summary>Names of consistencies as CQL writes them.</summary>
static class Consistencies
{
    static readonly string[] s_names = ["ANY", "ONE", "TWO", "THREE", "QUORUM", "ALL", "LOCAL_QUORUM", "EACH_QUORUM", "SERIAL", "LOCAL_SERIAL", "LOCAL_ONE"];

    /// <summary>The name; an unknown one is told by its number.</summary>
    public static string Name(this Consistency consistency) => (int)consistency < s_names.Length ? s_names[(int)consistency] : $"consistency {(int)consistency}";

    /// <summary>The consistency of a name.</summary>
    public static Consistency Parse(string name) => (Consistency)Array.IndexOf(s_names, name);
}
