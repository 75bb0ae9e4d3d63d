using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators.Aggregation;
using Millrace.Planning;

namespace Millrace.Operators.Sessions;

/// <summary>The rows that were last told of sessions on one port: their times and results, so that they can be taken back.</summary>
sealed class ToldSessions(Aggregate node, OperatorContext context) : IDisposable
{
    readonly ToldRows _results = new(node.Calls, context.Memory, context.Owner);
    (long First, long Last)[] _times = [];

    /// <summary>The last row's time of a session as it was told.</summary>
    public long LastOf(int session) => _times[session].Last;

    /// <summary>The times of a session as they were told.</summary>
    public (long First, long Last) this[int session] => _times[session];

    /// <summary>Remembers rows.</summary>
    public void Remember(SessionTable table, ReadOnlySpan<int> sessions, ReadOnlySpan<Column> results, ReadOnlySpan<int> rows)
    {
        EnsureRoom(table.Limit);
        foreach (var session in sessions) _times[session] = (table[session].First, table[session].Last);
        _results.Remember(sessions, results, rows, table.Limit);
    }

    void EnsureRoom(int count)
    {
        if (count <= _times.Length) return;
        var length = Math.Max(count, Math.Max(64, _times.Length * 2));
        context.Owner.Charge(16L * (length - _times.Length));
        Array.Resize(ref _times, length);
    }

    /// <summary>Appends what one result column was told of sessions.</summary>
    public void AppendTo(int column, ReadOnlySpan<int> sessions, Column to) => _results.AppendTo(column, sessions, to);

    /// <summary>Writes a session's row.</summary>
    public void Save(int session, StateWriter writer)
    {
        writer.Write(_times[session].First);
        writer.Write(_times[session].Last);
        _results.Save(session, writer);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public void Load(int session, ref StateReader reader)
    {
        EnsureRoom(session + 1);
        _times[session] = (reader.Read<long>(), reader.Read<long>());
        _results.Load(session, ref reader);
    }

    public void Dispose()
    {
        _results.Dispose();
        context.Owner.Charge(-16L * _times.Length);
        _times = [];
    }
}
