using System.Collections.Immutable;
using System.Diagnostics;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators.Joins;

/// <summary>Runs a <see cref="Join"/>: each side remembers its rows, and a row that comes is paired with the remembered ones of the other side.</summary>
/// <remarks>
/// <para>
/// The sum of what is told is the join of the sums of both inputs, in whatever order rows come: a pair is told by the later of its rows with the product of their weights. A side
/// whose rows are told alone counts for each the weights of its partners; a row's own word is given or taken back once a batch, where the count's sign has changed, or, where
/// its time is bounded, once when that time is over.
/// </para>
/// <para>
/// Work on a batch can be left between two batches of pairs, when the outlet is full; so can that on rows whose time is over.
/// </para>
/// </remarks>
sealed class JoinOperator : IOperator, IStateful
{
    const byte IsTouched = 1, HadPartner = 2;

    enum Step { None, Pairs, Past }

    readonly Join _node;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly JoinSide[] _sides;
    readonly JoinIntake[] _intakes;
    readonly ImmutableArray<int>[] _keyColumns;
    readonly JoinedRows _joined;
    readonly PairTests _tests;
    readonly bool[] _tells = new bool[2], _waits = new bool[2], _decides = new bool[2], _isBounded = new bool[2];
    readonly bool _tellsWithPartner; // semi
    readonly bool _needsOne; // of the right side's rows of a key
    readonly long[] _final = [long.MinValue, long.MinValue];
    readonly int[] _batchKeys, _storedRows, _storedKeys, _slots, _slotOf;
    readonly long[] _storedEnds, _found;
    readonly int[] _pairRows, _pairSlots, _weights, _out;
    readonly int[] _touched;
    int _stored, _pairs, _outCount, _touchedCount;
    Step _step;
    Batch? _batch;
    int _input, _at, _entry;
    Frontier _frontier = Frontier.Start;
    bool _advances;

    public JoinOperator(Join node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        _keyColumns = [[.. node.Keys.Select(k => k.Left)], [.. node.Keys.Select(k => k.Right)]];
        _keys = new([.. node.Keys.Select(k => node.Left.Schema[k.Left].Type)], context.Memory, context.Owner);
        _tellsWithPartner = node.Kind == JoinKind.Semi;
        (_tells[0], _tells[1]) = (node.Kind.KeepsLeft || _tellsWithPartner, node.Kind.KeepsRight);
        (_isBounded[0], _isBounded[1]) = (!node.LeftDeadlines.IsEmpty, !node.RightDeadlines.IsEmpty);
        // Final rows come once and stay.
        var retracts = node.Inputs.Select(i => i.Mode == ChangeMode.Retract && context.Demand != Demand.Final).ToArray();
        bool[] used = [.. node.Schema.Fields.Select((_, i) => context.Used is null || context.Used[i])];
        _sides = new JoinSide[2];
        for (var i = 0; i < 2; i++)
        {
            _waits[i] = _tells[i] && _isBounded[i] && !_tellsWithPartner;
            _decides[i] = !node.Kind.GivesPairs && i == 0 && !retracts[1];
            _sides[i] = new(node.Inputs[i].Schema, Kept(i, used, retracts[i]), retracts[i], _tells[i], _isBounded[i], _keys, context);
        }
        _intakes = [new(node, 0, context), new(node, 1, context)];
        _joined = new(node, used, context, _sides);
        _tests = new(node, context, _sides, _joined);
        _needsOne = _decides[0] && !_tests.Any;
        var rows = context.Memory.BatchRows;
        (_batchKeys, _storedRows, _storedKeys, _slots, _slotOf) = (new int[rows], new int[rows], new int[rows], new int[rows], new int[rows]);
        (_storedEnds, _found) = (new long[rows], new long[rows]);
        (_pairRows, _pairSlots, _weights, _out, _touched) = (new int[rows], new int[rows], new int[rows], new int[rows], new int[rows]);
    }

    /// <summary>The columns of a side that are read of remembered rows.</summary>
    ImmutableArray<int> Kept(int side, bool[] used, bool retracts)
    {
        bool[][] kept = [new bool[_node.Left.Schema.Count], new bool[_node.Right.Schema.Count]];
        if (retracts) _node.MarkConditions(kept[0], kept[1]);
        else _node.MarkTests(kept[0], kept[1]);
        for (var i = 0; i < used.Length; i++)
        {
            if (!used[i]) continue;
            if (i < kept[0].Length) kept[0][i] = true;
            else kept[1][i - kept[0].Length] = true;
        }
        return [.. Enumerable.Range(0, kept[side].Length).Where(i => kept[side][i])];
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        Debug.Assert(_step == Step.None);
        if (batch.RowCount == 0) return;
        (_batch, _input) = (batch.Retain(), input);
        _intakes[input].Take(batch, _final[input]);
        var rows = _intakes[input].Rows;
        var keys = _batchKeys.AsSpan(0, rows.Length);
        if (rows.Length > 0) _keys.Find(batch, _keyColumns[input], rows, keys);
        Remember(batch, rows, keys);
        (_step, _at, _pairs) = (Step.Pairs, 0, 0);
        _entry = rows.IsEmpty ? 0 : FirstPartner(0);
        Resume(output);
    }

    /// <summary>Stores the rows that may still have partners to come.</summary>
    void Remember(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<int> keys)
    {
        var own = _sides[_input];
        var others = _final[1 - _input];
        _stored = 0;
        if (own.Counts)
        {
            _found.AsSpan(0, batch.RowCount).Clear();
            _slotOf.AsSpan(0, batch.RowCount).Fill(-1);
        }
        if (others == long.MaxValue) return; // nothing comes any more
        if (_isBounded[_input])
        {
            var ends = _intakes[_input].Ends;
            for (var i = 0; i < rows.Length; i++)
            {
                if (ends[i] < others) continue;
                (_storedRows[_stored], _storedKeys[_stored], _storedEnds[_stored]) = (rows[i], keys[i], ends[i]);
                _stored++;
            }
        }
        else if (_input == 1 && _needsOne)
        {
            // That there is a partner is all that anybody asks; the first of a key says it for the others.
            for (var i = 0; i < rows.Length; i++)
            {
                if (keys[i] < own.Heads.Length && own.Heads[keys[i]] != 0) continue;
                (_storedRows[_stored], _storedKeys[_stored]) = (rows[i], keys[i]);
                _stored++;
            }
        }
        else
        {
            rows.CopyTo(_storedRows);
            keys.CopyTo(_storedKeys);
            _stored = rows.Length;
        }
        own.Store(batch, _storedRows.AsSpan(0, _stored), _storedKeys.AsSpan(0, _stored), _storedEnds.AsSpan(0, _stored), _slots.AsSpan(0, _stored));
        if (!own.Counts) return;
        for (var i = 0; i < _stored; i++) _slotOf[_storedRows[i]] = _slots[i];
    }

    int FirstPartner(int at)
    {
        var heads = _sides[1 - _input].Heads;
        var key = _batchKeys[at];
        return key < heads.Length ? heads[key] : 0;
    }

    public bool Resume(IOutput output)
    {
        if (_step == Step.Pairs)
        {
            if (MakePairs(output)) return true;
            TellOwn(output);
            Settle();
            _batch!.Release();
            _batch = null;
            _step = Step.None;
            return false;
        }
        if (_step == Step.Past)
        {
            if (TellPast(output)) return true;
            _step = Step.None;
        }
        if (!_advances) return false;
        _advances = false;
        Tidy();
        output.Advance(_frontier);
        return false;
    }

    /// <summary>Pairs the rows of the batch with what the other side remembers, a chain at a time.</summary>
    /// <returns>Whether the outlet is full before all is said.</returns>
    bool MakePairs(IOutput output)
    {
        var rows = _intakes[_input].Rows;
        var other = _sides[1 - _input];
        var next = other.Next;
        var heads = other.Heads;
        while (_at < rows.Length)
        {
            for (var entry = _entry; entry != 0;)
            {
                (_pairRows[_pairs], _pairSlots[_pairs]) = (rows[_at], entry - 1);
                _pairs++;
                entry = next[entry - 1];
                if (_pairs < _pairRows.Length) continue;
                _entry = entry;
                if (TellPairs(output) && output.IsFull) return true;
            }
            _at++;
            if (_at == rows.Length) break;
            var key = _batchKeys[_at];
            _entry = key < heads.Length ? heads[key] : 0;
        }
        TellPairs(output);
        return false;
    }

    /// <summary>Tests the pairs at hand, counts them and tells them.</summary>
    /// <returns>Whether a batch was emitted.</returns>
    bool TellPairs(IOutput output)
    {
        if (_pairs == 0) return false;
        var count = _tests.Any ? _tests.Keep(_batch!, _input, _pairRows.AsSpan(0, _pairs), _pairSlots.AsSpan(0, _pairs)) : _pairs;
        _pairs = 0;
        if (count == 0) return false;
        var (own, other) = (_sides[_input], _sides[1 - _input]);
        var given = _batch!.Weights is { } w ? w.Values : default;
        if (own.Counts)
            for (var i = 0; i < count; i++) _found[_pairRows[i]] += other.WeightOf(_pairSlots[i]);
        if (other.Counts)
            for (var i = 0; i < count; i++) Touch(other, _pairSlots[i], given.IsEmpty ? 1 : given[_pairRows[i]]);
        var told = TellOthers(output, gainedPartner: true);
        if (_node.Kind.GivesPairs)
        {
            var weights = _weights.AsSpan(0, count);
            if (given.IsEmpty && !other.HasWeights) weights = default;
            else
                for (var i = 0; i < count; i++) weights[i] = checked((given.IsEmpty ? 1 : given[_pairRows[i]]) * other.WeightOf(_pairSlots[i]));
            output.Push(_joined.Pairs(_batch!, _input, _pairRows.AsSpan(0, count), _pairSlots.AsSpan(0, count), weights));
            told = true;
        }
        told |= TellOthers(output, gainedPartner: false);
        foreach (var slot in _touched.AsSpan(0, _touchedCount))
        {
            other.MarkOf(slot) = 0;
            if (_decides[1 - _input] && other.MatchesOf(slot) > 0) other.Free(slot, isPast: false);
        }
        _touchedCount = 0;
        return told;
    }

    void Touch(JoinSide side, int slot, int weight)
    {
        if (_decides[1 - _input] && !side.IsHeld(slot)) return; // decided by pairs before
        ref var mark = ref side.MarkOf(slot);
        ref var matches = ref side.MatchesOf(slot);
        if (mark == 0)
        {
            mark = (byte)(IsTouched | (matches > 0 ? HadPartner : 0));
            side.MarkChanged(slot);
            _touched[_touchedCount++] = slot;
        }
        matches += weight;
    }

    /// <summary>Remembered rows of the other side that have got their first partner or lost their last.</summary>
    /// <returns>Whether a batch was emitted.</returns>
    bool TellOthers(IOutput output, bool gainedPartner)
    {
        var side = 1 - _input;
        var other = _sides[side];
        if (_touchedCount == 0 || _waits[side]) return false;
        foreach (var slot in _touched.AsSpan(0, _touchedCount))
        {
            var had = (other.MarkOf(slot) & HadPartner) != 0;
            var has = other.MatchesOf(slot) > 0;
            if (had != has && has == gainedPartner) Out(slot, has == _tellsWithPartner ? other.WeightOf(slot) : -other.WeightOf(slot));
        }
        return Flush(side, output);
    }

    void Out(int slot, int weight)
    {
        if (weight == 0) return;
        (_out[_outCount], _weights[_outCount]) = (slot, weight);
        _outCount++;
    }

    bool Flush(int side, IOutput output)
    {
        if (_outCount == 0) return false;
        output.Push(_joined.Alone(side, _out.AsSpan(0, _outCount), _weights.AsSpan(0, _outCount)));
        _outCount = 0;
        return true;
    }

    /// <summary>The batch's own rows that are told alone: at most one batch.</summary>
    void TellOwn(IOutput output)
    {
        if (!_tells[_input]) return;
        var count = 0;
        var given = _batch!.Weights is { } w ? w.Values : default;
        foreach (var row in _intakes[_input].Rows)
            if (_found[row] > 0 == _tellsWithPartner && (!_waits[_input] || _slotOf[row] < 0)) Tell(row, given);
        if (!_tellsWithPartner)
            foreach (var row in _intakes[_input].Lone) Tell(row, given);
        if (count > 0) output.Push(_joined.Alone(_batch, _input, _out.AsSpan(0, count), _weights.AsSpan(0, count)));

        void Tell(int row, ReadOnlySpan<int> weights)
        {
            (_out[count], _weights[count]) = (row, weights.IsEmpty ? 1 : weights[row]);
            count++;
        }
    }

    /// <summary>Notes what was counted for the rows of the batch, and forgets those that need not be remembered after all.</summary>
    void Settle()
    {
        var own = _sides[_input];
        if (!own.Counts && !own.Retracts) return;
        for (var i = 0; i < _stored; i++)
        {
            var slot = _slots[i];
            if (!own.IsHeld(slot)) continue;
            var found = own.Counts ? own.MatchesOf(slot) = _found[_storedRows[i]] : 0;
            if (_decides[_input] && found > 0) own.Free(slot, isPast: false);
            else if (own.Retracts) own.FreeIfNothing(slot);
        }
    }

    public void OnInputFrontier(int input, Frontier frontier, IOutput output)
    {
        Debug.Assert(_step == Step.None);
        _final[input] = frontier.Final.Microseconds;
        var side = 1 - input; // whose partners can no longer come
        if (_isBounded[side])
        {
            _entry = _sides[side].TakePast(_final[input]);
            if (_entry == 0) return;
            (_step, _input) = (Step.Past, input);
            Resume(output);
        }
        else if (_final[input] == long.MaxValue) _sides[side].FreeAll();
    }

    /// <summary>Forgets the rows that are past; those that waited for a partner in vain are told.</summary>
    bool TellPast(IOutput output)
    {
        var side = 1 - _input;
        var own = _sides[side];
        while (_entry != 0)
        {
            var slot = _entry - 1;
            _entry = own.After(slot);
            if (_waits[side] && own.MatchesOf(slot) <= 0) Out(slot, own.WeightOf(slot));
            own.Free(slot, isPast: true);
            if (_outCount == _out.Length && Flush(side, output) && output.IsFull) return true;
        }
        Flush(side, output);
        return false;
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        (_frontier, _advances) = (frontier, true);
        Resume(output);
    }

    public void OnBarrier(long epoch, IOutput output) => Tidy();

    void Tidy()
    {
        _keys.SweepIfDue();
        foreach (var side in _sides) side.TidyIfDue();
    }

    public void Dispose()
    {
        _batch?.Release();
        foreach (var side in _sides) side.Dispose();
        _tests.Dispose();
        _keys.Dispose();
    }

    public long StateRows => _sides[0].Rows + _sides[1].Rows;

    public void SaveCommon(StateWriter writer)
    {
        writer.Write(_frontier);
        writer.Write(_final[0]);
        writer.Write(_final[1]);
    }

    public void LoadCommon(ref StateReader reader)
    {
        _frontier = reader.Read<Frontier>();
        _final[0] = reader.Read<long>();
        _final[1] = reader.Read<long>();
    }

    public void Save(StateSaver saver)
    {
        var writer = saver.Writer;
        foreach (var key in _keys.SaveChanged(saver))
        {
            foreach (var side in _sides) side.Save(key, writer);
        }
    }

    public void Load(long part, ref StateReader reader)
    {
        var key = _keys.LoadKey(ref reader);
        foreach (var side in _sides) side.Load(key, ref reader);
    }
}
