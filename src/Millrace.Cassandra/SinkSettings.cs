using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Millrace.Cassandra.Cql;
using Millrace.Connectors;

namespace Millrace.Cassandra;

/// <summary>The options of a sink, read and checked.</summary>
sealed partial record SinkSettings
{
    public required CqlSettings Cluster { get; init; }
    public required string Keyspace { get; init; }
    public required string Table { get; init; }

    /// <summary>How to create the keyspace, as CQL; null = it must be there.</summary>
    public string? Replication { get; init; }

    public IReadOnlyList<KeyPart> PartitionKey { get; init; } = [];

    /// <summary>null = the key columns that are not in the partition key.</summary>
    public IReadOnlyList<KeyPart>? ClusteringKey { get; init; }

    /// <summary>The key's columns, where the sink names them.</summary>
    public IReadOnlyList<string>? Key { get; init; }

    public string? NullKey { get; init; }

    /// <summary>Seconds; 0 = for ever.</summary>
    public int TimeToLive { get; init; }

    public Consistency Consistency { get; init; } = Consistency.LocalQuorum;
    public int MaxInFlight { get; init; } = 1024;
    public int BatchBytes { get; init; } = 4096;

    /// <summary>Of conditional writes: within the data center, where writes are.</summary>
    public Consistency Serial => Consistency is Consistency.LocalQuorum or Consistency.LocalOne ? Consistency.LocalSerial : Consistency.Serial;

    /// <summary>Reads the options.</summary>
    /// <exception cref="ConnectorException">One is out of range, or a file cannot be read.</exception>
    public static SinkSettings Read(SinkContext context)
    {
        var options = context.Options;
        var ttl = options.Duration("ttl", TimeSpan.Zero);
        if (ttl < TimeSpan.Zero || ttl > TimeSpan.FromSeconds(630_720_000)) throw Wrong("ttl", "a duration up to 20 years");
        if (options.TextOrNull("ttl") is not null && ttl < TimeSpan.FromSeconds(1)) throw Wrong("ttl", "at least 1 second");
        var table = options.Text("table", context.Name);
        if (!Name().IsMatch(table)) throw new ConnectorException(Fault.User, $"'{table}' cannot be the name of a table in Cassandra: letters, digits and _ are allowed, 48 at most. Name another: table = '...'.");
        var keyspace = options.Text("keyspace", "");
        if (!Name().IsMatch(keyspace)) throw new ConnectorException(Fault.User, $"keyspace = '{keyspace}': letters, digits and _ are allowed, 48 at most.");
        return new()
        {
            Cluster = ReadCluster(context),
            Keyspace = keyspace,
            Table = table,
            Replication = options.TextOrNull("replication") is { } replication ? ReadReplication(replication) : null,
            PartitionKey = KeyPart.ParseList("partition_key", options.Text("partition_key", "")),
            ClusteringKey = options.TextOrNull("clustering_key") is { } clustering ? KeyPart.ParseList("clustering_key", clustering) : null,
            Key = options.TextOrNull("key")?.Split(',', StringSplitOptions.TrimEntries),
            NullKey = options.TextOrNull("null_key"),
            TimeToLive = (int)ttl.TotalSeconds,
            Consistency = Consistencies.Parse(options.Text("consistency", "LOCAL_QUORUM")),
            MaxInFlight = Number("max_in_flight", 1024, 1, 4096),
            BatchBytes = Number("batch_bytes", 4096, 0, 1 << 20),
        };

        int Number(string name, int fallback, int least, int most) =>
            options.Integer(name, fallback) is var number && number >= least && number <= most ? (int)number : throw Wrong(name, $"{least} to {most}");
        ConnectorException Wrong(string name, string expected) => new(Fault.User, $"{name} = '{options.Text(name, "")}': expected {expected}.");
    }

    static CqlSettings ReadCluster(SinkContext context)
    {
        var options = context.Options;
        string? File(string name) => options.TextOrNull(name) is { } path ? Path.Combine(context.BaseDirectory, path) : null;
        int Number(string name, int fallback, int least, int most) => options.Integer(name, fallback) is var number && number >= least && number <= most
            ? (int)number
            : throw new ConnectorException(Fault.User, $"{name} = '{number}': expected {least} to {most}.");
        var hosts = options.Text("hosts", "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (hosts.Length == 0) throw new ConnectorException(Fault.User, "hosts names no host.");
        var timeout = options.Duration("timeout", TimeSpan.FromSeconds(12));
        if (timeout < TimeSpan.FromSeconds(1) || timeout > TimeSpan.FromHours(1)) throw new ConnectorException(Fault.User, $"timeout = '{options.Text("timeout", "")}': expected 1 second to 1 hour.");
        if (options.TextOrNull("user") is null != options.TextOrNull("password") is null) throw new ConnectorException(Fault.User, "user and password belong together: one of them is not given.");
        return new()
        {
            Hosts = hosts,
            Port = Number("port", 9042, 1, 65535),
            DataCenter = options.TextOrNull("datacenter"),
            Login = options.TextOrNull("user") is { } user ? (user, options.Text("password", "")) : null,
            Tls = options.Boolean("tls", false) ? ReadTls(File("tls_ca"), options.Boolean("tls_check_name", true), File("tls_cert"), File("tls_key")) : null,
            Timeout = timeout,
            Connections = Number("connections", 2, 1, 16),
            HighestVersion = options.Text("protocol", "auto") is var version && version == "auto" ? (byte)5 : byte.Parse(version, System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    static CqlTls ReadTls(string? authority, bool checksName, string? certificate, string? key)
    {
        try
        {
            X509Certificate2Collection? trusted = null;
            if (authority is not null)
            {
                trusted = [];
                trusted.ImportFromPemFile(authority);
                if (trusted.Count == 0) throw new ConnectorException(Fault.User, $"'{authority}' holds no certificate in PEM.");
            }
            return new(trusted, checksName, certificate is null ? null : X509Certificate2.CreateFromPemFile(certificate, key ?? certificate));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConnectorException(Fault.User, $"a certificate or key for tls cannot be read: {e.Message}", e);
        }
    }

    static string ReadReplication(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries).Select(p => p.Split(':', StringSplitOptions.TrimEntries)).ToList();
        if (parts is [[var once]] && IsNumber(once)) return $"{{'class': 'SimpleStrategy', 'replication_factor': {once}}}";
        if (parts.All(p => p.Length == 2 && DataCenter().IsMatch(p[0]) && IsNumber(p[1])))
            return $"{{'class': 'NetworkTopologyStrategy', {string.Join(", ", parts.Select(p => $"'{p[0]}': {p[1]}"))}}}";
        throw new ConnectorException(Fault.User, $"replication = '{text}': expected a number such as '3', or one for each data center such as 'dc1: 3, dc2: 2'.");

        static bool IsNumber(string text) => byte.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number > 0;
    }

    [GeneratedRegex(@"^\w{1,48}$", RegexOptions.ECMAScript)]
    private static partial Regex Name();

    [GeneratedRegex(@"^[\w.-]+$", RegexOptions.ECMAScript)]
    private static partial Regex DataCenter();
}
