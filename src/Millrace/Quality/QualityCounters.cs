using System.Collections.Immutable;

namespace Millrace.Quality;

/// <summary>What cleaning did to the rows of one source. Thread-safe counters; lanes add per batch.</summary>
/// <remarks>Each lane counts by itself (<see cref="OfLane"/>); what is read here is the sum, with what was counted before the checkpoint that the run went on from.</remarks>
public sealed class QualityCounters
{
    /// <summary>Places in <see cref="Figures"/>.</summary>
    internal const int SeenAt = 0, NulledAt = 3;

    const int SamplesKept = 10;

    readonly Lock _lock = new();
    readonly Queue<LateSample> _lateSamples = new();
    long _seen, _undecodable, _nulled, _duplicates, _late, _deadLetters, _accepted, _timeless;
    string? _firstProblem;
    readonly QualityCounters? _all; // of those of a lane
    readonly QualityCounters[] _lanes;

    /// <summary>Counts nothing yet.</summary>
    /// <param name="source">Name of the source.</param>
    /// <param name="rules">Its constraints and those of the views over it.</param>
    public QualityCounters(string source, ImmutableArray<RuleCounters> rules) : this(source, rules, 0)
    {
    }

    internal QualityCounters(string source, ImmutableArray<RuleCounters> rules, int lanes)
    {
        (Source, Rules) = (source, rules);
        _lanes = [.. Enumerable.Range(0, lanes).Select(_ => new QualityCounters(this))];
    }

    QualityCounters(QualityCounters all)
    {
        (Source, Rules, _all, _lanes) = (all.Source, [.. all.Rules.Select(r => r.ForLane())], all, []);
    }

    /// <summary>Name of the source.</summary>
    public string Source { get; }
    /// <summary>Its constraints and those of the views over it, in the order of the file.</summary>
    public ImmutableArray<RuleCounters> Rules { get; }

    /// <summary>Records read.</summary>
    public long Seen => Sum(static c => Interlocked.Read(ref c._seen));
    /// <summary>Rows that left the cleaning of the source.</summary>
    public long Accepted => Sum(static c => Interlocked.Read(ref c._accepted));
    /// <summary>Records that could not be decoded or computed.</summary>
    public long Undecodable => Sum(static c => Interlocked.Read(ref c._undecodable));
    /// <summary>Where and why the first of them was not read, or null.</summary>
    public string? FirstProblem => Volatile.Read(ref _firstProblem);
    /// <summary>Fields that became NULL because they did not fit.</summary>
    public long Nulled => Sum(static c => Interlocked.Read(ref c._nulled));
    /// <summary>Rows that a DISTINCT ON over it dropped.</summary>
    public long Duplicates => Sum(static c => Interlocked.Read(ref c._duplicates));
    /// <summary>Rows that were late, counted once for each window or view that they missed.</summary>
    public long Late => Sum(static c => Interlocked.Read(ref c._late));
    /// <summary>Rows set aside in dead_letters.</summary>
    public long DeadLetters => Sum(static c => Interlocked.Read(ref c._deadLetters));

    /// <summary>Rows whose event time is NULL, counted once for each view in which they fall in no window.</summary>
    public long Timeless => Sum(static c => Interlocked.Read(ref c._timeless));

    long Sum(Func<QualityCounters, long> figure)
    {
        var sum = figure(this);
        foreach (var lane in _lanes) sum += figure(lane);
        return sum;
    }

    /// <summary>Where a lane counts its own rows, so that at a barrier it can say how many came before that.</summary>
    internal QualityCounters OfLane(int lane) => _lanes[lane];

    /// <summary>What was counted here, lanes left out: the inverse of <see cref="Add(ReadOnlySpan{long})"/>.</summary>
    internal long[] Figures() => [_seen, _accepted, _undecodable, _nulled, _duplicates, _late, _deadLetters, _timeless, .. Rules.SelectMany(r => r.Own)];

    /// <summary>Adds what was counted elsewhere or before.</summary>
    internal void Add(ReadOnlySpan<long> figures)
    {
        _seen += figures[0];
        _accepted += figures[1];
        _undecodable += figures[2];
        _nulled += figures[3];
        _duplicates += figures[4];
        _late += figures[5];
        _deadLetters += figures[6];
        _timeless += figures[7];
        for (var i = 0; i < Rules.Length; i++) Rules[i].Add(figures[8 + 3 * i], figures[9 + 3 * i], figures[10 + 3 * i]);
    }

    /// <summary>Some of the late rows, the newest last: one each time their number has doubled, ten at most.</summary>
    public IReadOnlyList<LateSample> LateSamples
    {
        get
        {
            lock (_lock) return [.. _lateSamples];
        }
    }

    /// <summary>Counts records read.</summary>
    public void AddSeen(long rows) => Interlocked.Add(ref _seen, rows);
    /// <summary>Counts rows that passed.</summary>
    public void AddAccepted(long rows) => Interlocked.Add(ref _accepted, rows);
    /// <summary>Counts undecodable records.</summary>
    public void AddUndecodable(long rows) => Interlocked.Add(ref _undecodable, rows);
    /// <summary>Notes why a record was not read; the first to come stays.</summary>
    public void AddProblem(string problem) => Interlocked.CompareExchange(ref (_all ?? this)._firstProblem, problem, null);
    /// <summary>Counts nulled fields.</summary>
    public void AddNulled(long fields) => Interlocked.Add(ref _nulled, fields);
    /// <summary>Counts duplicates.</summary>
    public void AddDuplicates(long rows) => Interlocked.Add(ref _duplicates, rows);
    /// <summary>Counts late rows.</summary>
    /// <returns>Whether their number has doubled since the last sample, so that one of them should be kept.</returns>
    public bool AddLate(long rows)
    {
        Interlocked.Add(ref _late, rows);
        var late = (_all ?? this).Late;
        return long.LeadingZeroCount(late) < long.LeadingZeroCount(late - rows);
    }

    /// <summary>Keeps a late row as an example.</summary>
    public void AddSample(LateSample sample)
    {
        if (_all is not null)
        {
            _all.AddSample(sample);
            return;
        }
        lock (_lock)
        {
            _lateSamples.Enqueue(sample);
            if (_lateSamples.Count > SamplesKept) _lateSamples.Dequeue();
        }
    }

    /// <summary>Counts rows without a time.</summary>
    public void AddTimeless(long rows) => Interlocked.Add(ref _timeless, rows);
    /// <summary>Counts rows set aside.</summary>
    public void AddDeadLetters(long rows) => Interlocked.Add(ref _deadLetters, rows);
}

/// <summary>What one constraint found.</summary>
public sealed class RuleCounters(string name, string on, string action, string predicate)
{
    readonly List<RuleCounters> _lanes = [];
    long _seen, _violated, _acted;

    /// <summary>Name of the constraint.</summary>
    public string Name { get; } = name;
    /// <summary>The source or view it stands on.</summary>
    public string On { get; } = on;
    /// <summary>WARN, DROP ROW, QUARANTINE or FAIL.</summary>
    public string Action { get; } = action;
    /// <summary>Its text.</summary>
    public string Predicate { get; } = predicate;
    /// <summary>Rows it was evaluated on.</summary>
    public long Seen => Sum(static r => Interlocked.Read(ref r._seen));
    /// <summary>Rows that violated it.</summary>
    public long Violated => Sum(static r => Interlocked.Read(ref r._violated));
    /// <summary>Rows on which it acted: the first violated one that is not WARN.</summary>
    public long Acted => Sum(static r => Interlocked.Read(ref r._acted));

    long Sum(Func<RuleCounters, long> figure)
    {
        var sum = figure(this);
        foreach (var lane in _lanes) sum += figure(lane);
        return sum;
    }

    /// <summary>Where a lane counts its own rows.</summary>
    internal RuleCounters ForLane()
    {
        var own = new RuleCounters(Name, On, Action, Predicate);
        _lanes.Add(own);
        return own;
    }

    /// <summary>What was counted here, lanes left out.</summary>
    internal IEnumerable<long> Own => [_seen, _violated, _acted];

    /// <summary>Counts a batch.</summary>
    public void Add(long seen, long violated, long acted)
    {
        Interlocked.Add(ref _seen, seen);
        Interlocked.Add(ref _violated, violated);
        Interlocked.Add(ref _acted, acted);
    }
}
