using Millrace.Data;
using Millrace.State;

namespace Millrace.Operators.Frames;

/// <summary>The row with the least or greatest value of a frame that moves forward: for each partition a queue of the rows that may still become it.</summary>
/// <remarks>
/// A row that enters drives out the rows before it that are no better, for they leave earlier; so the best always stands in front. A row enters and leaves once, whatever the
/// length of the frame. Links lie in arrays by slot.
/// </remarks>
sealed class SlidingExtreme(SlotColumn values, bool isGreatest, MemoryOwner owner) : IDisposable
{
    int[] _next = [], _before = []; // by slot: slot + 1
    int[] _first = [], _last = []; // by partition: slot + 1

    public void EnsureSlots(int count) => Grow(ref _next, ref _before, count);

    public void EnsureParts(int count) => Grow(ref _first, ref _last, count);

    void Grow(ref int[] a, ref int[] b, int count)
    {
        if (count <= a.Length) return;
        var length = Math.Max(count, Math.Max(16, a.Length * 2));
        owner.Charge(8L * (length - a.Length));
        Array.Resize(ref a, length);
        Array.Resize(ref b, length);
    }

    /// <summary>The row with the best value as slot + 1; 0 where no row has one.</summary>
    public int this[int number] => _first[number];

    /// <summary>Begins a partition anew.</summary>
    public void Reset(int number) => (_first[number], _last[number]) = (0, 0);

    /// <summary>A row enters the frame. NULL is no value.</summary>
    public void Enter(int number, int slot)
    {
        if (values.IsNull(slot)) return;
        var last = _last[number];
        while (last != 0 && !IsBetter(last - 1, slot)) last = _before[last - 1];
        (_before[slot], _next[slot]) = (last, 0);
        if (last == 0) _first[number] = slot + 1;
        else _next[last - 1] = slot + 1;
        _last[number] = slot + 1;
    }

    bool IsBetter(int a, int b) => isGreatest ? values.Compare(a, b) > 0 : values.Compare(a, b) < 0;

    /// <summary>The oldest row leaves the frame.</summary>
    public void Leave(int number, int slot)
    {
        if (_first[number] != slot + 1) return;
        _first[number] = _next[slot];
        if (_next[slot] == 0) _last[number] = 0;
        else _before[_next[slot] - 1] = 0;
    }

    public void Dispose()
    {
        owner.Charge(-8L * (_next.Length + _first.Length));
        (_next, _before, _first, _last) = ([], [], [], []);
    }
}
