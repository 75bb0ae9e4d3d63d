using System.Numerics;
using System.Runtime.InteropServices;

namespace Millrace.Runtime;

/// <summary>Keeps the lanes of a run on processors of their own while they work.</summary>
/// <remarks>
/// Linux likes to put threads that wake one another on one processor, and takes up to a tenth of a second until it moves one of them to another that has nothing to do: two lanes
/// then are slower than one. A lane that finds another one where it works itself moves to a processor where none does. It is only put there, not bound: right afterwards the system
/// may move it as it likes. On other systems nothing happens.
/// </remarks>
sealed partial class LanePlacement
{
    const int Words = 16; // 1,024 processors
    const int Nowhere = -1;

    /// <summary>A lane moves no more often than that.</summary>
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);

    readonly TimeProvider _clock;
    readonly int[] _at; // by lane: the processor where it works, or Nowhere
    readonly long[] _moved; // by lane: when it did
    readonly ulong[] _allowed = new ulong[Words];
    readonly bool _moves;

    /// <summary>Creates the placement of a run.</summary>
    /// <param name="lanes">Its lanes.</param>
    /// <param name="clock">Says when a lane may move again.</param>
    public LanePlacement(int lanes, TimeProvider clock)
    {
        (_clock, _at, _moved) = (clock, new int[lanes], new long[lanes]);
        _at.AsSpan().Fill(Nowhere);
        _moves = lanes > 1 && OperatingSystem.IsLinux() && GetAffinity(0, Words * sizeof(ulong), _allowed) == 0 && _allowed.Sum(BitOperations.PopCount) >= lanes;
    }

    /// <summary>A lane works: it moves where another works on the same processor. Called by its thread, now and then.</summary>
    public void Work(int lane)
    {
        if (!_moves) return;
        var own = GetProcessor();
        if (_at[lane] != own) Volatile.Write(ref _at[lane], own);
        for (var other = 0; other < lane; other++)
            if (Volatile.Read(ref _at[other]) == own)
            {
                Move(lane);
                return;
            }
    }

    /// <summary>A lane has nothing to do.</summary>
    public void Rest(int lane) => Volatile.Write(ref _at[lane], Nowhere);

    void Move(int lane)
    {
        var now = _clock.GetTimestamp();
        if (_clock.GetElapsedTime(_moved[lane], now) < s_pause) return;
        _moved[lane] = now;
        for (var processor = 0; processor < Words * 64; processor++)
        {
            if ((_allowed[processor >> 6] >> processor & 1) == 0 || _at.AsSpan().Contains(processor)) continue;
            var only = new ulong[Words];
            only[processor >> 6] = 1UL << processor;
            if (SetAffinity(0, Words * sizeof(ulong), only) == 0) SetAffinity(0, Words * sizeof(ulong), _allowed);
            Volatile.Write(ref _at[lane], processor);
            return;
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nint bytes, [Out] ulong[] mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint bytes, [In] ulong[] mask);

    [LibraryImport("libc", EntryPoint = "sched_getcpu"), SuppressGCTransition]
    private static partial int GetProcessor();
}
