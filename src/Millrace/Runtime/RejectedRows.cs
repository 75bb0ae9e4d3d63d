using System.Globalization;
using System.Text;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Quality;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>Rows that sinks' targets refused, on their way into <c>dead_letters</c>: their source is the word sink and the sink's name, their offset the number by which the sink knows them.</summary>
sealed class RejectedRows(IReadOnlyList<ReaderRun> readers, MemoryAccountant memory, RunWarnings warnings)
{
    readonly List<(string Sink, RejectedRow Row)> _waiting = [];

    /// <summary>Whether rows wait for a commit.</summary>
    public bool AreWaiting
    {
        get
        {
            Collect();
            return _waiting.Count > 0;
        }
    }

    void Collect()
    {
        foreach (var reader in readers)
        {
            if (reader.Sink?.TakeRejected() is not { Count: > 0 } refused) continue;
            _waiting.AddRange(refused.Select(r => (reader.Reader.Name, r)));
            warnings.Say("refused by " + reader.Reader.Name, string.Create(CultureInfo.InvariantCulture,
                $"The target of sink '{reader.Reader.Name}' has refused {refused[^1].Number:N0} {(refused[^1].Number == 1 ? "row" : "rows")}, which stand in dead_letters; the last: {refused[^1].Error}"));
        }
    }

    /// <summary>The rows that wait, as rows of <c>dead_letters</c>; the caller releases the batches.</summary>
    /// <param name="time">When.</param>
    public List<Batch> Take(Timestamp time)
    {
        Collect();
        var rows = new RowsToCommit(memory, DeadLetters.Schema);
        foreach (var (sink, row) in _waiting)
        {
            var batch = rows.Next();
            ((TextColumn)batch[0]).Append(Encoding.UTF8.GetBytes("sink " + sink));
            ((Column<int>)batch[1]).Append(0);
            ((Column<long>)batch[2]).Append(row.Number);
            ((TextColumn)batch[3]).Append(Encoding.UTF8.GetBytes(row.Rule));
            ((TextColumn)batch[4]).Append(Encoding.UTF8.GetBytes(row.Error));
            ((TextColumn)batch[5]).Append(row.Row.Span);
            ((Column<long>)batch[6]).Append(time.Microseconds);
            rows.Added();
        }
        _waiting.Clear();
        return rows.Take();
    }
}
