using System.Text;
using Millrace.Data;
using Millrace.Time;

namespace Millrace.Quality;

/// <summary>Writes the rows of <c>dead_letters</c> in one lane, between two commits.</summary>
sealed class DeadLetterWriter(MemoryAccountant memory, TimeProvider clock) : IDisposable
{
    List<Batch> _full = [];
    Batch? _batch;
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
        if (_batch is null)
        {
            _batch = memory.RentBatch(DeadLetters.Schema);
            foreach (var field in DeadLetters.Schema.Fields) _batch.Add(memory.Rent(field.Type));
        }
        ((TextColumn)_batch[0]).Append(Encoding.UTF8.GetBytes(source));
        ((Column<int>)_batch[1]).Append(partition);
        ((Column<long>)_batch[2]).Append(offset);
        ((TextColumn)_batch[3]).Append(Encoding.UTF8.GetBytes(rule));
        ((TextColumn)_batch[4]).Append(Encoding.UTF8.GetBytes(error));
        if (raw.IsEmpty) _batch[5].AppendNull();
        else ((TextColumn)_batch[5]).Append(raw);
        ((Column<long>)_batch[6]).Append(Timestamp.From(clock.GetUtcNow()).Microseconds);
        if (++_batch.RowCount < memory.BatchRows) return;
        _full.Add(_batch);
        _batch = null;
    }

    /// <summary>Hands over what was written.</summary>
    public List<Batch> Take()
    {
        if (_batch is not null) _full.Add(_batch);
        _batch = null;
        var taken = _full;
        _full = [];
        return taken;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var batch in Take()) batch.Release();
    }
}
