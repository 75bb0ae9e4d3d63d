using System.Diagnostics;

namespace Millrace.Bench.Harness;

/// <summary>A command that is run anew for each lap; its start is part of its time.</summary>
sealed class CommandContestant(string name, long rows, long bytes, string program, IReadOnlyList<string> arguments) : IContestant
{
    long _peakBytes;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public long PeakMemoryBytes => _peakBytes;

    /// <summary>Called before each lap, off the clock: takes away what the lap before has left.</summary>
    public Action Prepare { get; init; } = () => { };

    /// <summary>Called after each lap, off the clock: fails where the result is not what it must be.</summary>
    public Action Check { get; init; } = () => { };

    /// <summary>What it printed in the last lap.</summary>
    public string Output { get; private set; } = "";

    /// <inheritdoc/>
    public Lap Run()
    {
        Prepare();
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        // The kernel's own high-water mark: looking at it now and then loses only the last moments before the exit.
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(20))) _peakBytes = Math.Max(_peakBytes, ProcessMemory.PeakBytes(process.Id) ?? 0);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (process.ExitCode != 0) throw new BenchmarkException($"{name} ended with {process.ExitCode}:\n{output.Result}{errors.Result}");
        Output = output.Result;
        Check();
        return new Lap { Seconds = seconds, Rows = rows, Bytes = bytes };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
