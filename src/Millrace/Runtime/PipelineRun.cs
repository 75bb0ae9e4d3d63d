using System.Globalization;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>The running parts of a pipeline, without threads: lanes and the coordinator are stepped, by threads of their own or by a test in an order that it chooses.</summary>
/// <remarks>
/// The coordinator asks for a barrier when the commit interval has passed and something happened, commits what the lanes hand over, and ends the run: after the last
/// commit when all sources have ended or the run was stopped, at once when something failed.
/// </remarks>
sealed class PipelineRun
{
    /// <summary>Looks at a tight memory without any progress between them until the run is given up.</summary>
    const int TightLooksMax = 5;

    /// <summary>Time between two looks for idle partitions: short against any idle time-out, long enough that a pipeline without rows sleeps.</summary>
    static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    static readonly TimeSpan s_tickMax = TimeSpan.FromMilliseconds(100);

    /// <summary>Time between two ticks where operators are told of them (PROCTIME).</summary>
    static readonly TimeSpan s_tellMax = TimeSpan.FromMilliseconds(10);

    /// <summary>Timers come a little early or late; a commit that is due within so much is due.</summary>
    static readonly TimeSpan s_slack = TimeSpan.FromMilliseconds(2);

    readonly Lock _lock = new();
    readonly Committer _committer;
    readonly IReadOnlyList<SourceRun> _sources;
    readonly MemoryAccountant _memory;
    readonly TimeProvider _clock;
    readonly Cut?[] _cuts;
    int _arrived;
    bool _isInBarrier, _isLastBarrier, _isFinished;
    readonly bool _savesState;
    readonly Func<MemoryOwner, string> _describe;
    readonly CommitPace _pace;
    readonly bool _tellsTime;
    bool _hasTicked;
    long _lastBarrier, _lastLook;
    long _activity = -1;
    int _tightLooks;
    volatile bool _stopIsWanted, _commitIsWanted;

    public PipelineRun(Func<Action<int, Cut>, Lane[]> build, RunSignals signals, Committer committer, IReadOnlyList<SourceRun> sources, MemoryAccountant memory, TimeProvider clock,
        FailureBox failure, LaneSignal signal, CommitPace pace, bool tellsTime = false, bool savesState = false, Func<MemoryOwner, string>? describe = null)
    {
        _describe = describe ?? (o => $"'{o.Name}'");
        (_pace, _tellsTime, _savesState) = (pace, tellsTime, savesState);
        TickInterval = (tellsTime ? s_tellMax : s_tickMax) is var most && pace.Interval < most ? pace.Interval : most;
        if (tellsTime) signals.Now = Timestamp.From(clock.GetUtcNow());
        _lastBarrier = _lastLook = clock.GetTimestamp();
        (Signals, _committer, _sources, _memory, _clock, Failure, Signal) = (signals, committer, sources, memory, clock, failure, signal);
        signals.Coordinator = signal;
        Lanes = build(Arrive);
        _cuts = new Cut?[Lanes.Length];
    }

    public RunSignals Signals { get; }
    public Lane[] Lanes { get; }
    public FailureBox Failure { get; }

    /// <summary>Wakes the coordinator.</summary>
    public LaneSignal Signal { get; }

    /// <summary>Whether the run has ended, well or not.</summary>
    public bool HasEnded => Signals.HasEnded;

    /// <summary>Whether it ended because it was told to, before its sources did.</summary>
    public bool WasStopped => _stopIsWanted;

    /// <summary>Reads no more, commits what was read, and ends.</summary>
    public void Stop()
    {
        _stopIsWanted = true;
        Signal.Wake();
    }

    /// <summary>Commits what has been computed so far, whatever the interval; where nothing has happened since the last commit, nothing.</summary>
    public void Commit()
    {
        _commitIsWanted = true;
        Signal.Wake();
    }

    /// <summary>Time between two calls of <see cref="OnTimer"/>.</summary>
    public TimeSpan TickInterval { get; }

    /// <summary>Called by a timer: looks at idle partitions, at memory, and whether a commit is due.</summary>
    public void OnTimer()
    {
        Volatile.Write(ref _hasTicked, true);
        Signal.Wake();
    }

    void Arrive(int lane, Cut cut)
    {
        lock (_lock)
        {
            _cuts[lane] = cut;
            _arrived++;
        }
        Signal.Wake();
    }

    /// <summary>Does one thing of the coordinator.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Step()
    {
        if (HasEnded) return false;
        if (Failure.Now is not null)
        {
            End();
            return true;
        }
        if (_isInBarrier) return FinishBarrier();

        var isStopping = _stopIsWanted || Failure.AfterCommit is not null;
        if (isStopping && !Signals.IsStopping) Signals.IsStopping = true;
        var isLast = isStopping || Lanes.All(l => l.SourcesEnded);
        if (isLast)
        {
            RequestBarrier(true);
            return true;
        }
        if (_commitIsWanted)
        {
            _commitIsWanted = false;
            if (Lanes.Sum(l => l.Activity) is var done && (done != _activity || _committer.HasWaiting))
            {
                _activity = done;
                RequestBarrier(false);
                return true;
            }
        }
        if (!Volatile.Read(ref _hasTicked)) return false;
        Volatile.Write(ref _hasTicked, false);
        if (_tellsTime) Signals.Now = Timestamp.From(_clock.GetUtcNow());
        var looks = _clock.GetElapsedTime(_lastLook) >= s_look;
        if (looks)
        {
            _lastLook = _clock.GetTimestamp();
            foreach (var source in _sources) source.Time.Tick();
            Signals.Tick++;
        }
        var activity = Lanes.Sum(l => l.Activity);
        if (_memory.IsTight) _memory.Trim();
        var isTight = _memory.IsTight;
        if (activity != _activity || _committer.HasWaiting)
        {
            _tightLooks = 0;
            if (isTight || _clock.GetElapsedTime(_lastBarrier) >= _pace.Interval - s_slack)
            {
                _activity = activity;
                RequestBarrier(false);
                return true;
            }
        }
        else if (!isTight) _tightLooks = 0;
        else if (++_tightLooks > TightLooksMax) Failure.Set(OutOfMemory());
        if (looks || isTight || _tellsTime) WakeLanes();
        return true;
    }

    MemoryLimitException OutOfMemory()
    {
        // Buffers are named beside it: texts that state keeps are counted there too.
        var largest = _memory.Owners.Where(o => o != _memory.Buffers).MaxBy(o => o.Bytes);
        var state = largest is { Bytes: > 0 } ? string.Create(CultureInfo.InvariantCulture, $"{largest.Bytes:N0} of them by {_describe(largest)}, ") : "";
        return new(string.Create(CultureInfo.InvariantCulture,
            $"The memory limit is reached: {_memory.UsedBytes:N0} of {_memory.LimitBytes:N0} bytes are in use, {state}{_memory.Buffers.Bytes:N0} by buffers and texts, and nothing frees any. ")
            + "Raise memory.limit, or bound the state with windows or state_ttl.");
    }

    void RequestBarrier(bool isLast)
    {
        (_isInBarrier, _isLastBarrier) = (true, isLast);
        _lastBarrier = _clock.GetTimestamp();
        Signals.EpochTime = Timestamp.From(_clock.GetUtcNow());
        // A run whose sources have ended has nothing to go on with.
        _isFinished = isLast && !_stopIsWanted && Failure.AfterCommit is null;
        Signals.SavesState = _savesState && !_isFinished;
        Signals.Epoch++;
        WakeLanes();
    }

    bool FinishBarrier()
    {
        bool isDone;
        try
        {
            if (_committer.IsOpen) isDone = _committer.GoOn(_stopIsWanted);
            else if (TakeCuts() is { } cuts) isDone = Commit(cuts);
            else return false;
        }
        catch (Exception e)
        {
            Failure.Set(e);
            return true;
        }
        // While a sink takes nothing, nothing is read: it would only pile up.
        var wasHeld = Signals.IsHeld;
        Signals.IsHeld = !isDone;
        if (!isDone) return false;
        if (wasHeld) WakeLanes();
        _isInBarrier = false;
        if (_isLastBarrier) End();
        return true;
    }

    Cut[]? TakeCuts()
    {
        lock (_lock)
        {
            if (_arrived < Lanes.Length) return null;
            _arrived = 0;
        }
        var cuts = _cuts.Select(c => c!).ToArray();
        _cuts.AsSpan().Clear();
        return cuts;
    }

    bool Commit(Cut[] cuts)
    {
        var wasStopped = _stopIsWanted || Failure.AfterCommit is not null;
        if (_isLastBarrier && !wasStopped)
            foreach (var source in _sources) Judge(source, cuts);
        var isDone = _committer.Commit(cuts, Signals.EpochTime, _isLastBarrier, _isFinished);
        // A sink that has to be waited for is no reason to commit less often: nothing is read meanwhile.
        _pace.Note(_clock.GetElapsedTime(_lastBarrier));
        return isDone;
    }

    // A short source is judged at its end, before anything of its last records becomes visible.
    static void Judge(SourceRun source, Cut[] cuts)
    {
        try
        {
            source.Cleaned.Budget.CheckAtEnd();
        }
        catch
        {
            foreach (var cut in cuts) cut.Release();
            throw;
        }
    }

    void End()
    {
        Signals.HasEnded = true;
        WakeLanes();
    }

    void WakeLanes()
    {
        foreach (var lane in Lanes) lane.Signal.Wake();
    }

    /// <summary>Steps the coordinator until the run has ended.</summary>
    public void Run()
    {
        while (!HasEnded)
        {
            if (Step()) continue;
            Signal.Prepare();
            if (Step() || HasEnded)
            {
                Signal.Cancel();
                continue;
            }
            Signal.Sleep(TimeSpan.FromSeconds(10));
        }
    }

    /// <summary>Where the run stands, for a test that waits for it in vain.</summary>
    public override string ToString() =>
        $"epoch {Signals.Epoch}, {(_isInBarrier ? $"{_arrived} lanes at the barrier" : "no barrier")}{(_isLastBarrier ? ", the last" : "")}; {string.Join("; ", Lanes.Select(l => l.ToString()))}";

    /// <summary>Gives back everything, when no thread steps any more.</summary>
    public void Release()
    {
        foreach (var lane in Lanes) lane.Dispose();
        foreach (var cut in _cuts) cut?.Release();
        _committer.Release();
    }
}

/// <summary>Buffers and state do not fit into the memory limit.</summary>
public sealed class MemoryLimitException(string message) : Exception(message);
