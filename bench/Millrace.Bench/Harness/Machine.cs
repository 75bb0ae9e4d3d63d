using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Text.RegularExpressions;

namespace Millrace.Bench.Harness;

/// <summary>Where it was measured.</summary>
static partial class Machine
{
    /// <summary>The processor's name.</summary>
    public static string Processor { get; } = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
        ?.Split(':', 2)[1].Trim() ?? "unknown processor";

    /// <summary>The processor's name as a folder's.</summary>
    public static string Slug { get; } = NotWord().Replace(Processor.ToLowerInvariant(), "-").Trim('-');

    /// <summary>One line that says all that matters.</summary>
    public static string Description { get; } =
        $"{Processor}, {Environment.ProcessorCount} cores, {(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128)}-bit vectors, "
        + $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GB, .NET {Environment.Version}, {Environment.OSVersion}";

    /// <summary>The commit that was measured, with a + where the tree has other changes.</summary>
    public static string Commit(string folder)
    {
        var start = new ProcessStartInfo("git", ["-C", folder, "describe", "--always", "--abbrev=10", "--dirty=+"]) { RedirectStandardOutput = true };
        using var git = Process.Start(start)!;
        return git.StandardOutput.ReadToEnd().Trim();
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotWord();
}
