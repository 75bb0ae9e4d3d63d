using System.Collections.Frozen;
using Confluent.Kafka;
using Millrace.Connectors;

namespace Millrace.Kafka;

/// <summary>How a client reaches its brokers: what a source and a sink have in common.</summary>
static class ClientSettings
{
    /// <summary>The options.</summary>
    public static IReadOnlyList<OptionSpec> Specs { get; } =
    [
        new("topic", "text", null, "The topic.", Required: true),
        new("brokers", "text", null, "Some of the cluster's brokers, host:port with commas; the others are found through them.", Required: true),
        new("broker.version", "text", null, "The version of brokers before 0.10, such as '0.9.0', which cannot be asked for it."),
        new("security", "plaintext|ssl|sasl_plaintext|sasl_ssl", "plaintext", "Whether the connection is encrypted (ssl) and whether Millrace logs in (sasl)."),
        new("ssl.ca", "path", null, "A PEM file with the certificates that the brokers' must be signed by; the system's unless given."),
        new("ssl.certificate", "path", null, "A PEM file with Millrace's own certificate, where brokers ask for one."),
        new("ssl.key", "path", null, "A PEM file with its private key."),
        new("ssl.key_password", "secret", null, "The password of the private key."),
        new("sasl.mechanism", "plain|scram-sha-256|scram-sha-512", "plain", "How to log in. With plain the password goes over the connection as it is: use it with ssl."),
        new("sasl.username", "text", null, "The name to log in with."),
        new("sasl.password", "secret", null, "The password to log in with."),
        new("connect_timeout", "duration", "15 seconds", "How long a start waits for an answer of the brokers."),
        new("kafka.*", "text", null, "A property of librdkafka as it is, such as kafka.client.rack = 'a'; it goes before what the connector sets itself."),
    ];

    static readonly FrozenSet<string> s_own = FrozenSet.Create("enable.auto.commit", "enable.auto.offset.store", "enable.partition.eof", "auto.offset.reset", "group.id", "bootstrap.servers", "metadata.broker.list",
        "transactional.id", "enable.idempotence", "acks", "request.required.acks", "compression.type", "compression.codec");

    /// <summary>The properties of a client.</summary>
    /// <param name="options">The options of a source or sink.</param>
    /// <param name="folder">What paths are relative to.</param>
    /// <param name="defaults">What the connector sets unless <c>kafka.*</c> says otherwise.</param>
    /// <exception cref="ConnectorException">An option contradicts another.</exception>
    public static Dictionary<string, string> Of(Options options, string folder, IEnumerable<(string Name, string Value)> defaults)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["bootstrap.servers"] = options.Text("brokers", ""), ["client.id"] = "millrace", ["socket.nagle.disable"] = "true" };
        foreach (var (name, value) in defaults) all[name] = value;
        if (options.TextOrNull("broker.version") is { } version) SetVersion(all, version);
        SetSecurity(all, options, folder);
        foreach (var (name, value) in options.Values)
        {
            if (!name.StartsWith("kafka.", StringComparison.Ordinal)) continue;
            var property = name["kafka.".Length..];
            if (s_own.Contains(property)) throw new ConnectorException(Fault.User, $"{name}: the connector sets this property itself, or by an option of its own.");
            all[property] = value;
        }
        return all;
    }

    /// <summary>Whether brokers are older than a version.</summary>
    public static bool IsBefore(Options options, int major, int minor) => options.TextOrNull("broker.version") is { } text && Parse(text) is { } version && version < new Version(major, minor);

    static Version? Parse(string text) => Version.TryParse(text, out var version) ? version : null;

    static void SetVersion(Dictionary<string, string> all, string text)
    {
        var version = Parse(text) ?? throw new ConnectorException(Fault.User, $"broker.version = '{text}': expected a version such as '0.9.0'.");
        // From 0.10 on brokers say what they can; asking an older one only costs its timeout.
        if (version >= new Version(0, 10)) return;
        all["api.version.request"] = "false";
        all["broker.version.fallback"] = text;
    }

    static void SetSecurity(Dictionary<string, string> all, Options options, string folder)
    {
        var security = options.Text("security", "plaintext");
        all["security.protocol"] = security;
        foreach (var (option, property) in (ReadOnlySpan<(string, string)>)[("ssl.ca", "ssl.ca.location"), ("ssl.certificate", "ssl.certificate.location"), ("ssl.key", "ssl.key.location")])
        {
            if (options.TextOrNull(option) is not { } path) continue;
            if (!security.EndsWith("ssl", StringComparison.Ordinal)) throw new ConnectorException(Fault.User, $"{option} needs security = 'ssl' or 'sasl_ssl'; it is '{security}'.");
            var full = Path.Combine(folder, path);
            if (!File.Exists(full)) throw new ConnectorException(Fault.User, $"{option}: there is no file '{full}'.");
            all[property] = full;
        }
        if (options.TextOrNull("ssl.key_password") is { } secret) all["ssl.key.password"] = secret;
        if (security.StartsWith("sasl", StringComparison.Ordinal))
        {
            if (options.TextOrNull("sasl.username") is not { } name || options.TextOrNull("sasl.password") is not { } password)
                throw new ConnectorException(Fault.User, $"security = '{security}' needs sasl.username and sasl.password.");
            all["sasl.mechanism"] = options.Text("sasl.mechanism", "plain").ToUpperInvariant();
            all["sasl.username"] = name;
            all["sasl.password"] = password;
        }
        else if (options.TextOrNull("sasl.username") is not null) throw new ConnectorException(Fault.User, $"sasl.username needs security = 'sasl_ssl' or 'sasl_plaintext'; it is '{security}'.");
    }
}
