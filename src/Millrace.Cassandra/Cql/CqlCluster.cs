using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Millrace.Cassandra.Cql;

/// <summary>A cluster as its clients see it: all nodes, which of them hold what, and requests that find their way to one that is up.</summary>
/// <remarks>
/// One connection apart from those for requests hears of nodes that come and go and of changes of the schema; when it breaks another node takes over. All nodes are spoken to in the version
/// of the protocol that the first one agreed to. Thread-safe.
/// </remarks>
sealed class CqlCluster : IDisposable
{
    const int MaxTries = 3;
    static readonly TimeSpan s_agreement = TimeSpan.FromSeconds(10), s_poll = TimeSpan.FromMilliseconds(100), s_settles = TimeSpan.FromSeconds(1);

    readonly CqlSettings _settings;
    readonly TimeProvider _clock;
    readonly Lock _lock = new();
    CqlNode[] _nodes = [];
    TokenRing _ring = new([], 1, false);
    CqlConnection? _control;
    string _keyspace = "";
    ITimer? _timer;
    bool _isRefreshing, _mustRefresh, _isDisposed;
    long _refreshAt;
    int _next;

    CqlCluster(CqlSettings settings, TimeProvider clock) => (_settings, _clock) = (settings, clock);

    /// <summary>The version of the protocol.</summary>
    public byte Version { get; private set; }

    /// <summary>The release of the node that was asked first, such as 2.1.0.</summary>
    public string Release { get; private set; } = "";

    /// <summary>The data center that is used.</summary>
    public string DataCenter { get; private set; } = "";

    /// <summary>The nodes.</summary>
    public IReadOnlyList<CqlNode> Nodes => Volatile.Read(ref _nodes);

    /// <summary>Called when tables of a keyspace change, or a keyspace: its name and the table's, or "".</summary>
    public Action<string, string>? OnSchemaChanged { get; set; }

    /// <summary>Warnings of the server, each told once for each request.</summary>
    public Action<string>? OnWarning { get; set; }

    /// <summary>Connects to the first of the hosts that answers, and learns of the others.</summary>
    /// <exception cref="CqlException">None does.</exception>
    public static async Task<CqlCluster> ConnectAsync(CqlSettings settings, TimeProvider clock)
    {
        var cluster = new CqlCluster(settings, clock);
        CqlException? last = null;
        foreach (var host in settings.Hosts)
        {
            var (name, port) = HostAndPort(host, settings.Port);
            IPAddress[] addresses = [];
            try
            {
                addresses = await Dns.GetHostAddressesAsync(name).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                last = new(CqlFailure.Disconnected, $"the host '{name}' is not known: {e.Message}", e);
            }
            foreach (var address in addresses)
            {
                try
                {
                    await cluster.BeginAsync(new(address, port), name).ConfigureAwait(false);
                    return cluster;
                }
                catch (CqlException e) when (e.Failure != CqlFailure.Unauthorized)
                {
                    last = e;
                    cluster._control?.Dispose();
                }
            }
        }
        cluster.Dispose();
        throw last ?? new(CqlFailure.Disconnected, "no host is given.");
    }

    /// <summary>Host and port of a text such as 'db1:9043' or '[::1]:9043'.</summary>
    internal static (string Host, int Port) HostAndPort(string text, int port)
    {
        var colon = text.LastIndexOf(':');
        // More than one colon without brackets is an address of version 6.
        if (colon > 0 && (text.IndexOf(':') == colon || text[colon - 1] == ']') && ushort.TryParse(text.AsSpan(colon + 1), CultureInfo.InvariantCulture, out var own)) (text, port) = (text[..colon], own);
        return (text.Trim('[', ']'), port);
    }

    async Task BeginAsync(IPEndPoint address, string host)
    {
        for (var version = _settings.HighestVersion; ; version--)
        {
            try
            {
                _control = await CqlConnection.OpenAsync(address, host, version, _settings, _clock, Hear).ConfigureAwait(false);
                Version = version;
                break;
            }
            catch (CqlException e) when (e is { Failure: CqlFailure.Protocol, Code: 0x000A or 0 } && version > 3)
            {
                // An older server: one version lower.
            }
        }
        await LearnAsync(_control, host).ConfigureAwait(false);
        await Task.WhenAll(_nodes.Where(n => n.IsLocal).Select(n => n.ConnectAsync(Version))).ConfigureAwait(false);
        if (_nodes.All(n => !n.IsUp)) throw _nodes.First(n => n.IsLocal).Problem ?? new(CqlFailure.Disconnected, $"{address} closed the connection.");
        _timer = _clock.CreateTimer(static cluster => ((CqlCluster)cluster!).Maintain(), this, s_poll, s_poll);
    }

    // Nodes

    /// <summary>Registers for events and reads which nodes there are.</summary>
    async Task LearnAsync(CqlConnection control, string host)
    {
        await control.CallAsync(to => Frames.Register(to, Version, "STATUS_CHANGE", "TOPOLOGY_CHANGE", "SCHEMA_CHANGE")).ConfigureAwait(false);
        await RefreshAsync(control, host).ConfigureAwait(false);
    }

    async Task RefreshAsync(CqlConnection control, string host)
    {
        var local = await RowsAsync(control, "SELECT * FROM system.local").ConfigureAwait(false);
        var peers = await RowsAsync(control, "SELECT * FROM system.peers").ConfigureAwait(false);
        if (local.Count == 0) throw CqlException.Protocol("system.local is empty.");
        if (DataCenter.Length == 0) (DataCenter, Release) = (_settings.DataCenter ?? local.Text(0, "data_center") ?? "", local.Text(0, "release_version") ?? "");
        var known = _nodes.ToDictionary(n => n.Address);
        var nodes = new List<CqlNode> { Node(control.Node, host, local, 0) };
        for (var i = 0; i < peers.Count; i++)
        {
            // A node that is not yet, or no longer, whole has no address or tokens.
            if (!IPAddress.TryParse(peers.Text(i, "rpc_address"), out var address) || peers.IndexOf("tokens") < 0) continue;
            if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)) address = IPAddress.Parse(peers.Text(i, "peer")!);
            nodes.Add(Node(new(address, control.Node.Port), address.ToString(), peers, i));
        }
        var replication = await ReplicationAsync(control).ConfigureAwait(false);
        lock (_lock)
        {
            if (_isDisposed) return;
            foreach (var gone in _nodes.Except(nodes)) gone.Dispose();
            _nodes = [.. nodes.Distinct()];
            _ring = new(_nodes, replication.Replication, replication.IsByDataCenter);
        }

        CqlNode Node(IPEndPoint address, string name, CqlRows rows, int row)
        {
            if (!known.TryGetValue(address, out var node)) known.Add(address, node = new(address, name, _settings, _clock));
            node.IsLocal = rows.Text(row, "data_center") == DataCenter;
            node.Tokens = [.. rows.Texts(row, "tokens").Select(t => long.TryParse(t, CultureInfo.InvariantCulture, out var token) ? token : 0)];
            return node;
        }
    }

    /// <summary>Learns how often a keyspace keeps its partitions; its replicas are then asked first.</summary>
    public async Task UseAsync(string keyspace)
    {
        _keyspace = keyspace;
        await RefreshAsync(_control ?? throw Down(), _control.Node.Address.ToString()).ConfigureAwait(false);
    }

    async Task<(int Replication, bool IsByDataCenter)> ReplicationAsync(CqlConnection control)
    {
        if (_keyspace.Length == 0) return (1, false);
        var name = _keyspace.Replace("'", "''", StringComparison.Ordinal);
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        if (HasOldSchema)
        {
            var old = await RowsAsync(control, $"SELECT strategy_class, strategy_options FROM system.schema_keyspaces WHERE keyspace_name = '{name}'").ConfigureAwait(false);
            if (old.Count == 0) return (1, false);
            using var json = System.Text.Json.JsonDocument.Parse(old.Text(0, "strategy_options") ?? "{}");
            foreach (var option in json.RootElement.EnumerateObject()) options[option.Name] = option.Value.ToString();
            return TokenRing.ReplicationOf(old.Text(0, "strategy_class")!, options, DataCenter);
        }
        var rows = await RowsAsync(control, $"SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = '{name}'").ConfigureAwait(false);
        if (rows.Count == 0) return (1, false);
        Read(rows, options);
        return TokenRing.ReplicationOf(options.GetValueOrDefault("class", ""), options, DataCenter);

        static void Read(CqlRows rows, Dictionary<string, string> options)
        {
            var reader = new CqlReader(rows.Bytes(0, 0, out _));
            for (var n = reader.Count(reader.Int(), 8); n > 0; n--)
            {
                var key = System.Text.Encoding.UTF8.GetString(reader.Bytes(out _));
                options[key] = System.Text.Encoding.UTF8.GetString(reader.Bytes(out _));
            }
        }
    }

    /// <summary>Whether the schema stands in tables of the keyspace system, as before release 3.0.</summary>
    public bool HasOldSchema => Release.StartsWith("2.", StringComparison.Ordinal) || Release.StartsWith("1.", StringComparison.Ordinal);

    void Hear(CqlEvent happened)
    {
        switch (happened)
        {
            case { Kind: "SCHEMA_CHANGE" }:
                OnSchemaChanged?.Invoke(happened.Keyspace, happened.Name);
                break;
            case { Kind: "STATUS_CHANGE", Change: "UP" }:
                // It is told before the node takes connections.
                Plan();
                foreach (var node in Nodes)
                    if (node.Address.Equals(happened.Node)) node.Hurry();
                break;
            case { Kind: "TOPOLOGY_CHANGE" }:
                Plan();
                break;
        }
    }

    void Plan()
    {
        lock (_lock) (_mustRefresh, _refreshAt) = (true, _clock.GetTimestamp());
    }

    void Maintain()
    {
        _control?.Sweep();
        foreach (var node in Nodes) node.Maintain(Version);
        lock (_lock)
        {
            var hasControl = _control is { IsOpen: true };
            if (_isDisposed || _isRefreshing || hasControl && (!_mustRefresh || _clock.GetElapsedTime(_refreshAt) < s_settles)) return;
            (_isRefreshing, _mustRefresh) = (true, false);
        }
        _ = RefreshNowAsync();
    }

    async Task RefreshNowAsync()
    {
        try
        {
            var control = _control;
            if (control is not { IsOpen: true })
            {
                if (Nodes.FirstOrDefault(n => n.IsUp && !n.Address.Equals(control?.Node)) is not { } node && (node = Nodes.FirstOrDefault(n => n.IsUp)) is null) return;
                control = await CqlConnection.OpenAsync(node.Address, node.Address.Address.ToString(), Version, _settings, _clock, Hear).ConfigureAwait(false);
                lock (_lock) _control = control;
                await LearnAsync(control, node.Address.Address.ToString()).ConfigureAwait(false);
                // What changed meanwhile nobody has told.
                OnSchemaChanged?.Invoke(_keyspace, "");
            }
            else await RefreshAsync(control, control.Node.Address.ToString()).ConfigureAwait(false);
        }
        catch (CqlException)
        {
            Plan();
        }
        finally
        {
            bool isUnwanted;
            lock (_lock) (_isRefreshing, isUnwanted) = (false, _isDisposed);
            if (isUnwanted) _control?.Dispose();
        }
    }

    /// <summary>A connection to a node for a token: the first of its replicas that is up, for further tries the next ones, then any other.</summary>
    /// <returns>null where none is up.</returns>
    public CqlConnection? Pick(long token, int attempt = 0)
    {
        foreach (var node in _ring.ReplicasOf(token))
            if (node.IsLocal && node.Pick() is { } connection && attempt-- == 0) return connection;
        return PickAny(attempt);
    }

    /// <summary>A connection to any node, another one each time.</summary>
    public CqlConnection? PickAny(int attempt = 0)
    {
        var nodes = Volatile.Read(ref _nodes);
        var first = (uint)Interlocked.Increment(ref _next) + (uint)Math.Max(attempt, 0);
        for (uint i = 0; i < nodes.Length; i++)
            if (nodes[(first + i) % (uint)nodes.Length] is { IsLocal: true } node && node.Pick() is { } connection) return connection;
        return null;
    }

    /// <summary>What is told where no node is up.</summary>
    public CqlException Down()
    {
        var local = Nodes.Where(n => n.IsLocal).ToList();
        return new(CqlFailure.Disconnected, local.Count == 0
            ? $"no node is in the data center '{DataCenter}'."
            : $"no node is reachable: {string.Join("; ", local.Select(n => n.Problem?.Message ?? $"{n.Address} is being connected to.").Distinct().Take(3))}");
    }

    // Requests

    /// <summary>Sends a statement to a node that is up; one that may be carried out twice is tried on others.</summary>
    /// <param name="cql">The statement.</param>
    /// <param name="parameters">Consistency and so on.</param>
    /// <param name="isIdempotent">Whether it may be carried out twice.</param>
    public Task<CqlRows> QueryAsync(string cql, QueryParameters parameters, bool isIdempotent = true) =>
        SendAsync(to => Frames.Query(to, Version, cql, parameters), isIdempotent);

    /// <summary>All rows of a query, page by page.</summary>
    public async IAsyncEnumerable<CqlRows> PagesAsync(string cql, QueryParameters parameters)
    {
        byte[]? paging = null;
        do
        {
            var page = await QueryAsync(cql, parameters with { PagingState = paging }).ConfigureAwait(false);
            paging = page.Metadata.PagingState;
            yield return page;
        }
        while (paging is not null);
    }

    /// <summary>Changes the schema, and waits until all nodes that are up agree on it.</summary>
    public async Task DefineAsync(string cql)
    {
        await QueryAsync(cql, new(Consistency.One), isIdempotent: false).ConfigureAwait(false);
        await AgreeAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until all nodes that are up have the same schema; 10 s at most, then it goes on all the same.</summary>
    public async Task AgreeAsync()
    {
        for (var began = _clock.GetTimestamp(); _clock.GetElapsedTime(began) < s_agreement; await Task.Delay(s_poll, _clock).ConfigureAwait(false))
        {
            var control = _control is { IsOpen: true } open ? open : PickAny() ?? throw Down();
            var local = await RowsAsync(control, "SELECT schema_version FROM system.local").ConfigureAwait(false);
            var peers = await RowsAsync(control, "SELECT * FROM system.peers").ConfigureAwait(false);
            var mine = local.Text(0, "schema_version");
            var agree = true;
            for (var i = 0; i < peers.Count; i++)
            {
                var isUp = IPAddress.TryParse(peers.Text(i, "rpc_address"), out var address) && Nodes.Any(n => n.IsUp && n.Address.Address.Equals(address));
                agree &= !isUp || peers.Text(i, "schema_version") == mine;
            }
            if (agree) return;
        }
    }

    /// <summary>What changes with every change of the schema that the asked node knows of.</summary>
    public async Task<string?> SchemaVersionAsync() =>
        (await RowsAsync(_control is { IsOpen: true } open ? open : PickAny() ?? throw Down(), "SELECT schema_version FROM system.local").ConfigureAwait(false)).Text(0, 0);

    /// <summary>Prepares a statement.</summary>
    public async Task<CqlStatement> PrepareAsync(string cql)
    {
        var answer = await AnswerAsync(to => Frames.Prepare(to, Version, cql), isIdempotent: true).ConfigureAwait(false);
        var reader = new CqlReader(answer.Body);
        if (answer.Header.Opcode != Opcode.Result || reader.Int() != 4) throw CqlException.Protocol("PREPARE has no prepared statement as its answer.");
        return CqlStatement.Read(ref reader, Version, cql);
    }

    /// <summary>Tells a node a statement that it does not know.</summary>
    public Task PrepareAgainAsync(CqlConnection connection, CqlStatement statement) => connection.CallAsync(to => Frames.Prepare(to, Version, statement.Cql));

    /// <summary>Carries out a prepared statement.</summary>
    public async Task<CqlRows> ExecuteAsync(CqlStatement statement, QueryParameters parameters, bool isIdempotent = true)
    {
        try
        {
            return await SendAsync(to => Frames.Execute(to, Version, statement, parameters), isIdempotent).ConfigureAwait(false);
        }
        catch (CqlException e) when (e.Failure == CqlFailure.Unprepared)
        {
            // As text, which every node understands.
            return await QueryAsync(statement.Cql, parameters, isIdempotent).ConfigureAwait(false);
        }
    }

    async Task<CqlRows> SendAsync(Action<CqlWriter> write, bool isIdempotent) => Rows(await AnswerAsync(write, isIdempotent).ConfigureAwait(false));

    async Task<CqlAnswer> AnswerAsync(Action<CqlWriter> write, bool isIdempotent)
    {
        for (var attempt = 0; ; attempt++)
        {
            var connection = PickAny(attempt) ?? throw Down();
            try
            {
                var answer = await connection.CallAsync(write).ConfigureAwait(false);
                foreach (var warning in answer.Warnings) OnWarning?.Invoke(warning);
                return answer;
            }
            catch (CqlException e) when (e.IsTransient && (isIdempotent || e.Failure == CqlFailure.NotNow) && attempt + 1 < MaxTries)
            {
                // Another node may be better off.
            }
        }
    }

    static async Task<CqlRows> RowsAsync(CqlConnection connection, string cql) =>
        Rows(await connection.CallAsync(to => Frames.Query(to, connection.Version, cql, new(Consistency.One))).ConfigureAwait(false));

    static CqlRows Rows(CqlAnswer answer)
    {
        if (answer.Header.Opcode != Opcode.Result) throw CqlException.Protocol($"a query is answered by {answer.Header.Opcode}.");
        var reader = new CqlReader(answer.Body);
        return reader.Int() == 2 ? CqlRows.Read(ref reader) : CqlRows.Empty;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock) _isDisposed = true;
        _timer?.Dispose();
        _control?.Dispose();
        foreach (var node in Nodes) node.Dispose();
    }
}
