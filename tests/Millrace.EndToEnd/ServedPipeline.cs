using System.Globalization;
using System.Text.Json;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd;

/// <summary>The real program that serves a pipeline, in a folder of its own.</summary>
sealed class ServedPipeline : IAsyncDisposable
{
    readonly DirectoryInfo _folder;
    readonly MillraceProcess _process;

    ServedPipeline(DirectoryInfo folder, MillraceProcess process, Uri address)
    {
        (_folder, _process, Address) = (folder, process, address);
        Http = new() { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
    }

    /// <summary>Where its page is.</summary>
    public Uri Address { get; }

    /// <summary>Speaks with it.</summary>
    public HttpClient Http { get; }

    /// <summary>Runs the demo as a user does.</summary>
    public static Task<ServedPipeline> DemoAsync() => StartAsync(_ => { }, "demo", "--port", "0");

    /// <summary>Runs a SQL text beside a file of orders.</summary>
    public static Task<ServedPipeline> RunAsync(string sql, string orders) => StartAsync(folder =>
    {
        File.WriteAllText(Path.Combine(folder, "orders.csv"), orders);
        File.WriteAllText(Path.Combine(folder, "orders.sql"), sql);
    }, "run", "orders.sql", "--port", "0");

    static async Task<ServedPipeline> StartAsync(Action<string> fill, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("millrace-page-");
        fill(folder.FullName);
        var process = MillraceProcess.Start(folder.FullName, arguments);
        try
        {
            var line = await process.LineWithAsync(" runs at ");
            return new(folder, process, new(line.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal))));
        }
        catch
        {
            process.Dispose();
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>One answer of the API.</summary>
    public async Task<JsonElement> GetAsync(string path) => JsonElement.Parse(await Http.GetStringAsync(new Uri(path, UriKind.Relative)));

    /// <summary>The sum of the samples of a metric.</summary>
    public async Task<double> MetricAsync(string name)
    {
        var text = await Http.GetStringAsync(new Uri("metrics", UriKind.Relative));
        return text.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is ' ' or '{')
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until so many commits more are done.</summary>
    public async Task CommitsAsync(int more)
    {
        var goal = await MetricAsync("millrace_version") + more;
        await Until.TrueAsync(async () => await MetricAsync("millrace_version") >= goal, $"version {goal} is committed");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _process.Signal("TERM");
        await _process.EndAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
