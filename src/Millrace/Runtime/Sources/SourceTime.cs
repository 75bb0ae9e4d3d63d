using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>How far the partitions of one source have come, across lanes, and how time moves on when all of them are idle.</summary>
/// <remarks>Thread-safe.</remarks>
sealed class SourceTime(SourceDefinition source, TimeProvider clock)
{
    /// <summary>Time moves on in steps of so much, so that an idle pipeline is not busy with it.</summary>
    static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    readonly Lock _lock = new();
    Slot[] _slots = [];
    long[] _live = [];
    Frontier _joined = Frontier.Start;
    Frontier _base;
    long _idleSince;
    bool _isIdle;
    Frontier _moved = Frontier.Start;

    public void SetPartitions(IEnumerable<string> names)
    {
        lock (_lock)
        {
            _slots = [.. names.Select(n => new Slot(n))];
            _live = new long[_slots.Length];
            _live.AsSpan().Fill(long.MinValue);
        }
    }

    /// <summary>A lane says how far a partition has come, after each batch; the end of time where it holds nobody back.</summary>
    public void Publish(int slot, Timestamp closed)
    {
        Volatile.Write(ref _live[slot], closed.Microseconds);
        foreach (var lane in Lanes) lane.Wake(); // who is too far ahead waits for it
    }

    /// <summary>The lanes that read the source.</summary>
    public List<ILaneSignal> Lanes { get; } = [];

    /// <summary>How far the slowest partition has come that has begun and is not idle; <see cref="long.MinValue"/> where none has.</summary>
    public long Least
    {
        get
        {
            var least = long.MaxValue;
            for (var i = 0; i < _live.Length; i++)
            {
                var closed = Volatile.Read(ref _live[i]);
                if (closed != long.MinValue && closed < least) least = closed;
            }
            return least == long.MaxValue ? long.MinValue : least;
        }
    }

    /// <summary>A lane says how a partition is.</summary>
    public void Report(int slot, Frontier frontier, bool isIdle, bool hasEnded)
    {
        lock (_lock)
        {
            var own = _slots[slot];
            (own.Frontier, own.IsIdle, own.HasEnded) = (frontier, isIdle, hasEnded);
        }
    }

    /// <summary>Looks whether all are idle and if so moves time on.</summary>
    public void Tick()
    {
        lock (_lock)
        {
            var active = Frontier.End;
            var anyIdle = false;
            foreach (var slot in _slots)
            {
                if (slot.HasEnded) continue;
                if (slot.IsIdle) anyIdle = true;
                else active = Frontier.Min(active, slot.Frontier);
            }
            if (active != Frontier.End || !anyIdle)
            {
                _isIdle = false;
                if (active.Closed > _joined.Closed) _joined = active;
                return;
            }
            if (!_isIdle)
            {
                // All may have fallen silent between two looks: the furthest that any came is where time stands.
                (_isIdle, _idleSince) = (true, clock.GetTimestamp());
                foreach (var slot in _slots)
                    if (!slot.HasEnded && slot.Frontier.Closed > _joined.Closed) _joined = slot.Frontier;
                _base = _joined = _moved.Closed > _joined.Closed ? _moved : _joined;
            }
            var steps = clock.GetElapsedTime(_idleSince).Ticks / s_step.Ticks;
            if (!source.AdvanceWhenAllIdle || steps == 0 || _base == Frontier.Start) return;
            var elapsed = steps * (s_step.Ticks / TimeSpan.TicksPerMicrosecond);
            _moved = new(new(_base.Closed.Microseconds + elapsed), new(_base.Final.Microseconds + elapsed));
        }
    }

    /// <summary>Goes on from where the clock had moved time.</summary>
    public void Restore(Frontier moved)
    {
        lock (_lock) _moved = moved;
    }

    /// <summary>Moves time on to where a test says; the next tick tells it.</summary>
    public void MoveTo(Frontier frontier)
    {
        lock (_lock)
        {
            if (frontier.Closed <= _moved.Closed) return;
            (_moved, _isIdle) = (frontier, false);
        }
    }

    /// <summary>How far the clock has moved time; <see cref="Frontier.Start"/> where it has not.</summary>
    public Frontier Moved
    {
        get
        {
            lock (_lock) return _moved;
        }
    }

    /// <summary>The frontier of the source and the partition that holds it back, if there are several.</summary>
    public (Frontier Frontier, string? HeldBackBy) Now()
    {
        lock (_lock)
        {
            var least = Frontier.End;
            string? name = null;
            var anyIdle = false;
            foreach (var slot in _slots)
            {
                if (slot.IsIdle && !slot.HasEnded) anyIdle = true;
                if (slot.IsIdle || slot.HasEnded || slot.Frontier.Closed >= least.Closed && name is not null) continue;
                (least, name) = (slot.Frontier, slot.Name);
            }
            if (name is null) return (anyIdle ? _moved.Closed > _joined.Closed ? _moved : _joined : Frontier.End, null);
            if (_moved.Closed > least.Closed) least = _moved;
            return (least, _slots.Length > 1 ? name : null);
        }
    }

    sealed class Slot(string name)
    {
        public string Name { get; } = name;
        public Frontier Frontier = Frontier.Start;
        public bool IsIdle, HasEnded;
    }
}
