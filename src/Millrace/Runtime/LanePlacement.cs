using System.Numerics;
using System.Runtime.InteropServices;

namespace Millrace.Runtime;

/// <summary>Lets the lanes of a run begin on processors of their own.</summary>
/// <remarks>
/// Linux likes to start threads that wake one another on one processor, and takes up to a tenth of a second until it moves one of them to another that has nothing to do: two lanes
/// then are no faster than one. A lane is only put somewhere, not bound: right afterwards the system may move it as it likes. Elsewhere nothing happens.
/// </remarks>
static partial class LanePlacement
{
    const int Words = 16; // 1,024 processors

    /// <summary>Moves the thread that calls to the processor of a lane, if there are enough.</summary>
    public static void Begin(int lane)
    {
        if (!OperatingSystem.IsLinux()) return;
        var allowed = new ulong[Words];
        if (GetAffinity(0, Words * sizeof(ulong), allowed) != 0) return;
        if (lane >= allowed.Sum(BitOperations.PopCount)) return;
        var own = new ulong[Words];
        var processor = 0;
        for (var before = lane; ; processor++)
            if ((allowed[processor >> 6] >> processor & 1) != 0 && before-- == 0) break;
        own[processor >> 6] = 1UL << processor;
        if (SetAffinity(0, Words * sizeof(ulong), own) == 0) SetAffinity(0, Words * sizeof(ulong), allowed);
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nint bytes, [Out] ulong[] mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint bytes, [In] ulong[] mask);
}
