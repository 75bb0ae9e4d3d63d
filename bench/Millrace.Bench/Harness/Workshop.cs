using System.Diagnostics;

namespace Millrace.Bench.Harness;

/// <summary>Where things are, and how those that are missing get there.</summary>
sealed class Workshop
{
    /// <summary>Rows of the generated columns.</summary>
    public const int SalesRows = 10_000_000;

    /// <summary>Rows of the generated text files.</summary>
    public const int SalesTextRows = 2_000_000;

    /// <summary>Data rows of the online shop's file.</summary>
    public const int OnlineRetailRows = 541_909;

    /// <summary>Finds the project's folder and makes the cache.</summary>
    public Workshop(RunChoices choices)
    {
        Choices = choices;
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "millrace.slnx"))) folder = folder.Parent;
        Root = folder?.FullName ?? throw new BenchmarkException("millrace.slnx is in no folder above the program: run it through ./bench/run.");
        Cache = Path.Combine(Root, ".cache", "bench");
        Shared = Environment.GetEnvironmentVariable("MILLRACE_SHARED") is { Length: > 0 } shared ? shared : Path.GetFullPath(Path.Combine(Root, "..", "shared"));
        Directory.CreateDirectory(Cache);
    }

    /// <summary>What the command line says.</summary>
    public RunChoices Choices { get; }

    /// <summary>Laps that count.</summary>
    public int Rounds => Choices.Rounds;

    /// <summary>The project.</summary>
    public string Root { get; }

    /// <summary>Generated data and installed peers; may be deleted at any time.</summary>
    public string Cache { get; }

    /// <summary>Data that is not the project's own.</summary>
    public string Shared { get; }

    /// <summary>A script of a peer.</summary>
    public string Peer(string file) => Path.Combine(Root, "bench", "peers", file);

    /// <summary>A file of the shared data.</summary>
    public string SharedFile(params string[] path)
    {
        var file = Path.Combine([Shared, .. path]);
        return Path.Exists(file) ? file : throw new BenchmarkException(
            $"{Path.Combine(path)} is missing in the shared data. It is looked for in the folder that MILLRACE_SHARED names, else in ../shared beside the project ({Shared}).");
    }

    /// <summary>Installs a peer where it is missing: numpy, pandas, sklearn, duckdb or cassandra-driver.</summary>
    public void Install(string peer) => Execute(Peer("install.sh"), peer, Cache);

    /// <summary>The generated sales: columns of ten million rows, two million of them as text files too.</summary>
    /// <param name="file">Which file.</param>
    public string Sales(string file)
    {
        var done = Path.Combine(Cache, "sales.done");
        if (!File.Exists(done))
        {
            Install("numpy");
            Console.Error.WriteLine("generating sales ...");
            Execute("/usr/bin/python3", SharedFile("bench", "gen_sales.py"), Cache, $"{SalesRows}", $"{SalesTextRows}");
            File.WriteAllText(done, "");
        }
        return Path.Combine(Cache, file);
    }

    /// <summary>The category of each of the 4,000 products, as CSV.</summary>
    public string Dimension()
    {
        var file = Path.Combine(Cache, "dim.csv");
        if (!File.Exists(file)) File.WriteAllLines(file, Enumerable.Range(0, 4000).Select(static p => $"{p},{p % 40}").Prepend("product,category"));
        return file;
    }

    /// <summary>The online shop's file as it is.</summary>
    public string OnlineRetail() => SharedFile("data", "sales", "online_retail.csv.gz");

    /// <summary>Ten years of the online shop, as plain CSV.</summary>
    public string TenYears()
    {
        var file = Path.Combine(Cache, "online_retail_10.csv");
        if (!File.Exists(file))
        {
            Console.Error.WriteLine("generating ten years ...");
            Execute("/usr/bin/python3", Peer("ten_years.py"), OnlineRetail(), file);
        }
        return file;
    }

    /// <summary>Runs a command that prepares or checks something; fails with its output if it fails.</summary>
    public static void Execute(string program, params IEnumerable<string> arguments) => Run(program, arguments);

    /// <summary>Runs a command and takes what it prints; shows what it says on its error output.</summary>
    public static string Output(string program, params IEnumerable<string> arguments)
    {
        var (output, errors) = Run(program, arguments);
        Console.Error.Write(errors);
        return output;
    }

    static (string Output, string Errors) Run(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new BenchmarkException($"{Path.GetFileName(program)} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}:\n{output.Result}{errors.Result}");
        return (output.Result, errors.Result);
    }
}
