using System.Net.Sockets;
using Millrace.Connectors;
using Npgsql;

namespace Millrace.Postgres;

/// <summary>Opens connections to a server, and says in words what went wrong there and whose fault it is.</summary>
/// <param name="url">Where it is.</param>
/// <param name="application">The name under which the server lists the connections.</param>
/// <param name="timeout">How long a statement may take.</param>
/// <param name="isPooled">Whether connections are used again; what holds a lock by its connection wants its own.</param>
sealed class PostgresServer(PostgresUrl url, string application, TimeSpan timeout, bool isPooled = false) : IDisposable
{
    readonly NpgsqlDataSource _source = Source(ConnectionString(url, application, timeout, isPooled));

    /// <summary>Its URL without the password.</summary>
    public string Name => url.ToString();

    public PostgresUrl Url => url;

    public TimeSpan Timeout => timeout;

    /// <summary>How a replication connection is made; it holds the password.</summary>
    public string ReplicationString { get; } = ConnectionString(url, application, timeout, isPooled: false);

    /// <summary>The options by which a connector finds its server.</summary>
    public static IReadOnlyList<OptionSpec> Options { get; } =
    [
        new("url", "secret", null, "The server: `postgres://user@host:5432/database`, with `?sslmode=require` or another mode of libpq where it must be encrypted.", Required: true),
        new("password", "secret", null, "The user's password; SECRET names where it stands."),
        new("timeout", "duration", "30 seconds", "How long a statement may take before the server counts as away, 1 second or more."),
    ];

    /// <summary>The server of a connector's options.</summary>
    public static PostgresServer Of(Options options, string application, bool isPooled = false)
    {
        var url = PostgresUrl.Parse(options.Text("url", ""));
        if (options.TextOrNull("password") is { } password) url = url with { Password = password };
        var timeout = options.Duration("timeout", TimeSpan.FromSeconds(30));
        if (timeout < TimeSpan.FromSeconds(1)) throw new ConnectorException(Fault.User, "timeout: expected 1 second or more.");
        return new(url, application, timeout, isPooled);
    }

    static string ConnectionString(PostgresUrl url, string application, TimeSpan timeout, bool isPooled) => new NpgsqlConnectionStringBuilder
    {
        Host = url.Host,
        Port = url.Port,
        Database = url.Database,
        Username = url.User,
        Password = url.Password,
        SslMode = url.SslMode,
        RootCertificate = url.RootCertificate,
        ApplicationName = application.Length <= 63 ? application : application[..63],
        Timezone = "UTC",
        Timeout = (int)Math.Ceiling(url.ConnectTimeout.TotalSeconds),
        CommandTimeout = (int)Math.Ceiling(timeout.TotalSeconds),
        CancellationTimeout = 2000,
        Pooling = isPooled,
        MaxPoolSize = 32,
        TcpKeepAlive = true,
        TcpKeepAliveTime = 10,
        TcpKeepAliveInterval = 5,
        IncludeErrorDetail = true,
    }.ToString();

    static NpgsqlDataSource Source(string connection)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(connection);
        builder.EnableTransportSecurity();
        // Values come and go as COPY writes them, and in few plain types.
        builder.ConfigureTypeLoading(static types => types.EnableTypeLoading(false));
        return builder.Build();
    }

    /// <summary>Opens a connection.</summary>
    /// <exception cref="ConnectorException">It cannot be had.</exception>
    public NpgsqlConnection Open()
    {
        try
        {
            return _source.OpenConnection();
        }
        catch (Exception e) when (IsOfServer(e))
        {
            throw Explain(e);
        }
    }

    /// <summary>Uses no connection again that is kept now.</summary>
    public void ForgetConnections() => _source.Clear();

    /// <summary>Whether an exception tells of the server or of the way there.</summary>
    public static bool IsOfServer(Exception e) => e is NpgsqlException or SocketException or IOException or TimeoutException;

    /// <summary>What went wrong in words.</summary>
    public ConnectorException Explain(Exception e) => e switch
    {
        PostgresException { SqlState: "28P01" or "28000" } p => new(Fault.User, $"{Name} lets '{url.User}' not in ({p.MessageText}). Check user and password.", e),
        PostgresException { SqlState: "3D000" } => new(Fault.User, $"{Name}: there is no database '{url.Database}'. Create it, or name another in url.", e),
        PostgresException { SqlState: "42501" } p => new(Fault.User, $"{Name}: {p.MessageText}. Give '{url.User}' the right to do so.", e),
        // Syntax, names and values: what is asked for is wrong for this database. Trying again does not help.
        PostgresException { SqlState: ['4', '2', ..] or ['2', '2', ..] } p => new(Fault.User, $"{Name}: {p.MessageText} ({p.SqlState}).", e),
        PostgresException p => new(Fault.External, $"{Name}: {p.MessageText} ({p.SqlState}).", e),
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => new(Fault.External, $"{Name} did not answer within {timeout.TotalSeconds:N0} s.", e),
        NpgsqlException { InnerException: { } inner } => new(Fault.External, $"{Name} cannot be reached ({inner.Message.TrimEnd('.')}).", e),
        // Without a password there is nothing to try.
        NpgsqlException when e.Message.Contains("No password", StringComparison.OrdinalIgnoreCase) => new(Fault.User, $"{Name} wants a password. Add password = SECRET name.", e),
        _ => new(Fault.External, $"{Name} cannot be reached ({e.Message.TrimEnd('.')}).", e),
    };

    public void Dispose() => _source.Dispose();
}
