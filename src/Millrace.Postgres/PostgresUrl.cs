using Millrace.Connectors;
using Npgsql;

namespace Millrace.Postgres;

/// <summary>Where a server is and who asks, as <c>postgres://user@host:5432/database?sslmode=require&amp;schema=sales</c> says it.</summary>
/// <remarks>Parts may be percent-encoded. Allowed behind the question mark: sslmode, sslrootcert, schema, connect_timeout (seconds). A password may stand in it; it is never shown.</remarks>
sealed record PostgresUrl
{
    /// <summary>Schemes that name a PostgreSQL server.</summary>
    public static bool IsOne(string text) => text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal);

    public required string Host { get; init; }
    public int Port { get; init; } = 5432;
    public required string Database { get; init; }
    public required string User { get; init; }
    public string? Password { get; init; }

    /// <summary>The schema that is asked for, or null.</summary>
    public string? Schema { get; init; }

    public SslMode SslMode { get; init; } = SslMode.Prefer;
    public string? RootCertificate { get; init; }
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Without the password.</summary>
    public override string ToString() => $"postgres://{User}@{Host}:{Port}/{Database}";

    /// <summary>Reads a URL; faults are the user's, and their messages leave the password out.</summary>
    /// <exception cref="ConnectorException">It is none.</exception>
    public static PostgresUrl Parse(string text)
    {
        ConnectorException Bad(string why) => new(Fault.User, $"The URL of the PostgreSQL server {why}. Expected is postgres://user@host:5432/database.");
        if (!IsOne(text) || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0) throw Bad("cannot be read");
        var (user, password) = uri.UserInfo.Split(':', 2) switch { [var u, var p] => (u, p), [var u] => (u, null), _ => ("", null) };
        if (user.Length == 0) throw Bad("names no user");
        if (uri.AbsolutePath.Length < 2) throw Bad("names no database");
        var url = new PostgresUrl
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]),
            User = Uri.UnescapeDataString(user),
            Password = password is null ? null : Uri.UnescapeDataString(password),
        };
        foreach (var part in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = part.Split('=', 2) is [var n, var v] ? (n, Uri.UnescapeDataString(v)) : (part, "");
            url = name switch
            {
                "schema" when value.Length > 0 => url with { Schema = value },
                "sslmode" => url with { SslMode = SslModeOf(value) ?? throw Bad($"has sslmode '{value}', and disable, prefer, require, verify-ca and verify-full are known") },
                "sslrootcert" => url with { RootCertificate = value },
                "connect_timeout" when int.TryParse(value, out var seconds) && seconds > 0 => url with { ConnectTimeout = TimeSpan.FromSeconds(seconds) },
                _ => throw Bad($"has '{name}', and schema, sslmode, sslrootcert and connect_timeout (seconds, above 0) are known"),
            };
        }
        return url;
    }

    static SslMode? SslModeOf(string value) => value switch
    {
        "disable" => SslMode.Disable,
        "prefer" => SslMode.Prefer,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => null,
    };
}
