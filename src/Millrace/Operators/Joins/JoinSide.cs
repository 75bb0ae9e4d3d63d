using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Joins;

/// <summary>The rows that a join remembers of one side: column by column under slot numbers, those of one key in a chain.</summary>
/// <remarks>
/// Rows that are only added take any free slot. Rows that may be taken back are found again by all their values, so that equal rows share a slot and its weight.
/// Only columns that somebody reads are kept. A slot costs some 12 to 40 bytes besides its values.
/// </remarks>
sealed class JoinSide : IDisposable
{
    readonly MemoryOwner _owner;
    readonly KeyedTable _keys;
    readonly SlotColumn?[] _columns; // of rows that are only added, by column of the side
    readonly RowTexts[] _texts; // those of the columns
    readonly KeyedTable? _table; // of rows that may be taken back: the kept columns
    readonly ImmutableArray<int> _kept;
    readonly int[] _places; // where a column stands among the kept ones, or -1
    readonly Deadlines? _deadlines;
    readonly bool _unlinks;
    int[] _heads = []; // by key: slot + 1
    int[] _next = [], _previous = [], _keyOf = [];
    int[] _weights = []; // empty as long as every row counts once
    long[] _matches = []; // weights of the partners, where somebody asks for them
    byte[] _marks = [];
    int[] _free = [];
    int _freeCount, _unreleased, _last; // of the free slots, how many still hold their values
    long _freedSinceTidy;

    /// <summary>Creates an empty side.</summary>
    /// <param name="schema">Its columns.</param>
    /// <param name="kept">Those that are read of remembered rows.</param>
    /// <param name="retracts">Whether rows may be taken back.</param>
    /// <param name="counts">Whether it is asked how many partners a row has.</param>
    /// <param name="isBounded">Whether rows have an end.</param>
    /// <param name="keys">The keys of both sides.</param>
    /// <param name="context">Memory and account.</param>
    public JoinSide(Schema schema, ImmutableArray<int> kept, bool retracts, bool counts, bool isBounded, KeyedTable keys, OperatorContext context)
    {
        (_owner, _keys, _kept) = (context.Owner, keys, kept);
        Counts = counts;
        _places = new int[schema.Count];
        _places.AsSpan().Fill(-1);
        for (var i = 0; i < kept.Length; i++) _places[kept[i]] = i;
        _columns = new SlotColumn?[schema.Count];
        if (retracts) _table = new([.. kept.Select(c => schema[c].Type)], context.Memory, context.Owner);
        else
            foreach (var column in kept) _columns[column] = SlotColumn.ForRows(schema[column].Type, context.Memory, context.Owner);
        _texts = [.. _columns.OfType<RowTexts>()];
        if (isBounded) _deadlines = new(context.Owner);
        _unlinks = retracts || counts || isBounded;
    }

    /// <summary>Whether it is asked how many partners a row has.</summary>
    public bool Counts { get; }

    /// <summary>Whether equal rows share a slot.</summary>
    public bool Retracts => _table is not null;

    /// <summary>Rows that are remembered; equal ones of a side that retracts count once.</summary>
    public long Rows { get; private set; }

    /// <summary>The first slot + 1 of each key; keys beyond the end have none.</summary>
    public ReadOnlySpan<int> Heads => _heads;

    /// <summary>The next slot + 1 of the same key.</summary>
    public ReadOnlySpan<int> Next => _next;

    /// <summary>The weight of a slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int WeightOf(int slot) => _weights.Length == 0 ? 1 : _weights[slot];

    /// <summary>Whether a slot may weigh other than 1.</summary>
    public bool HasWeights => _weights.Length != 0;

    /// <summary>The weights of a slot's partners.</summary>
    public ref long MatchesOf(int slot) => ref _matches[slot];

    /// <summary>Marks that the operator keeps while it works on a batch; zero otherwise.</summary>
    public ref byte MarkOf(int slot) => ref _marks[slot];

    /// <summary>Says that what is known of a slot has changed.</summary>
    public void MarkChanged(int slot) => _keys.MarkChanged(_keyOf[slot]);

    /// <summary>Remembers rows of a batch.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="keys">Their keys.</param>
    /// <param name="deadlines">When they are past; read only where the side is bounded.</param>
    /// <param name="slots">Takes where each stands.</param>
    public void Store(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<int> keys, ReadOnlySpan<long> deadlines, Span<int> slots)
    {
        if (rows.IsEmpty) return;
        if (_table is not null)
        {
            _table.Find(batch, _kept, rows, slots);
            EnsureSlots(_table.Limit);
        }
        else
        {
            ReleaseValues();
            for (var i = 0; i < slots.Length; i++) slots[i] = _freeCount > 0 ? _free[--_freeCount] : _last++;
            EnsureSlots(_last);
            foreach (var column in _kept) _columns[column]!.Set(slots, batch[column], rows);
        }
        if (_weights.Length == 0 && (_table is not null || batch.Weights is not null)) AddWeights();
        if (_heads.Length < _keys.Limit) Grow(ref _heads, _keys.Limit);
        var weights = batch.Weights is { } given ? given.Values : default;
        for (var i = 0; i < slots.Length; i++)
        {
            var (slot, key) = (slots[i], keys[i]);
            var weight = weights.IsEmpty ? 1 : weights[rows[i]];
            if (_table is null || !_table.IsHeld(slot)) Begin(slot, key, weight, _deadlines is null ? 0 : deadlines[i]);
            else _weights[slot] += weight;
            _keys.MarkChanged(key);
        }
    }

    void Begin(int slot, int key, int weight, long deadline)
    {
        _table?.Hold(slot);
        _keys.Hold(key);
        Rows++;
        if (_weights.Length != 0) _weights[slot] = weight;
        if (Counts) (_matches[slot], _marks[slot]) = (0, 0);
        _keyOf[slot] = key;
        var first = _heads[key];
        _next[slot] = first;
        if (_unlinks)
        {
            _previous[slot] = 0;
            if (first != 0) _previous[first - 1] = slot + 1;
        }
        _heads[key] = slot + 1;
        _deadlines?.Add(slot, deadline);
    }

    /// <summary>Forgets a slot whose rows add up to nothing.</summary>
    public void FreeIfNothing(int slot)
    {
        if (_weights[slot] == 0 && _table!.IsHeld(slot)) Free(slot, isPast: false);
    }

    /// <summary>Whether a slot holds a row.</summary>
    public bool IsHeld(int slot) => _table is null ? _keyOf[slot] >= 0 : _table.IsHeld(slot);

    /// <summary>Forgets a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="isPast">Whether it was found past; otherwise its deadline is taken out.</param>
    public void Free(int slot, bool isPast)
    {
        var key = _keyOf[slot];
        var (next, previous) = (_next[slot], _previous[slot]);
        if (next != 0) _previous[next - 1] = previous;
        if (previous != 0) _next[previous - 1] = next;
        else _heads[key] = next;
        if (!isPast) _deadlines?.Remove(slot);
        _keys.MarkChanged(key);
        _keys.Release(key);
        _keyOf[slot] = -1;
        Rows--;
        _freedSinceTidy++;
        if (_table is not null)
        {
            _table.Release(slot);
            return;
        }
        PutFree(slot);
    }

    void PutFree(int slot)
    {
        if (_freeCount == _free.Length) Grow(ref _free, Math.Max(64, _freeCount + 1));
        _free[_freeCount++] = slot;
        _unreleased++;
    }

    /// <summary>Lets go of what the slots freed last hold. They may be read until then: rows are told after they are freed.</summary>
    void ReleaseValues()
    {
        var slots = _free.AsSpan(_freeCount - _unreleased, _unreleased);
        foreach (var column in _texts)
            foreach (var slot in slots) column.Free(slot);
        _unreleased = 0;
    }

    /// <summary>The first of the slots that a time is beyond, + 1, or 0; they are no longer linked by time and wait for <see cref="Free"/>.</summary>
    public int TakePast(long time) => _deadlines?.Take(time) ?? 0;

    /// <summary>The slot + 1 that was taken after another, or 0.</summary>
    public int After(int slot) => _deadlines!.After(slot);

    /// <summary>Forgets everything; for sides without bounds.</summary>
    public void FreeAll()
    {
        if (Rows == 0) return;
        for (var slot = 0; slot < Limit; slot++)
            if (IsUsed(slot)) ForgetAtEnd(slot);
        _heads.AsSpan().Clear();
    }

    void ForgetAtEnd(int slot)
    {
        _keys.MarkChanged(_keyOf[slot]);
        _keys.Release(_keyOf[slot]);
        _keyOf[slot] = -1;
        Rows--;
        if (_table is not null)
        {
            _table.Release(slot);
            return;
        }
        PutFree(slot);
    }

    int Limit => _table?.Limit ?? _last;

    bool IsUsed(int slot) => _keyOf[slot] >= 0 && (_table is null || _table.IsHeld(slot));

    /// <summary>Gives up what freed rows held, when it is worth it. Not between <see cref="Store"/> and the use of its slots.</summary>
    public void TidyIfDue()
    {
        if (_table is not null)
        {
            _table.SweepIfDue();
            return;
        }
        ReleaseValues();
        if (_freedSinceTidy < 4096 || _freedSinceTidy < 2 * Rows) return;
        _freedSinceTidy = 0;
        foreach (var column in _columns) column?.Compact(IsUsed);
    }

    /// <summary>The values of a kept TIMESTAMP column by slot.</summary>
    public ReadOnlySpan<long> Times(int column) => ((FixedSlots<long>)(_table?.Values(_places[column]) ?? _columns[column]!)).Values;

    /// <summary>Appends a kept column's values of some slots to an empty column.</summary>
    public void AppendTo(int column, ReadOnlySpan<int> slots, Column to)
    {
        if (_table is not null) _table.AppendKeys(_places[column], slots, to);
        else _columns[column]!.AppendTo(slots, to);
    }

    void EnsureSlots(int count)
    {
        if (count <= _next.Length) return;
        var length = Math.Max(count, Math.Max(64, _next.Length * 2));
        Grow(ref _next, length);
        Grow(ref _keyOf, length);
        if (_unlinks) Grow(ref _previous, length);
        if (Counts)
        {
            Grow(ref _matches, length);
            Grow(ref _marks, length);
        }
        if (_weights.Length != 0) Grow(ref _weights, length);
        foreach (var column in _columns) column?.EnsureSlots(length);
    }

    void AddWeights()
    {
        Grow(ref _weights, _next.Length);
        _weights.AsSpan().Fill(1);
    }

    void Grow<T>(ref T[] values, int count) where T : unmanaged
    {
        if (count <= values.Length) return;
        var length = Math.Max(count, values.Length * 2);
        _owner.Charge((long)Unsafe.SizeOf<T>() * (length - values.Length));
        Array.Resize(ref values, length);
    }

    void Return<T>(ref T[] values) where T : unmanaged
    {
        _owner.Charge(-(long)Unsafe.SizeOf<T>() * values.Length);
        values = [];
    }

    public void Dispose()
    {
        foreach (var column in _columns) column?.Dispose();
        _table?.Dispose();
        _deadlines?.Dispose();
        Return(ref _heads);
        Return(ref _next);
        Return(ref _previous);
        Return(ref _keyOf);
        Return(ref _weights);
        Return(ref _matches);
        Return(ref _marks);
        Return(ref _free);
    }

    /// <summary>Writes the rows of a key.</summary>
    public void Save(int key, StateWriter writer)
    {
        var counted = writer.Length;
        var count = 0;
        writer.Write(0);
        for (var entry = key < _heads.Length ? _heads[key] : 0; entry != 0; entry = _next[entry - 1])
        {
            var slot = entry - 1;
            count++;
            if (_table is not null) _table.SaveKey(slot, writer);
            else
                foreach (var column in _kept) _columns[column]!.Save(slot, writer);
            writer.Write(WeightOf(slot));
            if (Counts) writer.Write(_matches[slot]);
            if (_deadlines is not null) writer.Write(_deadlines[slot]);
        }
        writer.Patch(counted, count);
    }

    /// <summary>Reads back the rows of a key.</summary>
    public void Load(int key, ref StateReader reader)
    {
        if (_heads.Length < _keys.Limit) Grow(ref _heads, _keys.Limit);
        for (var count = reader.Read<int>(); count > 0; count--)
        {
            var slot = _table?.LoadKey(ref reader) ?? _last++;
            EnsureSlots(slot + 1);
            if (_table is null)
                foreach (var column in _kept) _columns[column]!.Load(slot, ref reader);
            var weight = reader.Read<int>();
            if (_weights.Length == 0 && (_table is not null || weight != 1)) AddWeights();
            var matches = Counts ? reader.Read<long>() : 0;
            Begin(slot, key, weight, _deadlines is null ? 0 : reader.Read<long>());
            if (Counts) _matches[slot] = matches;
        }
    }
}
