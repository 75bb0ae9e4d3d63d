using System.Diagnostics;
using System.Globalization;
using Millrace.Cassandra.Cql;
using Millrace.EndToEnd.Robustness;

namespace Millrace.EndToEnd.Servers;

/// <summary>One node of Cassandra 2.1 for which users must log in, started by tests/servers/cassandra: it can be killed, frozen and started again, and ends with the tests' process.</summary>
public class CassandraInstance : IAsyncLifetime
{
    /// <summary>The user that Cassandra makes by itself.</summary>
    public const string User = "cassandra", Password = "cassandra";

    readonly string _folder = Directory.CreateTempSubdirectory("millrace-cassandra-").FullName;
    readonly string[] _options;
    string? _missing;
    CqlCluster? _cluster;
    int _names;

    /// <summary>One node with passwords.</summary>
    public CassandraInstance() : this("--password")
    {
    }

    private protected CassandraInstance(params string[] options) => _options = options;

    /// <summary>The nodes, with commas.</summary>
    public string Hosts { get; private set; } = "";

    public int Port { get; private set; }

    /// <summary>The certificate of a node that wants TLS.</summary>
    public string Certificate => Path.Combine(_folder, "server.pem");

    /// <summary>The options by which a connector finds it.</summary>
    public string Options => $"connector = 'cassandra', hosts = '{Hosts}', port = '{Port}'" + (_options.Contains("--password") ? $", user = '{User}', password = '{Password}'" : "");

    public async ValueTask InitializeAsync()
    {
        var (code, _, said) = await RunAsync("install");
        if (code != 0)
        {
            _missing = said;
            return;
        }
        (code, var output, said) = await RunAsync(["start", _folder, .. _options]);
        Assert.True(code == 0, said);
        (Hosts, Port) = (output.Trim().Split(' ')[0], int.Parse(output.Trim().Split(' ')[1], CultureInfo.InvariantCulture));
        if (_options.Contains("--tls")) return;
        // The first user is made some moments after the port is open.
        await Until.TrueAsync(async () =>
        {
            try
            {
                _cluster = await ConnectAsync();
                return true;
            }
            catch (CqlException)
            {
                return false;
            }
        }, "Cassandra lets its first user in");
        await RunAsync($"CREATE KEYSPACE tests WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': {Math.Min(3, Hosts.Split(',').Length)}}}", isSchema: true);
    }

    /// <summary>Skips the test where there is no server to be had.</summary>
    public void Need() => Needs.That(_missing is null, $"Cassandra ({_missing?.Trim()})");

    internal CqlSettings Settings => new() { Hosts = Hosts.Split(','), Port = Port, Login = _options.Contains("--password") ? (User, Password) : null };

    internal Task<CqlCluster> ConnectAsync() => CqlCluster.ConnectAsync(Settings, TimeProvider.System);

    /// <summary>A client that tests share.</summary>
    internal CqlCluster Cluster => _cluster!;

    /// <summary>A name for a table that no other test has.</summary>
    public string NewTable() => string.Create(CultureInfo.InvariantCulture, $"t{Interlocked.Increment(ref _names)}");

    /// <summary>Runs a statement.</summary>
    public Task RunAsync(string cql, bool isSchema) => isSchema ? _cluster!.DefineAsync(cql) : _cluster!.QueryAsync(cql, new(Consistency.Quorum));

    /// <summary>All rows of a query as texts with bars between the values, in the order of their texts.</summary>
    public async Task<List<string>> RowsAsync(string cql)
    {
        var rows = new List<string>();
        await foreach (var page in _cluster!.PagesAsync(cql, new(Consistency.Quorum) { PageSize = 5000 }))
            for (var i = 0; i < page.Count; i++) rows.Add(string.Join('|', page.Metadata.Columns.Select((_, c) => page.Text(i, c) ?? "NULL")));
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    int Process(int node) => int.Parse(File.ReadAllText(Path.Combine(_folder, $"node{node}", "pid")), CultureInfo.InvariantCulture);

    /// <summary>Ends a node (from 1) at once, as a crash does.</summary>
    public void Kill(int node) => Signal("KILL", node);

    /// <summary>Stops a node where it is.</summary>
    public void Freeze(int node = 1) => Signal("STOP", node);

    /// <summary>Lets it go on.</summary>
    public void Thaw(int node = 1) => Signal("CONT", node);

    void Signal(string name, int node)
    {
        using var kill = System.Diagnostics.Process.Start("kill", ["-" + name, Process(node).ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Starts a node again with what it held.</summary>
    public async Task StartAsync(int node)
    {
        var (code, _, said) = await RunAsync("node", _folder, node.ToString(CultureInfo.InvariantCulture));
        Assert.True(code == 0, said);
    }

    static async Task<(int, string, string)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository, "tests", "servers", "cassandra"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MILLRACE_PARENT"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        using var process = System.Diagnostics.Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }

    static string Repository
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "millrace.slnx"))) folder = Path.GetDirectoryName(folder)!;
            return folder;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _cluster?.Dispose();
        if (_missing is null) await RunAsync("stop", _folder);
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>One node that speaks TLS alone.</summary>
public sealed class EncryptedCassandra() : CassandraInstance("--password", "--tls");

/// <summary>Three nodes that keep each row three times.</summary>
public sealed class CassandraRing() : CassandraInstance("--nodes", "3");

/// <summary>Tests that share one node; they run one after the other, as some freeze it.</summary>
[CollectionDefinition(Name)]
public sealed class CassandraTests : ICollectionFixture<CassandraInstance>
{
    public const string Name = "Cassandra";
}
