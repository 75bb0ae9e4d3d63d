using System.Runtime.CompilerServices;
using Millrace.Data;

namespace Millrace.Operators.Matching;

/// <summary>Numbers by time. What comes in order of time, as most does, costs an array write; only stragglers go through a heap.</summary>
sealed class TimeQueue(MemoryOwner owner) : IDisposable
{
    readonly PriorityQueue<int, long> _stragglers = new();
    (long Time, int Value)[] _ring = [];
    int _head, _count;

    /// <summary>Adds a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(long time, int value)
    {
        if (_count > 0 && time < _ring[_head + _count - 1 & _ring.Length - 1].Time)
        {
            _stragglers.Enqueue(value, time);
            return;
        }
        if (_count == _ring.Length) Grow();
        _ring[_head + _count & _ring.Length - 1] = (time, value);
        _count++;
    }

    /// <summary>Takes the number of the least time, if that is less than a limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryTake(long limit, out long time, out int value)
    {
        if (_stragglers.TryPeek(out value, out time) && (_count == 0 || time < _ring[_head].Time))
        {
            if (time >= limit) return false;
            _stragglers.Dequeue();
            return true;
        }
        if (_count == 0)
        {
            (time, value) = (0, 0);
            return false;
        }
        (time, value) = _ring[_head];
        if (time >= limit) return false;
        _head = _head + 1 & _ring.Length - 1;
        _count--;
        return true;
    }

    void Grow()
    {
        var ring = new (long, int)[Math.Max(64, _ring.Length * 2)];
        owner.Charge(16L * (ring.Length - _ring.Length));
        for (var i = 0; i < _count; i++) ring[i] = _ring[_head + i & _ring.Length - 1];
        (_ring, _head) = (ring, 0);
    }

    public void Dispose()
    {
        owner.Charge(-16L * _ring.Length);
        _ring = [];
        _count = 0;
        _stragglers.Clear();
    }
}
