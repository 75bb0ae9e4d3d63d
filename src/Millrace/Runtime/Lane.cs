using Millrace.Data;
using Millrace.Quality;
using Millrace.Operators;
using Millrace.State;
using Millrace.State.Spilling;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>What all lanes of a run see of it.</summary>
sealed class RunSignals
{
    long _epoch, _tick, _now = long.MinValue;
    volatile bool _isStopping, _hasEnded, _isHeld;

    /// <summary>The last barrier that was asked for.</summary>
    public long Epoch
    {
        get => Volatile.Read(ref _epoch);
        set => Volatile.Write(ref _epoch, value);
    }

    /// <summary>The clock when that barrier was asked for.</summary>
    public Timestamp EpochTime { get; set; }

    /// <summary>Grows with each tick of the clock.</summary>
    public long Tick
    {
        get => Volatile.Read(ref _tick);
        set => Volatile.Write(ref _tick, value);
    }

    /// <summary>The last tick of the clock that operators are told of; rows until the next one have its time.</summary>
    public Timestamp Now
    {
        get => new(Volatile.Read(ref _now));
        set => Volatile.Write(ref _now, value.Microseconds);
    }

    /// <summary>Wakes the coordinator.</summary>
    public ILaneSignal? Coordinator { get; set; }

    /// <summary>Whether lanes save their state at that barrier.</summary>
    public bool SavesState { get; set; }

    /// <summary>Sources are read no longer.</summary>
    public bool IsStopping
    {
        get => _isStopping;
        set => _isStopping = value;
    }

    /// <summary>Sources are not read for now: a commit waits for a sink.</summary>
    public bool IsHeld
    {
        get => _isHeld;
        set => _isHeld = value;
    }

    /// <summary>Lanes end.</summary>
    public bool HasEnded
    {
        get => _hasEnded;
        set => _hasEnded = value;
    }
}

/// <summary>What one lane hands over at a barrier.</summary>
/// <param name="Batches">For each reader what its collector kept.</param>
/// <param name="Frontiers">For each reader how far time has come; null where this lane says nothing of it for now.</param>
/// <param name="Idle">As <paramref name="Frontiers"/> for lanes that are idle: how far it had come.</param>
/// <param name="Positions">How far each partition is in the results.</param>
/// <param name="Aside">Dead letters and late rows.</param>
/// <param name="Spilled">For each reader what its collector had no room for in memory.</param>
/// <param name="State">What has changed of the state, valid until the next barrier.</param>
sealed record Cut(List<Batch>[] Batches, Frontier?[] Frontiers, Frontier[] Idle, List<SourcePosition> Positions, List<(TableDefinition Table, List<Batch> Batches)> Aside,
    SpilledRows?[] Spilled, ReadOnlyMemory<byte> State = default)
{
    /// <summary>For each source what the lane had counted of its rows.</summary>
    public List<(string Source, long[] Figures)> Counted { get; } = [];

    public void Release()
    {
        foreach (var batches in Batches)
            foreach (var batch in batches) batch.Release();
        foreach (var (_, batches) in Aside)
            foreach (var batch in batches) batch.Release();
        foreach (var rows in Spilled) rows?.Release();
    }
}

/// <summary>A lane: owns partitions of sources and a share of the key groups, and runs chains of operators by direct calls. One thread steps it at a time.</summary>
/// <remarks>
/// Each step does one thing, the deepest first, so that full queues drain before anything is added to them: an operator that has more to say goes on, a message
/// of the deepest queue is served, a barrier moves on, a source gives a batch. A barrier stops the lane's sources until it has passed all stages of the lane: that
/// takes as long as the batches which the other lanes are at, and makes alignment a matter of whole stages rather than of single edges.
/// </remarks>
sealed class Lane : IDisposable
{
    /// <summary>Some 30 microseconds in all.</summary>
    const int Spins = 30, SpinLength = 30;

    /// <summary>Some hundred microseconds.</summary>
    const int StepsPerLook = 8;

    /// <summary>Freed at once, so much is worth a collection.</summary>
    const long CollectBytes = 32 << 20;

    static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(10), s_long = TimeSpan.FromSeconds(1);

    readonly RunSignals _run;
    readonly MemoryAccountant _memory;
    readonly Action<int, Cut> _arrive;
    int _nextSource, _nextQueue;
    long _activity, _tick, _doneEpoch;
    Timestamp _now = Timestamp.MinValue;
    bool _isHeldBack;
    volatile bool _sourcesEnded;

    readonly StateSaver _saver = new();
    long _charged; // for its buffer
    bool _isInBarrier;
    long _epoch;
    int _stage, _station;
    List<SourcePosition> _positions = [];

    public Lane(int index, RunSignals run, MemoryAccountant memory, SetAsideRows aside, WorkClock clock, Action<int, Cut> arrive) =>
        (Index, _run, _memory, Aside, Clock, _arrive) = (index, run, memory, aside, clock, arrive);

    public int Index { get; }
    public LaneSignal Signal { get; } = new();
    public PendingStations Pending { get; } = new();
    public SetAsideRows Aside { get; }
    public WorkClock Clock { get; }

    /// <summary>By stage, inputs before what reads them.</summary>
    public required Station[][] Stations { get; init; }
    /// <summary>Those that are told of every tick, inputs before what reads them.</summary>
    public required Station[] Clocked { get; init; }
    /// <summary>Those that keep what they have to say to many readers for a while, inputs before what reads them.</summary>
    public Station[] FanningOut { get; set; } = [];
    /// <summary>By stage of what feeds them.</summary>
    public required ExchangeSender[][] Senders { get; set; }
    /// <summary>By stage of what they feed.</summary>
    public required ExchangeQueue[][] Queues { get; set; }
    /// <summary>By reader.</summary>
    public required Collector[] Collectors { get; init; }
    public required LaneSource[] Sources { get; set; }
    /// <summary>The operators whose state can go to disk, with what it is charged to.</summary>
    public (ISpills State, MemoryOwner Owner)[] Spilling { get; set; } = [];
    /// <summary>Where it goes.</summary>
    public required SpillFolder Spill { get; init; }
    /// <summary>What cleaning counts, by source.</summary>
    public QualityCounters[] Counters { get; set; } = [];
    /// <summary>The stations with state, inputs before what reads them, with the names of their states and of their places among those that share it.</summary>
    public (Station Station, UInt128 State, string Place)[] Named { get; set; } = [];

    /// <summary>Grows with everything that the lane does, barriers apart.</summary>
    public long Activity => Volatile.Read(ref _activity);

    /// <summary>Whether all its sources have ended.</summary>
    public bool SourcesEnded => _sourcesEnded;

    /// <summary>Does one thing.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Step()
    {
        if (ServeTick() || ServeClock() || Pending.Stage >= 0 && Pending.Resume())
        {
            _activity++;
            return true;
        }
        if (ServeQueues() || ServeBarrier()) return true;
        if (!ServeSources() && !Flush()) return false;
        _activity++;
        return true;
    }

    bool ServeTick()
    {
        var tick = _run.Tick;
        if (tick == _tick || _isInBarrier || Pending.Stage >= 0) return false;
        _tick = tick;
        var moved = false;
        foreach (var source in Sources) moved |= source.Tick(_isHeldBack);
        return moved;
    }

    // Told in the order of the plan, so that a row's time and the frontier behind it are of one tick.
    bool ServeClock()
    {
        if (Clocked.Length == 0 || _isInBarrier || Pending.Stage >= 0 || _run.Now is var now && now <= _now) return false;
        if (Flush()) return true;
        _now = now;
        foreach (var station in Clocked) station.OnTick(now);
        foreach (var collector in Collectors)
            if (collector.HasRows) return true;
        return false;
    }

    // Queues of a stage take turns: time moves on only when all of them speak, so none may wait for another to fall silent.
    bool ServeQueues()
    {
        for (var stage = Queues.Length - 1; stage > Pending.Stage && stage > 0; stage--)
        {
            var queues = Queues[stage];
            for (var i = 0; i < queues.Length; i++)
            {
                if (++_nextQueue >= queues.Length) _nextQueue = 0;
                if (!queues[_nextQueue].IsBlocked && queues[_nextQueue].Serve()) return true;
            }
        }
        return false;
    }

    bool ServeBarrier()
    {
        var did = false;
        if (!_isInBarrier)
        {
            if (Pending.Stage >= 0 || _run.Epoch == _doneEpoch) return false;
            BeginBarrier();
            did = true;
        }
        for (; _stage < Stations.Length; _stage++, _station = 0)
        {
            foreach (var queue in Queues[_stage])
                if (!queue.IsAtBarrier) return did;
            while (_station < Stations[_stage].Length)
            {
                if (Pending.Stage >= 0) return did;
                var station = Stations[_stage][_station++];
                station.OnTick(_run.EpochTime);
                station.OnBarrier(_epoch);
                did = true;
            }
            if (Pending.Stage >= 0) return did;
            foreach (var sender in Senders[_stage]) sender.OnBarrier(_epoch);
        }
        EndBarrier();
        return true;
    }

    void BeginBarrier()
    {
        (_isInBarrier, _epoch, _stage, _station) = (true, _run.Epoch, 0, 0);
        _positions = [];
        foreach (var source in Sources)
            foreach (var feed in source.Feeds)
                if (feed.HasBegun) _positions.Add(feed.Save());
    }

    void EndBarrier()
    {
        _isInBarrier = false;
        _doneEpoch = _epoch;
        foreach (var queues in Queues)
            foreach (var queue in queues) queue.IsAtBarrier = false;
        var cut = new Cut(new List<Batch>[Collectors.Length], new Frontier?[Collectors.Length], new Frontier[Collectors.Length], _positions, Aside.Take(), new SpilledRows?[Collectors.Length], SaveState());
        for (var i = 0; i < Collectors.Length; i++)
        {
            var collector = Collectors[i];
            cut.Batches[i] = collector.Take([]);
            cut.Frontiers[i] = collector.IsIdle ? null : collector.Frontier;
            cut.Idle[i] = collector.Frontier;
            cut.Spilled[i] = collector.TakeSpilled();
        }
        foreach (var counters in Counters) cut.Counted.Add((counters.Source, counters.OfLane(Index).Figures()));
        foreach (var source in Sources)
            foreach (var feed in source.Feeds) feed.TakeOffHeld(cut.Counted.Find(c => c.Source == feed.Source.Definition.Name).Figures);
        SpillState();
        _arrive(Index, cut);
    }

    // Here all state is whole and saved, and nothing waits to be told.
    void SpillState()
    {
        if (!Array.Exists(Spilling, s => Spill.IsDue(s.Owner))) return;
        _memory.Trim();
        var before = _memory.UsedBytes;
        foreach (var (state, owner) in Spilling)
            if (Spill.IsDue(owner)) state.Spill();
        // What is freed is a few large arrays, and the system is to have them back now.
        if (before - _memory.UsedBytes > CollectBytes) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
    }

    ReadOnlyMemory<byte> SaveState()
    {
        if (!_run.SavesState) return default;
        _saver.Begin();
        foreach (var (station, state, place) in Named) station.Save(state, place, _saver);
        _saver.EndSection();
        ChargeSaver(_saver.Capacity);
        return _saver.Written;
    }

    void ChargeSaver(long bytes)
    {
        _memory.Owner("checkpoints").Charge(bytes - _charged);
        _charged = bytes;
    }

    bool ServeSources()
    {
        if (_isInBarrier || _run.Epoch != _doneEpoch) return false; // over in a moment: nobody is held back by it
        _isHeldBack = true;
        if (Pending.Stage >= 0 || _run.IsStopping || _run.IsHeld || _memory.IsTight) return false;
        _isHeldBack = false;
        var open = false;
        for (var i = 0; i < Sources.Length; i++)
        {
            var source = Sources[(_nextSource + i) % Sources.Length];
            if (source.HasEnded) continue;
            open = true;
            if (source.Join.IsBlocked || source.Source.IsWaiting)
            {
                _isHeldBack = true;
                continue;
            }
            if (source.Choose() is not { } feed)
            {
                if (source.HasMoved) return true;
                continue;
            }
            var before = Clock.Enter(feed.Head.Work);
            source.Deliver(feed);
            Clock.Leave(before);
            _nextSource = (_nextSource + i + 1) % Sources.Length;
            return true;
        }
        if (!open && !_sourcesEnded)
        {
            _sourcesEnded = true;
            _run.Coordinator?.Wake();
        }
        return false;
    }

    bool Flush()
    {
        if (Pending.Stage >= 0) return false;
        foreach (var station in FanningOut)
            if (station.Flush()) return true;
        return false;
    }

    /// <summary>Steps until the run has ended.</summary>
    /// <param name="failure">Takes what goes wrong.</param>
    /// <param name="placement">Where the lanes of the run work.</param>
    public void Run(FailureBox failure, LanePlacement placement)
    {
        try
        {
            var isAwake = false;
            var steps = 0;
            var spins = Array.Exists(Queues, static q => q.Length > 0);
            while (!_run.HasEnded)
            {
                if (Step())
                {
                    isAwake = true;
                    if (steps++ % StepsPerLook == 0) placement.Work(Index);
                    continue;
                }
                if (isAwake && spins && SpinUntilStep()) continue;
                isAwake = false;
                Signal.Prepare();
                if (Step())
                {
                    Signal.Cancel();
                    continue;
                }
                if (_run.HasEnded) return;
                placement.Rest(Index);
                Signal.Sleep(NeedsPoll ? s_poll : s_long);
            }
        }
        catch (Exception e)
        {
            failure.Set(e);
        }
    }

    /// <summary>Where lanes work for one another more comes mostly within microseconds: sooner than a thread falls asleep and is woken, perhaps on a processor that is busy.</summary>
    bool SpinUntilStep()
    {
        for (var i = 0; i < Spins && !_run.HasEnded; i++)
        {
            Thread.SpinWait(SpinLength);
            if (Step()) return true;
        }
        return false;
    }

    bool NeedsPoll
    {
        get
        {
            foreach (var source in Sources)
                if (!source.HasEnded && source.NeedsPoll) return true;
            return false;
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"lane {Index}: {(_isInBarrier ? $"at stage {_stage} of barrier {_epoch}" : $"past barrier {_doneEpoch}")}, pending stage {Pending.Stage}, sources {(_sourcesEnded ? "ended" : "open")}"
        + $" [{string.Join(", ", Sources.SelectMany(s => s.Feeds).Select(f => $"{f.Partition.Name} {f.State} {f.Frontier.Closed}"))}]";

    /// <summary>Gives back everything, when no thread steps any more.</summary>
    public void Dispose()
    {
        foreach (var source in Sources)
            foreach (var feed in source.Feeds) feed.Dispose();
        foreach (var queues in Queues)
            foreach (var queue in queues) queue.Clear();
        foreach (var senders in Senders)
            foreach (var sender in senders) sender.Dispose();
        foreach (var collector in Collectors) collector.Clear();
        foreach (var stations in Stations)
            foreach (var station in stations) station.Dispose();
        ChargeSaver(0);
        Aside.Dispose();
        Signal.Dispose();
    }
}
