using System.Diagnostics;
using System.Globalization;
using Millrace.EndToEnd.Robustness;
using Npgsql;

namespace Millrace.EndToEnd.Servers;

/// <summary>A PostgreSQL server of its own for some tests, started by tests/servers/postgres: it can be killed, frozen and started again, and ends with the tests' process.</summary>
public sealed class PostgresInstance : IAsyncLifetime
{
    public const string User = "millrace", Password = "mill race";

    readonly string _folder = Directory.CreateTempSubdirectory("millrace-postgres-").FullName;
    readonly string[] _settings;
    NpgsqlDataSource? _source;
    string? _missing;

    /// <summary>One that decodes changes too; it does not wait for the disk, which no test here takes away.</summary>
    public PostgresInstance() : this("fsync=off", "wal_level=logical")
    {
    }

    PostgresInstance(params string[] settings)
    {
        _settings = settings;
        Environment.SetEnvironmentVariable("MILLRACE_TEST_PASSWORD", Password);
    }

    public int Port { get; private set; }

    /// <summary>The database 'millrace', without a password.</summary>
    public string Url => $"postgres://{User}@127.0.0.1:{Port}/millrace";

    /// <summary>The options by which a connector finds it.</summary>
    public string Options => $"connector = 'postgres', url = '{Url}', password = SECRET MILLRACE_TEST_PASSWORD";

    public async ValueTask InitializeAsync()
    {
        var (installed, _, said) = await RunAsync("install");
        if (installed != 0)
        {
            _missing = said;
            return;
        }
        await StartAsync();
    }

    /// <summary>Skips the test where there is no server to be had.</summary>
    public void Need() => Needs.That(_missing is null, $"PostgreSQL ({_missing?.Trim()})");

    /// <summary>Starts it, or starts it again with what it held.</summary>
    public async Task StartAsync()
    {
        var (code, output, said) = await RunAsync(["start", _folder, .. _settings]);
        Assert.True(code == 0, said);
        Port = int.Parse(output.Trim(), CultureInfo.InvariantCulture);
        _source ??= NpgsqlDataSource.Create($"Host=127.0.0.1;Port={Port};Username={User};Password={Password};Database=millrace;Timezone=UTC;Pooling=false;Timeout=60");
    }

    async Task<(int, string, string)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository, "tests", "servers", "postgres"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MILLRACE_PARENT"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
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

    int ServerProcess => int.Parse(File.ReadAllText(Path.Combine(_folder, "pid")), CultureInfo.InvariantCulture);

    /// <summary>Ends it at once, as a crash does.</summary>
    public void Kill()
    {
        var process = ServerProcess;
        Signal("KILL", [process]);
        // What is still ending would count as running.
        SpinWait.SpinUntil(() => HasEnded(process), TimeSpan.FromSeconds(30));
    }

    static bool HasEnded(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/status").Contains("State:\tZ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Stops all of its processes where they are.</summary>
    public void Freeze() => Signal("STOP", All());

    /// <summary>Lets them go on.</summary>
    public void Thaw() => Signal("CONT", All());

    /// <summary>The server and the processes that it has started.</summary>
    List<int> All() =>
    [
        ServerProcess,
        .. Directory.GetDirectories("/proc").Select(d => Path.GetFileName(d)).Where(n => int.TryParse(n, out _) && ParentOf(n) == ServerProcess).Select(n => int.Parse(n, CultureInfo.InvariantCulture)),
    ];

    static int ParentOf(string process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return -1; // it has just ended
        }
    }

    static void Signal(string name, List<int> processes)
    {
        using var kill = Process.Start("kill", ["-" + name, .. processes.Select(p => p.ToString(CultureInfo.InvariantCulture))]);
        kill.WaitForExit();
    }

    /// <summary>Runs statements.</summary>
    public void Run(string sql)
    {
        using var command = _source!.CreateCommand(sql);
        command.ExecuteNonQuery();
    }

    /// <summary>Rows of a query, each as its values' texts with bars between them.</summary>
    public List<string> Rows(string sql)
    {
        using var command = _source!.CreateCommand($"SELECT concat_ws('|', VARIADIC ARRAY(SELECT coalesce(v.value, 'NULL') FROM json_each_text(row_to_json(q)) AS v)) FROM ({sql}) AS q");
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(reader.GetString(0));
        return rows;
    }

    /// <summary>The one number that a query gives.</summary>
    public long Number(string sql)
    {
        using var command = _source!.CreateCommand(sql);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _source?.Dispose();
        if (_missing is null) await RunAsync("stop", _folder);
        Directory.Delete(_folder, recursive: true);
    }
}
