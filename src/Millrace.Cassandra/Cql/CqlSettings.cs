using System.Security.Cryptography.X509Certificates;

namespace Millrace.Cassandra.Cql;

/// <summary>How to reach a cluster.</summary>
sealed record CqlSettings
{
    /// <summary>Names or addresses of some nodes, each perhaps with a port; the others are learned from them.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>The port where a host has none of its own.</summary>
    public int Port { get; init; } = 9042;

    /// <summary>Name and password, or null.</summary>
    public (string User, string Password)? Login { get; init; }

    /// <summary>How to encrypt, or null: not at all.</summary>
    public CqlTls? Tls { get; init; }

    /// <summary>The data center whose nodes are used; null: that of the first node that answers.</summary>
    public string? DataCenter { get; init; }

    /// <summary>Connections to each node.</summary>
    public int Connections { get; init; } = 2;

    /// <summary>How long an answer is awaited.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>The highest protocol version that is offered, 3 to 5.</summary>
    public byte HighestVersion { get; init; } = 5;
}

/// <summary>How a connection is encrypted.</summary>
/// <param name="Authority">Whose signature the server's certificate must bear; null: the system's list.</param>
/// <param name="ChecksName">Whether the certificate must be for the host's name or address.</param>
/// <param name="Own">Our own certificate, where the server asks for one.</param>
sealed record CqlTls(X509Certificate2Collection? Authority, bool ChecksName, X509Certificate2? Own);
