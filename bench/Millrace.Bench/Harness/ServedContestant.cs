using System.Diagnostics;
using System.Text.Json;

namespace Millrace.Bench.Harness;

/// <summary>A process that stays and does its work each time it is told to, so that sides can take turns without starting anew.</summary>
/// <remarks>
/// It prints a line <c>{"ready": ...}</c>, then answers each line <c>run</c> on its input with a <see cref="Lap"/> as a line of JSON. The
/// clock is its own, around the work alone.
/// </remarks>
sealed class ServedContestant : IContestant
{
    readonly Process _process;

    ServedContestant(string name, string program, IEnumerable<string> arguments)
    {
        Name = name;
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        using var ready = JsonDocument.Parse(ReadLine());
        Version = ready.RootElement.GetProperty("ready").GetString()!;
    }

    /// <summary>A side that this program serves itself, held to one core.</summary>
    public static ServedContestant OnOneCore(string name, Benchmark benchmark, string side) =>
        // The last core: interrupts and other people's work prefer the first.
        new(name, "taskset", ["-c", $"{Environment.ProcessorCount - 1}", Environment.ProcessPath!, Environment.GetCommandLineArgs()[0], "serve", benchmark.Name, side]);

    /// <summary>A side that this program serves itself, on all cores.</summary>
    public static ServedContestant OnAllCores(string name, Benchmark benchmark, string side) =>
        new(name, Environment.ProcessPath!, [Environment.GetCommandLineArgs()[0], "serve", benchmark.Name, side]);

    /// <summary>A peer that a script for Node.js serves.</summary>
    public static ServedContestant Node(string name, Workshop workshop, string script) => new(name, "node", [workshop.Peer(script), workshop.Cache]);

    /// <summary>DuckDB, on as many threads as said.</summary>
    public static ServedContestant DuckDb(Workshop workshop, string question, int threads) =>
        new("DuckDB", "node", [workshop.Peer("duckdb.mjs"), question, $"{threads}", workshop.Cache]);

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>What it says it is.</summary>
    public string Version { get; }

    /// <inheritdoc/>
    public long PeakMemoryBytes => ProcessMemory.PeakBytes(_process.Id) ?? 0;

    /// <inheritdoc/>
    public Lap Run() => Run("");

    /// <summary>Does one of several works.</summary>
    public Lap Run(string question)
    {
        _process.StandardInput.WriteLine($"run {question}".TrimEnd());
        _process.StandardInput.Flush();
        return Lap.FromJson(ReadLine());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10))) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    // Its error output is the terminal's, so why it ended can be read above the message.
    string ReadLine() => _process.StandardOutput.ReadLine() ?? throw new BenchmarkException($"{Name} has ended early.");
}
