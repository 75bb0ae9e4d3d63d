using System.Diagnostics;
using System.Globalization;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Sketches;

/// <summary>A program that does the same tasks with another library, named by the variable MILLRACE_SKETCH_PEER.</summary>
/// <remarks>It reads the name of a task from a line, prepares it, does one lap, and writes the nanoseconds an operation took in it, or "none" if it does not know the task.</remarks>
sealed class SketchPeer : IDisposable
{
    /// <summary>The variable that names the program.</summary>
    public const string Variable = "MILLRACE_SKETCH_PEER";

    readonly Process _process;

    SketchPeer(Process process) => _process = process;

    /// <summary>The peer, if there is one.</summary>
    public static SketchPeer? Start()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } program) return null;
        if (!File.Exists(program)) throw new BenchmarkException($"{Variable} names {program}, which does not exist.");
        return new SketchPeer(Process.Start(new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true })!);
    }

    /// <summary>Nanoseconds an operation in a lap of the peer's; null if it does not know the task.</summary>
    public double? Lap(SketchTask task)
    {
        _process.StandardInput.WriteLine(task.Name);
        _process.StandardInput.Flush();
        var line = _process.StandardOutput.ReadLine() ?? throw new BenchmarkException($"The peer ended in the task \"{task.Name}\".");
        return line == "none" ? null : double.Parse(line, CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
