using System.Text;
using Millrace.Data;
using Millrace.Time;

namespace Millrace.Quality;

/// <summary>Writes the rows of <c>dead_letters</c> in one lane, between two commits.</summary>
sealed class DeadLetterWriter(MemoryAccountant memory, TimeProvider clock) : IDisposable
{
    readonly RowsToCommit _rows = new(memory, DeadLetters.Schema);
    long _unplaced;

    /// <summary>Adds a record of a source.</summary>
    /// <param name="counters">Counts it.</param>
    /// <param name="raws">Says what of the raw bytes may be kept.</param>
    /// <param name="partition">Where it came from.</param>
    /// <param name="offset">Where it came from.</param>
    /// <param name="rule">The constraint, "decode" or "compute".</param>
    /// <param name="error">What was found.</param>
    /// <param name="raw">Its bytes; empty where there are none.</param>
    public void Add(QualityCounters counters, RawRecords raws, int partition, long offset, string rule, string error, ReadOnlySpan<byte> raw)
    {
        counters.AddDeadLetters(1);
        byte[]? safe = null;
        if (!raw.IsEmpty && !raws.IsOpen)
        {
            safe = raws.Redact(raw, partition);
            if (safe is null) error += " (the record is withheld: it holds masked values)";
            raw = safe;
        }
        Append(counters.Source, partition, offset, rule, error, raw);
    }

    /// <summary>Adds a row that is no longer a record of a source: it lies above state, or its source keeps no offsets.</summary>
    /// <param name="counters">Counts it.</param>
    /// <param name="view">The view it failed in.</param>
    /// <param name="lane">Tells rows of several lanes apart.</param>
    /// <param name="rule">The constraint or "compute".</param>
    /// <param name="error">What was found, with the key.</param>
    public void AddUnplaced(QualityCounters counters, string view, int lane, string rule, string error)
    {
        counters.AddDeadLetters(1);
        Append(view, lane, _unplaced++, rule, error, []);
    }

    void Append(string source, int partition, long offset, string rule, string error, ReadOnlySpan<byte> raw)
    {
        var batch = _rows.Next();
        ((TextColumn)batch[0]).Append(Encoding.UTF8.GetBytes(source));
        ((Column<int>)batch[1]).Append(partition);
        ((Column<long>)batch[2]).Append(offset);
        ((TextColumn)batch[3]).Append(Encoding.UTF8.GetBytes(rule));
        ((TextColumn)batch[4]).Append(Encoding.UTF8.GetBytes(error));
        if (raw.IsEmpty) batch[5].AppendNull();
        else ((TextColumn)batch[5]).Append(raw);
        ((Column<long>)batch[6]).Append(Timestamp.From(clock.GetUtcNow()).Microseconds);
        _rows.Added();
    }

    /// <summary>Hands over what was written.</summary>
    public List<Batch> Take() => _rows.Take();

    /// <inheritdoc/>
    public void Dispose() => _rows.Dispose();
}
