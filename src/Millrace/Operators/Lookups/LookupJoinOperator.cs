using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators.Lookups;

/// <summary>Holds all rows of the right side, then looks every row of the left side up in them.</summary>
/// <remarks>
/// Where no key stands twice and there is no further condition, a batch costs one look-up a row: its left columns are shared, the right ones gathered. Otherwise the matches of a batch
/// are told a batch at a time, and the operator yields between them. Left rows that come too early are kept as they are.
/// </remarks>
sealed class LookupJoinOperator : IOperator, IStateful
{
    const long TablePart = 0, WaitingPart = 1;

    readonly LookupJoin _node;
    readonly OperatorContext _context;
    readonly LookupIndex _index;
    readonly RowSlots _table;
    readonly JoinedRows _joined;
    readonly WaitingRows _waiting;
    readonly PairCondition? _condition;
    readonly int[] _keys, _leftRows, _slots;
    readonly bool[] _matched; // with a condition: which rows of the batch have found a partner
    int _nothing = -1; // the slot of NULLs
    bool _isLoaded;

    int _savedRows, _savedKeys;
    bool _waitingHasChanged, _wasLoaded;
    readonly List<ulong> _takenOver = [];
    List<(int Row, byte[] Image)> _loaded = [];

    Batch? _left; // the batch at hand where its matches are told in several turns
    int _row, _match;

    public LookupJoinOperator(LookupJoin node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        var (left, right) = (node.Left.Schema, node.Right.Schema);
        var both = new Schema(left.Fields.Concat(right.Fields));
        var needed = Needed(node, both.Count, context.Used);
        _index = new([.. node.RightKeys.Select(k => right[k].Type)], context.Memory, context.Owner);
        _table = new(right, context.Memory, context.Owner, [.. needed.Skip(left.Count)]);
        _joined = new(both, left.Count, needed, _table, context.Memory);
        _waiting = new(left, context.Memory);
        if (node.Condition is not null) _condition = new(node.Condition, context);
        var rows = context.Memory.BatchRows;
        (_keys, _leftRows, _slots, _matched) = (new int[rows], new int[rows], new int[rows], new bool[rows]);
    }

    static bool[] Needed(LookupJoin node, int columns, IReadOnlyList<bool>? used)
    {
        var needed = new bool[columns];
        for (var i = 0; i < node.Schema.Count; i++) needed[i] = used is null || used[i];
        if (node.Condition is not null) ColumnUse.Mark(node.Condition, needed);
        return needed;
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        if (input == 1) Add(batch);
        else if (!_isLoaded)
        {
            _waiting.Add(batch);
            _waitingHasChanged = true;
        }
        else Begin(batch, output);
    }

    void Add(Batch batch)
    {
        var rows = _index.Add(batch, _node.RightKeys);
        for (var i = 0; i < rows.Length; i++) _slots[i] = _table.Take();
        if (rows.Length > 0) _table.Set(_slots.AsSpan(0, rows.Length), batch, rows);
    }

    public void OnInputFrontier(int input, Frontier frontier, IOutput output)
    {
        if (input == 0 || _isLoaded || frontier.Final != Timestamp.MaxValue) return;
        Open();
        while (Resume(output))
            if (output.IsFull) return;
    }

    void Open()
    {
        _index.Make();
        _isLoaded = true;
        if (_node.Kind != JoinKind.Left) return;
        _nothing = _table.Take();
        _table.SetNull(_nothing);
    }

    /// <summary>Tells the matches of a batch, or as many as there is room for.</summary>
    void Begin(Batch batch, IOutput output)
    {
        var keys = _keys.AsSpan(0, batch.RowCount);
        var foundAll = _index.Find(batch, _node.LeftKeys, keys);
        if (!_node.Kind.GivesPairs && _condition is null)
        {
            for (var row = 0; row < keys.Length; row++) _matched[row] = keys[row] >= 0;
            TellByMatch(batch, _node.Kind == JoinKind.Semi, output);
            return;
        }
        if (_index.IsUnique && (_condition is null || _node.Kind == JoinKind.Inner))
        {
            BeginUnique(batch, keys, foundAll, output);
            return;
        }
        (_left, _row, _match) = (batch.Retain(), 0, 0);
        _matched.AsSpan(0, batch.RowCount).Clear();
        while (Go(output))
            if (output.IsFull) return;
    }

    /// <summary>A row has one match at most, whose number its key's number is.</summary>
    void BeginUnique(Batch batch, Span<int> keys, bool foundAll, IOutput output)
    {
        if (!foundAll && _node.Kind == JoinKind.Left)
        {
            foreach (ref var key in keys)
                if (key < 0) key = _nothing;
            foundAll = true;
        }
        if (foundAll)
        {
            Tell(_joined.All(batch, keys), output);
            return;
        }
        var count = 0;
        for (var row = 0; row < keys.Length; row++)
        {
            (_leftRows[count], _slots[count]) = (row, keys[row]);
            count += keys[row] >= 0 ? 1 : 0;
        }
        if (count > 0) Tell(_joined.Some(batch, _leftRows.AsSpan(0, count), _slots.AsSpan(0, count)), output);
    }

    /// <summary>Tells the rows of a batch that have found a partner, or those that have not.</summary>
    void TellByMatch(Batch batch, bool matched, IOutput output)
    {
        var count = 0;
        for (var row = 0; row < batch.RowCount; row++)
        {
            _leftRows[count] = row;
            count += _matched[row] == matched ? 1 : 0;
        }
        if (count == batch.RowCount) output.Push(batch.Retain());
        else if (count > 0) output.Push(batch.Gather(_leftRows.AsSpan(0, count), _context.Used));
    }

    /// <summary>Pushes joined rows; the condition leaves some out.</summary>
    void Tell(Batch joined, IOutput output)
    {
        if (_condition is null) output.Push(joined);
        else if (_condition.Filter(joined, out _) is { } passed) output.Push(passed);
    }

    /// <summary>Tells the next batch of matches of the left batch at hand.</summary>
    /// <returns>Whether there is more.</returns>
    bool Go(IOutput output)
    {
        if (_left is null) return false;
        var count = 0;
        for (; _row < _left.RowCount && count < _slots.Length; _match = 0, _row++)
        {
            if (_keys[_row] < 0)
            {
                if (_node.Kind == JoinKind.Left && _condition is null) Pair(_row, _nothing, ref count);
                continue;
            }
            if (_index.IsUnique)
            {
                Pair(_row, _keys[_row], ref count);
                continue;
            }
            var rows = _index.RowsOf(_keys[_row]);
            while (_match < rows.Length && count < _slots.Length) Pair(_row, rows[_match++], ref count);
            if (_match < rows.Length) break;
        }
        if (count > 0)
        {
            var leftRows = _leftRows.AsSpan(0, count);
            var joined = _joined.Some(_left, leftRows, _slots.AsSpan(0, count));
            if (_condition is null) output.Push(joined);
            else if (_condition.Filter(joined, out var passing) is { } passed)
            {
                foreach (var place in passing) _matched[leftRows[place]] = true;
                if (_node.Kind.GivesPairs) output.Push(passed);
                else passed.Release();
            }
            if (_row < _left.RowCount || TellsInTheEnd) return true;
        }
        if (_row == _left.RowCount && TellsInTheEnd)
        {
            if (_node.Kind == JoinKind.Left) TellUnmatched(output);
            else TellByMatch(_left, _node.Kind == JoinKind.Semi, output);
        }
        _left.Release();
        _left = null;
        return false;
    }

    /// <summary>Whether what a row gives is known only when all its matches have been tested.</summary>
    bool TellsInTheEnd => _condition is not null && _node.Kind != JoinKind.Inner;

    void Pair(int row, int slot, ref int count)
    {
        (_leftRows[count], _slots[count]) = (row, slot);
        count++;
    }

    void TellUnmatched(IOutput output)
    {
        var count = 0;
        for (var row = 0; row < _left!.RowCount; row++)
            if (!_matched[row]) Pair(row, _nothing, ref count);
        if (count > 0) output.Push(_joined.Some(_left, _leftRows.AsSpan(0, count), _slots.AsSpan(0, count)));
    }

    public bool Resume(IOutput output)
    {
        if (Go(output)) return true;
        if (!_isLoaded || _waiting.Take() is not { } batch) return false;
        _waitingHasChanged = true;
        Begin(batch, output);
        batch.Release();
        return true;
    }

    public void Dispose()
    {
        _left?.Release();
        _waiting.Dispose();
        _index.Dispose();
        _table.Dispose();
        _condition?.Dispose();
    }

    public long StateRows => _index.Rows;

    public void SaveCommon(StateWriter writer) => writer.Write(_isLoaded);

    public void LoadCommon(ref StateReader reader) => _wasLoaded = reader.Read<bool>();

    // Every lane holds the whole table.
    public bool IsEverywhere(long part) => part == TablePart;

    public void Save(StateSaver saver)
    {
        if (_context.Lane == 0) SaveTable(saver);
        if (!_waitingHasChanged) return;
        _waitingHasChanged = false;
        saver.BeginPart(WaitingPart);
        // Rows of lanes that are no more wait here now.
        foreach (var hash in _takenOver)
        {
            saver.BeginEntry().Write(hash);
            saver.EndGone();
        }
        _takenOver.Clear();
        saver.BeginEntry().Write(_context.OwnHash);
        _waiting.Save(saver.BeginValue());
        saver.EndEntry();
    }

    /// <summary>Writes the rows that have come: a row's number, the number of its key, the key where the row is its first, and the row.</summary>
    void SaveTable(StateSaver saver)
    {
        for (; _savedRows < _index.Rows; _savedRows++)
        {
            var key = _index.KeyOf(_savedRows);
            var writer = saver.BeginEntry();
            writer.Write(_index.Keys.HashOf(key));
            writer.Write(_savedRows);
            saver.BeginValue().Write(key);
            if (key == _savedKeys)
            {
                _index.Keys.SaveKey(key, writer);
                _savedKeys++;
            }
            _table.Save(_savedRows, writer);
            saver.EndEntry();
        }
    }

    public void Load(long part, ref StateReader reader)
    {
        var hash = reader.Read<ulong>();
        if (part == WaitingPart)
        {
            _waiting.Load(ref reader);
            if (hash != _context.OwnHash) _takenOver.Add(hash);
        }
        else _loaded.Add((reader.Read<int>(), reader.ReadRest().ToArray()));
    }

    public void EndLoad()
    {
        foreach (var (_, image) in _loaded.OrderBy(l => l.Row))
        {
            var reader = new StateReader(image);
            var key = reader.Read<int>();
            _index.AddTo(key == _index.Keys.Limit ? _index.Keys.LoadKey(ref reader) : key);
            _table.Load(ref reader);
        }
        _loaded = [];
        (_savedRows, _savedKeys) = (_index.Rows, _index.Keys.Limit);
        if (_wasLoaded) Open();
    }
}
