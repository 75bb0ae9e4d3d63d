using System.Runtime.CompilerServices;
using Millrace.Data;

namespace Millrace.Operators.Sessions;

/// <summary>Lists of sessions in blocks of one cache line, all in one array; a list is known by the place of its last session, 0 where it is empty.</summary>
/// <remarks>The first number of a block is the place where its list goes on. A block that is taken is the next to be given out.</remarks>
sealed class SessionBlocks(MemoryOwner owner) : IDisposable
{
    const int Length = 16;

    int[] _blocks = [];
    int _last = Length; // the first block is none
    int _free; // blocks that were given back, linked

    /// <summary>Adds a session to a list.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ref int end, int session)
    {
        if ((end + 1 & Length - 1) <= 1) Begin(ref end); // empty, or its block is full
        _blocks[++end] = session;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Begin(ref int end)
    {
        var block = _free;
        if (block != 0) _free = _blocks[block];
        else
        {
            block = _last;
            _last += Length;
            if (_last > _blocks.Length)
            {
                var length = Math.Max(64 * Length, _blocks.Length * 2);
                owner.Charge(4L * (length - _blocks.Length));
                Array.Resize(ref _blocks, length);
            }
        }
        _blocks[block] = end;
        end = block;
    }

    /// <summary>Takes the last block of a list, if it has any.</summary>
    /// <param name="end">The list.</param>
    /// <param name="sessions">Its sessions; they stand until something is added.</param>
    public bool TryTake(ref int end, out ReadOnlySpan<int> sessions)
    {
        sessions = [];
        if (end == 0) return false;
        var block = end & -Length;
        sessions = _blocks.AsSpan(block + 1, end - block);
        end = _blocks[block];
        _blocks[block] = _free;
        _free = block;
        return true;
    }

    public void Dispose()
    {
        owner.Charge(-4L * _blocks.Length);
        _blocks = [];
    }
}
