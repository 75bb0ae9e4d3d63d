using System.Net;

namespace Millrace.Server.Security;

/// <summary>Which Host and Origin headers are the server's own.</summary>
/// <remarks>
/// A page of another site can make a browser resolve that site's name to this machine (DNS rebinding) and would then be of one origin with us; its
/// requests still name the other site as Host. Ports are not compared with ours: a tunnel may change them; an Origin must have the Host's.
/// </remarks>
/// <param name="host">What the server was told to bind to.</param>
/// <param name="address">The address it was.</param>
/// <param name="allowOrigin">Another origin that may read, or null.</param>
sealed class HostRules(string host, IPAddress address, string? allowOrigin)
{
    readonly bool _isAny = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    /// <summary>Whether a Host header names this server.</summary>
    public bool IsOwnHost(string header)
    {
        if (!Uri.TryCreate("http://" + header, UriKind.Absolute, out var uri) || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0) return false;
        var name = uri.IdnHost;
        if (name.Equals(host, StringComparison.OrdinalIgnoreCase)) return true;
        if (IPAddress.TryParse(name, out var literal)) return _isAny || literal.Equals(address) || IPAddress.IsLoopback(literal) && IPAddress.IsLoopback(address);
        var isLocal = name.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        return isLocal && (_isAny || IPAddress.IsLoopback(address)) || _isAny && name.Equals(Dns.GetHostName(), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether an Origin header is this server's, given the Host that came with it, or the one that is allowed.</summary>
    public bool IsOwnOrigin(string origin, string header) =>
        origin.Equals("http://" + header, StringComparison.OrdinalIgnoreCase) || origin.Equals("https://" + header, StringComparison.OrdinalIgnoreCase)
        || allowOrigin is not null && origin.Equals(allowOrigin.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);
}
