using Millrace.Data;
using Millrace.Functions;
using Millrace.Functions.Aggregate;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Sessions;

/// <summary>Tells the rows of sessions on the ports that are read: the row told before is taken back, the row that holds now is given.</summary>
sealed class SessionTeller : IDisposable
{
    readonly Aggregate _node;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly SessionTable _table;
    readonly ToldSessions?[] _told = new ToldSessions?[2]; // by port; what is final is told once
    readonly Column[] _results;
    readonly int[] _some, _keyNumbers, _identity;
    readonly long[] _first, _last; // of the sessions at hand, as are the numbers of their keys

    public SessionTeller(Aggregate node, OperatorContext context, KeyedTable keys, SessionTable table)
    {
        (_node, _context, _keys, _table) = (node, context, keys, table);
        _results = new Column[node.Calls.Length];
        var rows = context.Memory.BatchRows;
        (_some, _keyNumbers, _identity) = (new int[rows], new int[rows], [.. Enumerable.Range(0, rows)]);
        (_first, _last) = (new long[rows], new long[rows]);
        for (var port = 0; port < _told.Length; port++)
            if (IsRead(port)) _told[port] = new(node, context);
    }

    /// <summary>Whether anybody reads a port.</summary>
    public bool IsRead(int port) => ((int)_context.Demand >> port & 1) != 0;

    /// <summary>The earliest end that was told of a session, on any port; the end of time where none was.</summary>
    public long ToldEndOf(int session)
    {
        var end = long.MaxValue;
        for (var port = 0; port < _told.Length; port++)
            if ((_table[session].Marks >> port & Session.IsTold) != 0) end = Math.Min(end, _table.After(_told[port]!.LastOf(session)));
        return end;
    }

    /// <summary>Takes back what was told of sessions.</summary>
    /// <param name="sessions">At most a batch of them.</param>
    /// <param name="port">One of <see cref="Ports"/>; where nobody reads it nothing happens.</param>
    /// <param name="output">Where to.</param>
    /// <returns>Whether a batch was emitted.</returns>
    public bool TakeBack(ReadOnlySpan<int> sessions, int port, IOutput output)
    {
        if (port == Ports.Final || !IsRead(port)) return false;
        var bit = Session.IsTold << port;
        var count = 0;
        foreach (var session in sessions)
        {
            if ((_table[session].Marks & bit) == 0) continue;
            _table[session].Marks &= ~bit;
            _some[count++] = session;
        }
        if (count == 0) return false;
        var told = _some.AsSpan(0, count);
        for (var c = 0; c < _results.Length; c++)
        {
            _results[c] = _context.Memory.Rent(_node.Calls[c].Signature.Result);
            _told[port]!.AppendTo(c, told, _results[c]);
        }
        for (var i = 0; i < count; i++) ((_first[i], _last[i]), _keyNumbers[i]) = (_told[port]![told[i]], _table[told[i]].Key);
        var batch = Rows(count);
        batch.Weights = _context.Memory.Rent<int>(DataType.Integer);
        batch.Weights.Length = count;
        batch.Weights.Values.Fill(-1);
        output.Push(batch, port);
        return true;
    }

    /// <summary>Gives the rows of sessions as they are.</summary>
    /// <param name="sessions">At most a batch of them.</param>
    /// <param name="port">One of <see cref="Ports"/>; where nobody reads it nothing happens.</param>
    /// <param name="canChange">Whether the rows may change later and are remembered for that.</param>
    /// <param name="output">Where to.</param>
    /// <returns>Whether a batch was emitted.</returns>
    public bool Give(ReadOnlySpan<int> sessions, int port, bool canChange, IOutput output)
    {
        if (sessions.IsEmpty || !IsRead(port)) return false;
        _table.Read(sessions, _first, _last, _keyNumbers);
        for (var c = 0; c < _results.Length; c++)
        {
            _results[c] = _context.Memory.Rent(_node.Calls[c].Signature.Result);
            if (_table.States[c] is not { } states)
            {
                _results[c].Length = sessions.Length;
                Times(_node.Calls[c].Function is Min ? _first : _last, (Column<long>)_results[c]);
                continue;
            }
            try
            {
                states.AppendResults(sessions, _results[c]);
            }
            catch (OverflowException e)
            {
                throw new OverflowException($"{string.Join(", ", _node.Views)}: {_node.Calls[c].Function.Name} of a session: {e.Message}", e);
            }
        }
        if (canChange && port != Ports.Final)
        {
            _told[port]!.Remember(_table, sessions, _results, _identity.AsSpan(0, sessions.Length));
            foreach (var session in sessions) _table[session].Marks |= Session.IsTold << port;
        }
        output.Push(Rows(sessions.Length), port);
        return true;
    }

    static void Times(long[] times, Column<long> to) => times.AsSpan(0, to.Length).CopyTo(to.Values);

    /// <summary>A batch of the sessions and the results at hand.</summary>
    Batch Rows(int count)
    {
        var batch = _context.Memory.RentBatch(_node.Schema);
        batch.RowCount = count;
        for (var c = 0; c < PlanBuilder.WindowFields.Length; c++)
        {
            if (_context.Used is { } used && !used[c])
            {
                batch.Add(_context.Memory.RentNulls(DataType.Timestamp, count));
                continue;
            }
            var column = _context.Memory.Rent<long>(DataType.Timestamp);
            column.Length = count;
            Times(c == 0 ? _first : _last, column);
            if (c > 0)
                foreach (ref var time in column.Values) time = _table.After(time) - (c - 1);
            batch.Add(column);
        }
        for (var k = 0; k < _node.Keys.Length; k++)
        {
            var column = _context.Memory.Rent(_node.Input.Schema[_node.Keys[k]].Type);
            _keys.AppendKeys(k, _keyNumbers.AsSpan(0, count), column);
            batch.Add(column);
        }
        foreach (var result in _results) batch.Add(result);
        batch.AssertWhole();
        return batch;
    }

    /// <summary>Writes what was told of a session.</summary>
    public void Save(int session, StateWriter writer)
    {
        for (var port = 0; port < _told.Length; port++)
            if ((_table[session].Marks >> port & Session.IsTold) != 0) _told[port]!.Save(session, writer);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote; the session's marks are there already.</summary>
    public void Load(int session, ref StateReader reader)
    {
        for (var port = 0; port < _told.Length; port++)
            if ((_table[session].Marks >> port & Session.IsTold) != 0) _told[port]!.Load(session, ref reader);
    }

    public void Dispose()
    {
        foreach (var told in _told) told?.Dispose();
    }
}
