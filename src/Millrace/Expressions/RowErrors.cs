using Millrace.Data;

namespace Millrace.Expressions;

/// <summary>Which rows of a batch an expression failed on, with the first message of each kind of mistake.</summary>
/// <remarks>
/// Errors travel up the expression like validity: AND, OR and CASE take back those of rows that did not need the failing part. Empty in the
/// usual case, which then costs nothing. Reused from batch to batch.
/// </remarks>
public sealed class RowErrors(int capacity)
{
    readonly ulong[] _rows = new ulong[Bits.Words(capacity)];
    readonly Dictionary<int, string> _messages = [];

    /// <summary>Whether any row failed.</summary>
    public bool Any { get; private set; }

    /// <summary>The failed rows.</summary>
    public Span<ulong> Rows => _rows;

    /// <summary>Whether a row failed.</summary>
    public bool Has(int row) => Any && Bits.Get(_rows, row);

    /// <summary>Marks a row as failed. The first message of a row stays.</summary>
    /// <param name="row">The row.</param>
    /// <param name="message">What was found and what was expected, e.g. "division by zero in amount / quantity".</param>
    public void Report(int row, string message)
    {
        Any = true;
        Bits.Set(_rows, row);
        _messages.TryAdd(row, message);
    }

    /// <summary>The message of a failed row.</summary>
    public string MessageOf(int row) => _messages.GetValueOrDefault(row, "error");

    /// <summary>Takes over another's errors in rows where a bitmap says so.</summary>
    public void TakeFrom(RowErrors other, ReadOnlySpan<ulong> where)
    {
        if (!other.Any) return;
        foreach (var (row, message) in other._messages)
            if (Bits.Get(where, row)) Report(row, message);
    }

    /// <summary>Takes over another's errors, each message followed by where it happened.</summary>
    internal void TakeFrom(RowErrors other, string where)
    {
        string? last = null, composed = null;
        foreach (var (row, message) in other._messages)
        {
            if (!ReferenceEquals(message, last)) (last, composed) = (message, message + where);
            Report(row, composed!);
        }
    }

    /// <summary>Takes over all of another's errors.</summary>
    internal void TakeFrom(RowErrors other)
    {
        if (!other.Any) return;
        foreach (var (row, message) in other._messages) Report(row, message);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        if (!Any) return;
        Any = false;
        _rows.AsSpan().Clear();
        _messages.Clear();
    }
}
