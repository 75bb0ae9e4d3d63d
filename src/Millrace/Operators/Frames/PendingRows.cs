using Millrace.Data;

namespace Millrace.Operators.Frames;

/// <summary>Rows that wait for their time, by slot: newly come ones as they came, older ones in sorted runs, so that taking what is due touches hardly more than that.</summary>
sealed class PendingRows(int runLength, MemoryOwner owner) : IDisposable
{
    readonly List<Run> _runs = [];
    readonly Stack<Run> _spare = new();
    long[] _times = new long[Math.Min(16, runLength)];
    int[] _slots = new int[Math.Min(16, runLength)];
    int _count;
    long _least = long.MaxValue; // of the newly come ones
    long _charged;

    /// <summary>As many rows as a run has, sorted; those before <see cref="Next"/> are taken.</summary>
    sealed class Run(int length)
    {
        public long[] Times = new long[length];
        public int[] Slots = new int[length];
        public int Next;
    }

    /// <summary>Adds a row.</summary>
    public void Add(int slot, long time)
    {
        if (_count == runLength) MakeRun();
        if (_count == _times.Length)
        {
            var length = Math.Min(runLength, _count * 2);
            Array.Resize(ref _times, length);
            Array.Resize(ref _slots, length);
        }
        (_times[_count], _slots[_count]) = (time, slot);
        _count++;
        _least = Math.Min(_least, time);
    }

    void MakeRun()
    {
        if (!_spare.TryPop(out var run))
        {
            run = new(runLength);
            owner.Charge(12L * runLength);
            _charged += 12L * runLength;
        }
        (run.Times, _times, run.Slots, _slots, run.Next) = (_times, run.Times, _slots, run.Slots, 0);
        Array.Sort(run.Times, run.Slots);
        _runs.Add(run);
        (_count, _least) = (0, long.MaxValue);
    }

    /// <summary>Takes the rows whose time lies before a limit, and all where it is the end of time; in no order.</summary>
    public void TakeBefore(long limit, DueRows due)
    {
        bool IsDue(long time) => time < limit || limit == long.MaxValue;
        foreach (var run in _runs)
            for (; run.Next < run.Times.Length && IsDue(run.Times[run.Next]); run.Next++) due.Add(run.Times[run.Next], run.Slots[run.Next]);
        for (var i = _runs.Count - 1; i >= 0; i--)
        {
            if (_runs[i].Next < _runs[i].Slots.Length) continue;
            _spare.Push(_runs[i]);
            _runs.RemoveAt(i);
        }
        if (_count == 0 || !IsDue(_least)) return;
        var kept = 0;
        _least = long.MaxValue;
        for (var i = 0; i < _count; i++)
        {
            if (IsDue(_times[i]))
            {
                due.Add(_times[i], _slots[i]);
                continue;
            }
            (_times[kept], _slots[kept]) = (_times[i], _slots[i]);
            kept++;
            _least = Math.Min(_least, _times[i]);
        }
        _count = kept;
    }

    /// <summary>The rows that wait, in no order.</summary>
    public IEnumerable<(long Time, int Slot)> All()
    {
        for (var i = 0; i < _count; i++) yield return (_times[i], _slots[i]);
        foreach (var run in _runs)
            for (var i = run.Next; i < run.Slots.Length; i++) yield return (run.Times[i], run.Slots[i]);
    }

    public void Dispose()
    {
        owner.Charge(-_charged);
        _charged = 0;
        _runs.Clear();
        _spare.Clear();
    }
}

/// <summary>Rows whose time has come, by slot, in the order of their times.</summary>
sealed class DueRows
{
    long[] _times = new long[16];
    int[] _slots = new int[16];

    /// <summary>Number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>The slot at a place.</summary>
    public int this[int place] => _slots[place];

    /// <summary>The time at a place.</summary>
    public long TimeOf(int place) => _times[place];

    public void Add(long time, int slot)
    {
        if (Count == _times.Length)
        {
            Array.Resize(ref _times, Count * 2);
            Array.Resize(ref _slots, Count * 2);
        }
        (_times[Count], _slots[Count]) = (time, slot);
        Count++;
    }

    /// <summary>Puts them in order of time; rows of one time as a comparison says.</summary>
    public void Sort(Comparison<int> compare)
    {
        Array.Sort(_times, _slots, 0, Count);
        for (var start = 0; start < Count;)
        {
            var end = start + 1;
            while (end < Count && _times[end] == _times[start]) end++;
            if (end - start > 1) _slots.AsSpan(start..end).Sort(compare);
            start = end;
        }
    }

    public void Clear() => Count = 0;
}
