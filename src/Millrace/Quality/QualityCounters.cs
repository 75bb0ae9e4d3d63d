using System.Collections.Immutable;

namespace Millrace.Quality;

/// <summary>What cleaning did to the rows of one source. Thread-safe counters; lanes add per batch.</summary>
public sealed class QualityCounters(string source, ImmutableArray<RuleCounters> rules)
{
    const int SamplesKept = 10;

    readonly Lock _lock = new();
    readonly Queue<LateSample> _lateSamples = new();
    long _seen, _undecodable, _nulled, _duplicates, _late, _deadLetters, _accepted, _timeless;
    string? _firstProblem;

    /// <summary>Name of the source.</summary>
    public string Source { get; } = source;
    /// <summary>Its constraints and those of the views over it, in the order of the file.</summary>
    public ImmutableArray<RuleCounters> Rules { get; } = rules;

    /// <summary>Records read.</summary>
    public long Seen => Interlocked.Read(ref _seen);
    /// <summary>Rows that left the cleaning of the source.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);
    /// <summary>Records that could not be decoded or computed.</summary>
    public long Undecodable => Interlocked.Read(ref _undecodable);
    /// <summary>Where and why the first of them was not read, or null.</summary>
    public string? FirstProblem => Volatile.Read(ref _firstProblem);
    /// <summary>Fields that became NULL because they did not fit.</summary>
    public long Nulled => Interlocked.Read(ref _nulled);
    /// <summary>Rows that a DISTINCT ON over it dropped.</summary>
    public long Duplicates => Interlocked.Read(ref _duplicates);
    /// <summary>Rows that were late, counted once for each window or view that they missed.</summary>
    public long Late => Interlocked.Read(ref _late);
    /// <summary>Rows set aside in dead_letters.</summary>
    public long DeadLetters => Interlocked.Read(ref _deadLetters);

    /// <summary>Rows whose event time is NULL, counted once for each view in which they fall in no window.</summary>
    public long Timeless => Interlocked.Read(ref _timeless);

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
    public void AddProblem(string problem) => Interlocked.CompareExchange(ref _firstProblem, problem, null);
    /// <summary>Counts nulled fields.</summary>
    public void AddNulled(long fields) => Interlocked.Add(ref _nulled, fields);
    /// <summary>Counts duplicates.</summary>
    public void AddDuplicates(long rows) => Interlocked.Add(ref _duplicates, rows);
    /// <summary>Counts late rows.</summary>
    /// <returns>Whether their number has doubled since the last sample, so that one of them should be kept.</returns>
    public bool AddLate(long rows)
    {
        var late = Interlocked.Add(ref _late, rows);
        return long.LeadingZeroCount(late) < long.LeadingZeroCount(late - rows);
    }

    /// <summary>Keeps a late row as an example.</summary>
    public void AddSample(LateSample sample)
    {
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
    public long Seen => Interlocked.Read(ref _seen);
    /// <summary>Rows that violated it.</summary>
    public long Violated => Interlocked.Read(ref _violated);
    /// <summary>Rows on which it acted: the first violated one that is not WARN.</summary>
    public long Acted => Interlocked.Read(ref _acted);

    /// <summary>Counts a batch.</summary>
    public void Add(long seen, long violated, long acted)
    {
        Interlocked.Add(ref _seen, seen);
        Interlocked.Add(ref _violated, violated);
        Interlocked.Add(ref _acted, acted);
    }
}
