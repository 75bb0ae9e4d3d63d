using System.Globalization;

namespace Millrace.Bench.Harness;

/// <summary>What Linux says about a process.</summary>
static class ProcessMemory
{
    /// <summary>The most resident memory that a process had at any time (VmHWM), or null if it has ended.</summary>
    public static long? PeakBytes(int process)
    {
        try
        {
            foreach (var line in File.ReadLines($"/proc/{process}/status"))
                if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                    return long.Parse(line.AsSpan(6, line.Length - 6 - " kB".Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            // It ended while it was looked at.
        }
        return null;
    }
}
