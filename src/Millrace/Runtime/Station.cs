using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>A place in a lane where one operator stands, or none, where rows only pass: it joins the frontiers of its inputs and hands on what comes out.</summary>
/// <remarks>
/// One thread at a time. Counters are written by that thread alone and read by others as they are. An operator that looked at <see cref="IOutput.IsFull"/> and
/// was told yes may have returned early: it is then pending, and the lane serves nothing that leads to it until it has said all.
/// </remarks>
sealed class Station : IOutput, IDisposable
{
    readonly IOperator? _operator;
    readonly IPicksRows? _picker;
    readonly PendingStations _pending;
    readonly Input[] _inputs;
    readonly bool _tellsInputs;
    readonly WorkClock _clock;
    readonly Target[][] _targets;
    readonly long[] _rowsOut = new long[3];
    readonly Queue<(int Input, Batch? Batch, Column<int>? Rows, Frontier Frontier)> _waiting = new(); // what came while the operator had more to say
    Frontier _frontier = Frontier.Start;
    long _rowsIn, _mostStateRows;
    StateWriter _common = new(), _savedCommon = new();
    bool _isIdle, _isRestored;
    FanOut? _fanOut;

    /// <summary>Creates a station.</summary>
    /// <param name="stage">Exchanges passed on the way here.</param>
    /// <param name="operation">The operator, or null where rows only pass.</param>
    /// <param name="inputs">Its inputs; a leaf has one that nobody feeds but the runtime.</param>
    /// <param name="pending">The lane's list of operators that have more to say.</param>
    /// <param name="clock">Who works.</param>
    public Station(int stage, IOperator? operation, IReadOnlyList<StationInputs> inputs, PendingStations pending, WorkClock clock)
    {
        (Stage, _operator, _picker, _pending, _clock) = (stage, operation, operation as IPicksRows, pending, clock);
        _inputs = inputs.Count == 0 ? [new(new(1, true))] : [.. inputs.Select(i => new Input(i))];
        _tellsInputs = _inputs.Length > 1;
        _targets = [[], [], []];
    }

    public int Stage { get; }

    /// <summary>Whether its time is its own, so that an idle input does not make it idle.</summary>
    public bool MakesTime { get; init; }

    /// <summary>What it did.</summary>
    public Work Work { get; } = new();

    /// <summary>Its hottest keys, where it keeps state by key.</summary>
    public HotKeys? HotKeys { get; init; }

    /// <summary>Where the clean rows of a source leave, or null.</summary>
    public CleanExit? Exit { get; init; }

    public long RowsIn => Volatile.Read(ref _rowsIn);

    public long RowsOut(int port) => Volatile.Read(ref _rowsOut[port]);

    public Frontier Frontier => _frontier;

    public bool HasMore { get; private set; }

    public void AddTarget(int port, Target target) => _targets[port] = [.. _targets[port], target];

    /// <summary>When all targets are known: many of them take several batches at once.</summary>
    /// <returns>Whether they do; then <see cref="Flush"/> is to be called before a tick of the clock, and when there is nothing else to do.</returns>
    public bool FanOut()
    {
        if (_targets.Sum(t => t.Length) < Runtime.FanOut.Readers) return false;
        _fanOut = new(_targets);
        return true;
    }

    /// <summary>Passes on what is kept for several readers.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool Flush()
    {
        if (_fanOut is not { HasHeld: true }) return false;
        _fanOut.Flush();
        return true;
    }

    /// <summary>The target that stands for one edge of one of the inputs.</summary>
    public Target InputTarget(int input, int edge = 0) => new StationInput(this, input, edge);

    public Frontier FrontierOf(int input, int edge = 0) => _inputs[input].Edges[edge].Frontier;

    /// <summary>Takes a batch, or those of its rows that are meant; the caller releases both.</summary>
    public void OnBatch(int input, Batch batch, Column<int>? rows = null)
    {
        _rowsIn += rows?.Length ?? batch.RowCount;
        Work.CountBatch();
        HotKeys?.Sample(input, batch, rows);
        if (HasMore) _waiting.Enqueue((input, batch.Retain(), (Column<int>?)rows?.Retain(), default));
        else if (_operator is null) Push(batch.Retain());
        else
        {
            var before = _clock.Enter(Work);
            Take(input, batch, rows);
            _clock.Leave(before);
        }
    }

    void Take(int input, Batch batch, Column<int>? rows)
    {
        if (rows is null) _operator!.OnBatch(input, batch, this);
        else if (_picker is not null) _picker.OnRows(batch, rows.Values, this);
        else if (rows.Length == batch.RowCount) _operator!.OnBatch(input, batch, this);
        else
        {
            var own = batch.Gather(rows.Values);
            try
            {
                _operator!.OnBatch(input, own, this);
            }
            finally
            {
                own.Release();
            }
        }
    }

    public void OnFrontier(int input, Frontier frontier, int edge = 0)
    {
        var own = _inputs[input].Edges[edge];
        own.Frontier = Max(own.Frontier, frontier);
        Join(input);
    }

    public void OnIdle(int input, bool isIdle, int edge = 0)
    {
        var own = _inputs[input].Edges[edge];
        if (own.IsIdle == isIdle) return;
        own.IsIdle = isIdle;
        Join(input);
    }

    /// <summary>Moves time on where all partitions are silent.</summary>
    public void Raise(Frontier frontier)
    {
        if (_isIdle)
        {
            _isIdle = false;
            TellIdle();
        }
        Grow(frontier);
    }

    public void OnTick(Timestamp now) => _operator?.OnTick(now, this);

    /// <summary>Whether it has anything to save.</summary>
    public bool HasState => _operator is IStateful;

    /// <summary>Its operator, where the state of that can go to disk.</summary>
    public ISpills? Spills => _operator is ISpills { CanSpill: true } spills ? spills : null;

    /// <summary>Tells an aggregate that what is loaded next was saved by one with other calls.</summary>
    public void Adopt(Planning.AdoptedGroups groups) => ((AggregateOperator)_operator!).Adopt(groups);

    /// <summary>Saves what its operator remembers and how far time had come, as far as that has changed.</summary>
    /// <param name="state">The name of its state.</param>
    /// <param name="place">Its lane, or its partition.</param>
    /// <param name="saver">Takes it.</param>
    public void Save(UInt128 state, string place, StateSaver saver)
    {
        if (_operator is not IStateful stateful) return;
        saver.BeginState(state);
        stateful.Save(saver);
        _common.Clear();
        _common.Write(_frontier);
        foreach (var input in _inputs) _common.Write(input.Frontier);
        stateful.SaveCommon(_common);
        if (_common.Written.SequenceEqual(_savedCommon.Written)) return;
        (_common, _savedCommon) = (_savedCommon, _common);
        saver.BeginState(state, SectionKind.Common);
        saver.BeginEntry().WriteRaw(System.Text.Encoding.UTF8.GetBytes(place));
        saver.BeginValue().WriteRaw(_savedCommon.Written);
        saver.EndEntry();
    }

    /// <summary>Reads back what belongs to no key, of this place or of another of the same node.</summary>
    /// <remarks>Of several places the least time counts: before the first exchange a lane's time is that of its own partitions, and those may be another lane's now.</remarks>
    public void LoadCommon(ReadOnlySpan<byte> common)
    {
        var reader = new StateReader(common);
        _frontier = Least(_frontier, reader.Read<Frontier>());
        foreach (var input in _inputs) input.Restore(Least(input.Frontier, reader.Read<Frontier>()));
        _isRestored = true;
        ((IStateful)_operator!).LoadCommon(ref reader);
    }

    Frontier Least(Frontier known, Frontier other) => _isRestored ? Frontier.Min(known, other) : other;

    /// <summary>Reads back an entry.</summary>
    public void Load(long part, ReadOnlySpan<byte> entry)
    {
        var reader = new StateReader(entry);
        ((IStateful)_operator!).Load(part, ref reader);
    }

    /// <summary>Whether entries of a part belong to every lane.</summary>
    public bool IsEverywhere(long part) => ((IStateful)_operator!).IsEverywhere(part);

    /// <summary>Everything that was saved has been loaded.</summary>
    public void EndLoad() => (_operator as IStateful)?.EndLoad();

    /// <summary>After everything was loaded, inputs before what reads them: tells again how far time has come, since whoever hears of it is new.</summary>
    public void TellTimeAgain()
    {
        if (_operator is not IStateful) return;
        _operator.OnFrontier(_frontier, this);
        while (HasMore) ResumeNow();
    }

    public void OnBarrier(long epoch)
    {
        if (_operator is null)
        {
            Flush();
            return;
        }
        var before = _clock.Enter(Work);
        _operator.OnBarrier(epoch, this);
        _clock.Leave(before);
        Flush();
        NoteState();
    }

    /// <summary>Looks how much it remembers.</summary>
    public void NoteState()
    {
        var rows = StateRows;
        if (rows > _mostStateRows) Volatile.Write(ref _mostStateRows, rows);
    }

    /// <summary>Lets an operator that returned early go on, if there is room.</summary>
    /// <returns>Whether it did anything.</returns>
    public bool Resume()
    {
        if (IsDownstreamBlocked) return false;
        var before = _clock.Enter(Work);
        ResumeNow();
        _clock.Leave(before);
        Flush();
        return true;
    }

    void ResumeNow()
    {
        HasMore = _operator!.Resume(this);
        while (!HasMore && _waiting.TryDequeue(out var next))
        {
            if (next.Batch is null)
            {
                if (next.Input < 0) _operator.OnFrontier(next.Frontier, this);
                else _operator.OnInputFrontier(next.Input, next.Frontier, this);
                continue;
            }
            try
            {
                Take(next.Input, next.Batch, next.Rows);
            }
            finally
            {
                next.Batch.Release();
                next.Rows?.Release();
            }
        }
    }

    /// <inheritdoc/>
    public void Push(Batch batch, int port = 0)
    {
        try
        {
            if (batch.RowCount == 0) return;
            batch.AssertWhole();
            _rowsOut[port] += batch.RowCount;
            Exit?.OnBatch(batch);
            if (_fanOut is not null) _fanOut.Push(batch.Retain(), port);
            else
                foreach (var target in _targets[port]) target.OnBatch(batch);
        }
        finally
        {
            batch.Release();
        }
    }

    /// <inheritdoc/>
    public void Advance(Frontier frontier)
    {
        if (_fanOut is not null)
        {
            _fanOut.Advance(frontier);
            return;
        }
        foreach (var targets in _targets)
            foreach (var target in targets) target.OnFrontier(frontier);
    }

    /// <inheritdoc/>
    bool IOutput.IsFull
    {
        get
        {
            if (!IsDownstreamBlocked) return false;
            HasMore = true;
            _pending.Add(this);
            return true;
        }
    }

    /// <summary>Whether a batch that is pushed here would pile up.</summary>
    public bool IsBlocked => HasMore || IsDownstreamBlocked;

    /// <summary>The most rows or groups that it kept at a barrier.</summary>
    public long MostStateRows => Volatile.Read(ref _mostStateRows);

    /// <summary>Rows or groups that the operator keeps. Read from other threads: as good as a glance.</summary>
    public long StateRows => (_operator as IStateful)?.StateRows ?? 0;

    public void Dispose()
    {
        while (_waiting.TryDequeue(out var next))
        {
            next.Batch?.Release();
            next.Rows?.Release();
        }
        _fanOut?.Dispose();
        _operator?.Dispose();
    }

    bool IsDownstreamBlocked
    {
        get
        {
            foreach (var targets in _targets)
                foreach (var target in targets)
                    if (target.IsBlocked) return true;
            return false;
        }
    }

    // The minimum of the edges that are not idle. Where only idle ones are not at their end, nothing is known of time: all is idle.
    void Join(int changed)
    {
        var input = _inputs[changed];
        if (input.Join() && _tellsInputs && _operator is not null)
        {
            if (HasMore) _waiting.Enqueue((changed, null, null, input.Frontier));
            else
            {
                var before = _clock.Enter(Work);
                _operator.OnInputFrontier(changed, input.Frontier, this);
                _clock.Leave(before);
            }
        }
        var joined = Frontier.End;
        var anyIdle = false;
        foreach (var own in _inputs)
        {
            if (!own.HoldsTime) continue;
            if (own.IsIdle) anyIdle = true;
            else joined = Frontier.Min(joined, own.Live);
        }
        var isIdle = anyIdle && joined == Frontier.End;
        if (isIdle && MakesTime) return;
        if (isIdle != _isIdle)
        {
            _isIdle = isIdle;
            TellIdle();
        }
        if (!isIdle) Grow(joined);
    }

    void TellIdle()
    {
        if (_isIdle && !HasMore) _operator?.OnSilence(this);
        if (_fanOut is not null)
        {
            _fanOut.OnIdle(_isIdle);
            return;
        }
        foreach (var targets in _targets)
            foreach (var target in targets) target.OnIdle(_isIdle);
    }

    void Grow(Frontier frontier)
    {
        frontier = Max(_frontier, frontier);
        if (frontier == _frontier) return;
        _frontier = frontier;
        if (HasMore) _waiting.Enqueue((-1, null, null, frontier));
        else if (_operator is null) Advance(frontier);
        else
        {
            var before = _clock.Enter(Work);
            _operator.OnFrontier(frontier, this);
            _clock.Leave(before);
        }
    }

    static Frontier Max(Frontier a, Frontier b) => new(Timestamp.Max(a.Closed, b.Closed), Timestamp.Max(a.Final, b.Final));

    sealed class Edge
    {
        public Frontier Frontier = Frontier.Start;
        public bool IsIdle;
    }

    /// <summary>One input of the operator: the edges that lead to it, joined.</summary>
    sealed class Input(StationInputs inputs)
    {
        public Edge[] Edges { get; } = [.. Enumerable.Range(0, inputs.Edges).Select(_ => new Edge())];
        public bool HoldsTime => inputs.HoldsTime;

        /// <summary>The minimum of the edges that are not idle; the end of time where all are.</summary>
        public Frontier Live { get; private set; } = Frontier.Start;

        /// <summary>How far time has come on this input: never goes back.</summary>
        public Frontier Frontier { get; private set; } = Frontier.Start;

        public bool IsIdle { get; private set; }

        /// <summary>Goes on from a time that was saved.</summary>
        public void Restore(Frontier frontier) => Frontier = frontier;

        /// <returns>Whether time has moved on.</returns>
        public bool Join()
        {
            var joined = Frontier.End;
            var anyIdle = false;
            foreach (var edge in Edges)
            {
                if (edge.IsIdle) anyIdle = true;
                else joined = Frontier.Min(joined, edge.Frontier);
            }
            (Live, IsIdle) = (joined, anyIdle && joined == Frontier.End);
            if (IsIdle) return false;
            var next = Max(Frontier, joined);
            if (next == Frontier) return false;
            Frontier = next;
            return true;
        }
    }

    sealed class StationInput(Station station, int input, int edge) : Target
    {
        public override bool IsBlocked => station.IsBlocked;
        public override void OnBatch(Batch batch) => station.OnBatch(input, batch);
        public override void OnFrontier(Frontier frontier) => station.OnFrontier(input, frontier, edge);
        public override void OnIdle(bool isIdle) => station.OnIdle(input, isIdle, edge);
    }
}

/// <summary>One input of a station: how many edges lead to it (lanes, partitions), and whether time waits for it.</summary>
readonly record struct StationInputs(int Edges, bool HoldsTime);

/// <summary>The operators of one lane that returned early because there was no room.</summary>
sealed class PendingStations
{
    readonly List<Station> _stations = [];

    /// <summary>The deepest stage with such an operator, or -1.</summary>
    public int Stage { get; private set; } = -1;

    public void Add(Station station)
    {
        if (!_stations.Contains(station)) _stations.Add(station);
        Stage = Math.Max(Stage, station.Stage);
    }

    /// <summary>Lets the deepest go on.</summary>
    /// <returns>Whether any did anything.</returns>
    public bool Resume()
    {
        var did = false;
        for (var i = _stations.Count - 1; i >= 0; i--)
        {
            if (_stations[i].Stage == Stage && _stations[i].Resume()) did = true;
        }
        if (!did) return false;
        Stage = -1;
        for (var i = _stations.Count - 1; i >= 0; i--)
        {
            if (!_stations[i].HasMore) _stations.RemoveAt(i);
            else Stage = Math.Max(Stage, _stations[i].Stage);
        }
        return true;
    }
}
