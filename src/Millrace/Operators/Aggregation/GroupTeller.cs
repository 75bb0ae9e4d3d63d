using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Aggregation;

/// <summary>Tells the rows of groups on the ports that are read, a batch at a time: the row told before is taken back, the row that holds now is given.</summary>
sealed class GroupTeller : IDisposable
{
    readonly Aggregate _node;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly Groups _groups;
    readonly Hops? _hops;
    readonly ToldRows?[] _told = new ToldRows?[2]; // by port; what is final is told once
    readonly Column[] _results;
    readonly int[] _chunk, _some, _keyNumbers, _identity;
    int _position; // in the members of the slice that is being told

    public GroupTeller(Aggregate node, OperatorContext context, KeyedTable keys, Groups groups, Hops? hops)
    {
        (_node, _context, _keys, _groups, _hops) = (node, context, keys, groups, hops);
        _results = new Column[node.Calls.Length];
        var rows = context.Memory.BatchRows;
        (_chunk, _some, _keyNumbers, _identity) = (new int[rows], new int[rows], new int[rows], [.. Enumerable.Range(0, rows)]);
        for (var port = 0; port < _told.Length; port++)
            if (IsRead(port)) _told[port] = new(node.Calls, context.Memory, context.Owner);
    }

    /// <summary>Whether groups without rows have a result all the same.</summary>
    public bool KeepsEmpty { get; set; }

    bool IsRead(int port) => ((int)_context.Demand >> port & 1) != 0;

    /// <summary>Tells the next batch of a slice's groups.</summary>
    /// <param name="slice">The slice; the same until the answer is true.</param>
    /// <param name="port">One of <see cref="Ports"/>; where nobody reads it nothing happens.</param>
    /// <param name="onlyTouched">Whether only groups that changed since the port heard of them are told.</param>
    /// <param name="canChange">Whether the rows may change later and are remembered for that.</param>
    /// <param name="output">Where to.</param>
    /// <param name="pushed">Whether a batch was emitted.</param>
    /// <returns>Whether the slice is done.</returns>
    public bool Tell(Slice slice, int port, bool onlyTouched, bool canChange, IOutput output, out bool pushed)
    {
        pushed = false;
        if (!IsRead(port)) return true;
        var bit = (byte)(1 << port);
        var members = slice.Members;
        var count = 0;
        for (; _position < members.Length && count < _chunk.Length; _position++)
        {
            var group = members[_position];
            if (onlyTouched && (_groups.Touched[group] & bit) == 0) continue;
            _groups.Touched[group] &= (byte)~bit;
            if (canChange) slice.MarkUnsaved(_groups, group); // what is told of it stands in its state
            _chunk[count++] = group;
        }
        if (count > 0)
        {
            pushed = TakeBack(slice, port, _chunk.AsSpan(0, count), output);
            pushed |= Give(slice, port, _chunk.AsSpan(0, count), canChange, output);
        }
        if (_position < members.Length) return false;
        _position = 0;
        return true;
    }

    bool TakeBack(Slice slice, int port, ReadOnlySpan<int> groups, IOutput output)
    {
        if (port == Ports.Final) return false;
        var bit = (byte)(1 << port);
        var count = 0;
        foreach (var group in groups)
        {
            if ((_groups.Told[group] & bit) == 0) continue;
            _groups.Told[group] &= (byte)~bit;
            _some[count++] = group;
        }
        if (count == 0) return false;
        var told = _some.AsSpan(0, count);
        for (var c = 0; c < _results.Length; c++)
        {
            _results[c] = _context.Memory.Rent(_node.Calls[c].Signature.Result);
            _told[port]!.AppendTo(c, told, _results[c]);
        }
        var batch = Rows(slice, told);
        batch.Weights = _context.Memory.Rent<int>(DataType.Integer);
        batch.Weights.Length = count;
        batch.Weights.Values.Fill(-1);
        output.Push(batch, port);
        return true;
    }

    bool Give(Slice slice, int port, ReadOnlySpan<int> groups, bool canChange, IOutput output)
    {
        var count = 0;
        var states = _groups.States;
        if (_hops is not null)
        {
            count = _hops.Merge(slice, groups, _some);
            states = _hops.Merged;
        }
        else
            foreach (var group in groups)
                if (KeepsEmpty || _groups.HasRows(group)) _some[count++] = group;
        if (count == 0) return false;
        var alive = _some.AsSpan(0, count);
        var numbers = _hops is null ? alive : _identity.AsSpan(0, count);
        var first = _node.Schema.Count - _results.Length;
        for (var c = 0; c < _results.Length; c++)
        {
            if (!_context.IsUsed(port, first + c))
            {
                _results[c] = _context.Memory.RentNulls(_node.Calls[c].Signature.Result, count);
                continue;
            }
            _results[c] = _context.Memory.Rent(_node.Calls[c].Signature.Result);
            try
            {
                states[c].AppendResults(numbers, _results[c]);
            }
            catch (OverflowException e)
            {
                throw new OverflowException(Describe(c, states[c], alive, numbers, e), e);
            }
        }
        if (canChange && port != Ports.Final)
        {
            _told[port]!.Remember(alive, _results, _identity.AsSpan(0, count), _groups.Limit);
            foreach (var group in alive) _groups.Told[group] |= (byte)(1 << port);
        }
        output.Push(Rows(slice, alive), port);
        return true;
    }

    /// <summary>A batch of some groups with the results at hand.</summary>
    Batch Rows(Slice slice, ReadOnlySpan<int> groups)
    {
        var batch = _context.Memory.RentBatch(_node.Schema);
        batch.RowCount = groups.Length;
        if (_node.Window is not null)
        {
            batch.Add(Time(slice.Start, groups.Length));
            batch.Add(Time(slice.End, groups.Length));
            batch.Add(Time(slice.End - 1, groups.Length));
        }
        for (var i = 0; i < groups.Length; i++) _keyNumbers[i] = _groups.Keys[groups[i]];
        for (var k = 0; k < _node.Keys.Length; k++)
        {
            var column = _context.Memory.Rent(_node.Input.Schema[_node.Keys[k]].Type);
            _keys.AppendKeys(k, _keyNumbers.AsSpan(0, groups.Length), column);
            batch.Add(column);
        }
        foreach (var result in _results) batch.Add(result);
        batch.AssertWhole();
        return batch;
    }

    Column<long> Time(long time, int rows)
    {
        var column = _context.Memory.Rent<long>(DataType.Timestamp);
        column.Length = rows;
        column.Values.Fill(time);
        return column;
    }

    /// <summary>Names the view and the key whose result does not fit: rows are no longer known here, so this is what leads to them.</summary>
    string Describe(int call, AggregateStates states, ReadOnlySpan<int> groups, ReadOnlySpan<int> numbers, OverflowException error)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            var column = _context.Memory.Rent(_node.Calls[call].Signature.Result);
            try
            {
                states.AppendResults(numbers.Slice(i, 1), column);
            }
            catch (OverflowException)
            {
                return $"{string.Join(", ", _node.Views)}: {_node.Calls[call].Function.Name} of the group {KeyText(groups[i])}: {error.Message}";
            }
            finally
            {
                column.Release();
            }
        }
        return $"{string.Join(", ", _node.Views)}: {_node.Calls[call].Function.Name}: {error.Message}";
    }

    string KeyText(int group)
    {
        var values = new List<string>();
        for (var k = 0; k < _node.Keys.Length; k++)
        {
            var field = _node.Input.Schema[_node.Keys[k]];
            var column = _context.Memory.Rent(field.Type);
            _keys.AppendKeys(k, [_groups.Keys[group]], column);
            values.Add($"{field.Name} = {(column.IsNull(0) ? "NULL" : ValueText.Format(column, 0))}");
            column.Release();
        }
        return values.Count == 0 ? "of all rows" : string.Join(", ", values);
    }

    /// <summary>Writes what was told of a group.</summary>
    public void Save(int group, StateWriter writer)
    {
        var told = _groups.Told[group];
        writer.Write(told);
        for (var port = 0; port < _told.Length; port++)
            if ((told >> port & 1) != 0) _told[port]!.Save(group, writer);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    /// <param name="group">The group.</param>
    /// <param name="reader">What was written.</param>
    /// <param name="saved">How it was written by an aggregate with other calls or other readers; null = by one like this.</param>
    public void Load(int group, ref StateReader reader, SavedCalls? saved = null)
    {
        var told = reader.Read<byte>();
        _groups.Told[group] = told;
        for (var port = 0; port < _told.Length; port++)
        {
            if ((told >> port & 1) == 0) continue;
            if (saved is null) _told[port]!.Load(group, ref reader);
            else
            {
                saved.LoadTold(_told[port]?.Columns, group, ref reader);
                if (_told[port] is null) _groups.Told[group] &= (byte)~(1 << port);
            }
        }
    }

    /// <summary>Forgets what was told, and frees the memory.</summary>
    public void Forget()
    {
        foreach (var told in _told) told?.Forget();
    }

    public void Dispose()
    {
        foreach (var told in _told) told?.Dispose();
    }
}
