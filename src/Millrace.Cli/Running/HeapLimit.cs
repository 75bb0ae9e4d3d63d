namespace Millrace.Cli.Running;

/// <summary>Keeps the managed heap of this process near memory.limit.</summary>
/// <remarks>
/// The engine counts buffers and state. What it does not count (the program itself, arrays that grow while their old ones are not collected yet) has a quarter of the limit and 192 MB more; the collector works
/// harder as the heap comes near that, and past it the run ends with an error rather than by the system's hand.
/// </remarks>
static class HeapLimit
{
    const long FixedBytes = 192L << 20;

    /// <summary>Sets it for the rest of the process; where the machine has less, nothing changes.</summary>
    /// <param name="memoryLimitBytes">memory.limit; 0 = none was set.</param>
    public static void Set(long memoryLimitBytes)
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (memoryLimitBytes <= 0 || memoryLimitBytes >= available / 2) return;
        AppContext.SetData("GCHeapHardLimit", (ulong)(memoryLimitBytes / 4 * 5 + FixedBytes));
        GC.RefreshMemoryLimit();
    }
}
