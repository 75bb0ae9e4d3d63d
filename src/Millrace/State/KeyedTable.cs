using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Functions;

namespace Millrace.State;

/// <summary>The engine's keyed table: gives every distinct key a small number, and knows which keys have changed since they were last saved.</summary>
/// <remarks>
/// <para>
/// Keys are typed columns of any types; two are equal where their values are not distinct (NULL is one key). Numbers are dense and reused: whoever keeps
/// something under a number holds the key by <see cref="Hold"/> and lets go by <see cref="Release"/>; keys that nobody holds leave in
/// sweeps (<see cref="SweepIfDue"/>), each of which pays for itself, so memory stays flat while keys come and go.
/// </para>
/// <para>
/// Look-up is open addressing over 8-byte slots (half the hash, and the number), so that the table of 4,000 keys is 64 KB. In the steady state one small
/// whole number or one text of a dictionary costs an array read a row. Composite keys are hashed, found and compared column by column.
/// </para>
/// </remarks>
public sealed partial class KeyedTable : IDisposable
{
    const int DirectValues = 1 << 18;
    const int IdleAtLeast = 1024;

    /// <summary>Of a key's marks: it is listed as changed, it stands in a checkpoint.</summary>
    const byte HasChanged = 1, IsSaved = 2;

    readonly ImmutableArray<DataType> _types;
    readonly MemoryAccountant _memory;
    readonly MemoryOwner _owner;
    readonly SlotColumn[] _columns;
    readonly CodeCache? _cache; // one TEXT column: number + 1 by code
    readonly ulong[] _batchHashes;
    readonly int[] _identity, _addedKeys, _addedRows;
    int[] _direct = []; // one whole number: key number + 1 by value
    ulong[] _slots = new ulong[64];
    ulong[] _hashes = [];
    int[] _uses = []; // -1 where a number is free
    int[] _free = [];
    int _freeCount;
    int[] _idle = []; // keys let go of since the last sweep, each once; some may be held again
    bool[] _isListed = [];
    int _idleCount;
    long _added, _addedWhenIdle = -1;
    int _last; // numbers given out so far: 0 to _last - 1
    byte[] _marks = [];
    int[] _changed = []; // keys that changed since the last save, each once
    int _changedCount;
    readonly StateWriter _image = new();
    readonly StateWriter _gone = new(); // keys that were saved and swept since
    long _charged;

    /// <summary>Creates an empty table.</summary>
    /// <param name="types">Types of the key columns; none means one key.</param>
    /// <param name="memory">Where batches come from; no batch is longer than its.</param>
    /// <param name="owner">What the table is charged to.</param>
    public KeyedTable(ImmutableArray<DataType> types, MemoryAccountant memory, MemoryOwner owner)
    {
        (_types, _memory, _owner) = (types, memory, owner);
        _columns = [.. types.Select(t => SlotColumn.Create(t, memory, owner))];
        _batchHashes = new ulong[memory.BatchRows];
        _identity = [.. Enumerable.Range(0, memory.BatchRows)];
        (_addedKeys, _addedRows) = (new int[memory.BatchRows], new int[memory.BatchRows]);
        if (types.Length == 1 && types[0].Storage == Storage.Text) _cache = new(owner);
        Recharge();
    }

    /// <summary>Where not all key columns decide to which lane a row goes: those that do. What is saved of a key begins with their hash.</summary>
    internal ImmutableArray<int>? Route { get; init; }

    /// <summary>Number of keys, those that nobody holds included until they are swept.</summary>
    public int Count => _last - _freeCount;

    /// <summary>All numbers given out are below it.</summary>
    public int Limit => _last;

    /// <summary>The hash of a key.</summary>
    public ulong HashOf(int key) => _hashes[key];

    /// <summary>Whether a number stands for a key.</summary>
    public bool IsUsed(int key) => key < _last && _uses[key] >= 0;

    /// <summary>Whether somebody holds a key; one that nobody does is as good as not there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsHeld(int key) => _uses[key] > 0;

    /// <summary>Finds the keys of rows and adds those that are new.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="columns">The key columns of the batch, of the table's types.</param>
    /// <param name="rows">The rows to look up, or empty for all rows in order.</param>
    /// <param name="keys">Takes a number for each row looked up.</param>
    public void Find(Batch batch, ImmutableArray<int> columns, ReadOnlySpan<int> rows, Span<int> keys)
    {
        if (rows.IsEmpty) rows = _identity.AsSpan(0, keys.Length);
        Debug.Assert(rows.Length == keys.Length);
        if (columns.Length == 1)
        {
            switch (batch[columns[0]])
            {
                case Column<int> { HasNulls: false } c: FindInts(c, rows, keys); return;
                case Column<long> { HasNulls: false } c: FindLongs(c, rows, keys); return;
                case TextColumn { HasNulls: false } c when c.Heap.IsDictionary: FindCodes(c, rows, keys); return;
            }
        }
        FindRows(batch, columns, rows, keys);
    }

    void FindInts(Column<int> column, ReadOnlySpan<int> rows, Span<int> keys)
    {
        var values = column.Slots;
        var direct = _direct;
        for (var i = 0; i < keys.Length; i++)
        {
            var value = values[rows[i]];
            var known = (uint)value < (uint)direct.Length ? direct[value] : 0;
            if (known == 0)
            {
                known = FindLong(value, column, rows[i]) + 1;
                direct = _direct;
            }
            keys[i] = known - 1;
        }
    }

    void FindLongs(Column<long> column, ReadOnlySpan<int> rows, Span<int> keys)
    {
        var values = column.Slots;
        var direct = _direct;
        for (var i = 0; i < keys.Length; i++)
        {
            var value = values[rows[i]];
            var known = (ulong)value < (ulong)direct.Length ? direct[value] : 0;
            if (known == 0)
            {
                known = FindLong(value, column, rows[i]) + 1;
                direct = _direct;
            }
            keys[i] = known - 1;
        }
    }

    /// <summary>One whole number by probing.</summary>
    int FindLong(long value, Column column, int row)
    {
        var hash = Hash64.Of(value);
        var key = Probe(hash, column, row);
        if (key < 0) key = Add(hash, column, row);
        if ((ulong)value < DirectValues)
        {
            if (value >= _direct.Length)
            {
                Array.Resize(ref _direct, (int)Math.Min(DirectValues, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)value + 256)));
                Recharge();
            }
            _direct[value] = key + 1;
        }
        return key;
    }

    void FindCodes(TextColumn column, ReadOnlySpan<int> rows, Span<int> keys)
    {
        var heap = column.Heap;
        var known = _cache!.Of(heap);
        var codes = column.Codes;
        for (var i = 0; i < keys.Length; i++)
        {
            var code = codes[rows[i]];
            var entry = known[code];
            if (entry == 0)
            {
                var hash = heap.HashOf(code);
                var key = Probe(hash, column, rows[i]);
                known[code] = entry = (key >= 0 ? key : Add(hash, column, rows[i])) + 1;
            }
            keys[i] = entry - 1;
        }
    }

    int Probe(ulong hash, Column column, int row)
    {
        var mask = _slots.Length - 1;
        for (var at = (int)hash & mask; ; at = (at + 1) & mask)
        {
            var slot = _slots[at];
            if (slot == 0) return -1;
            if (slot >> 32 != hash >> 32) continue;
            var key = (int)(uint)slot - 1;
            if (_hashes[key] == hash && _columns[0].Same(key, column, row)) return key;
        }
    }

    int Add(ulong hash, Column column, int row)
    {
        var key = NewKey(hash);
        _columns[0].Set([key], column, [row]);
        return key;
    }

    /// <summary>Any keys: hash all columns, probe by the whole hash, write what is new column by column, then compare everything that was found column by column.</summary>
    void FindRows(Batch batch, ImmutableArray<int> columns, ReadOnlySpan<int> rows, Span<int> keys)
    {
        var hashes = _batchHashes.AsSpan(0, rows.Length);
        KeyHash.Compute(batch, columns, rows, hashes);
        var added = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            var key = ProbeHash(hashes[i]);
            if (key < 0)
            {
                key = NewKey(hashes[i]);
                _addedKeys[added] = key;
                _addedRows[added++] = rows[i];
            }
            keys[i] = key;
        }
        if (added > 0)
            for (var c = 0; c < _columns.Length; c++) _columns[c].Set(_addedKeys.AsSpan(0, added), batch[columns[c]], _addedRows.AsSpan(0, added));
        if (added == rows.Length) return;
        for (var c = 0; c < _columns.Length; c++)
        {
            if (_columns[c].AllSame(keys, batch[columns[c]], rows)) continue;
            Separate(batch, columns, rows, keys);
            return;
        }
    }

    int ProbeHash(ulong hash)
    {
        var mask = _slots.Length - 1;
        for (var at = (int)hash & mask; ; at = (at + 1) & mask)
        {
            var slot = _slots[at];
            if (slot == 0) return -1;
            if (slot >> 32 != hash >> 32) continue;
            var key = (int)(uint)slot - 1;
            if (_hashes[key] == hash) return key;
        }
    }

    /// <summary>Different keys with one hash, which chance does not bring about but an attacker may: looks at whole keys, row by row.</summary>
    void Separate(Batch batch, ImmutableArray<int> columns, ReadOnlySpan<int> rows, Span<int> keys)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if (IsKeyOf(keys[i], batch, columns, rows[i])) continue;
            var hash = _hashes[keys[i]];
            var key = -1;
            var mask = _slots.Length - 1;
            for (var at = (int)hash & mask; _slots[at] != 0 && key < 0; at = (at + 1) & mask)
            {
                var candidate = (int)(uint)_slots[at] - 1;
                if (_hashes[candidate] == hash && IsKeyOf(candidate, batch, columns, rows[i])) key = candidate;
            }
            if (key < 0)
            {
                key = NewKey(hash);
                for (var c = 0; c < _columns.Length; c++) _columns[c].Set([key], batch[columns[c]], rows.Slice(i, 1));
            }
            keys[i] = key;
        }
    }

    bool IsKeyOf(int key, Batch batch, ImmutableArray<int> columns, int row)
    {
        for (var c = 0; c < _columns.Length; c++)
            if (!_columns[c].Same(key, batch[columns[c]], row)) return false;
        return true;
    }

    int NewKey(ulong hash)
    {
        if ((Count + 1) * 2 > _slots.Length) Rehash(_slots.Length * 2);
        var key = _freeCount > 0 ? _free[--_freeCount] : _last++;
        if (key >= _hashes.Length)
        {
            var length = Math.Max(16, _hashes.Length * 2);
            Array.Resize(ref _hashes, length);
            Array.Resize(ref _uses, length);
            Array.Resize(ref _idle, length);
            Array.Resize(ref _isListed, length);
            Array.Resize(ref _free, length);
            Array.Resize(ref _marks, length);
            Array.Resize(ref _changed, length);
            foreach (var column in _columns) column.EnsureSlots(length);
            Recharge();
        }
        _hashes[key] = hash;
        _uses[key] = 0;
        _added++;
        Put(key);
        return key;
    }

    void Put(int key)
    {
        var mask = _slots.Length - 1;
        var hash = _hashes[key];
        var at = (int)hash & mask;
        while (_slots[at] != 0) at = (at + 1) & mask;
        _slots[at] = hash >> 32 << 32 | (uint)(key + 1);
    }

    void Rehash(int length)
    {
        if (length == _slots.Length) _slots.AsSpan().Clear();
        else _slots = new ulong[length];
        for (var key = 0; key < _last; key++)
            if (_uses[key] >= 0) Put(key);
        Recharge();
    }

    /// <summary>Holds a key: its number stays its own until it is released as often.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Hold(int key) => _uses[key]++;

    /// <summary>Lets go of a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Release(int key)
    {
        Debug.Assert(_uses[key] > 0);
        if (--_uses[key] > 0 || _isListed[key]) return;
        _isListed[key] = true;
        _idle[_idleCount++] = key;
    }

    /// <summary>Frees the keys that nobody holds when they are as many as the others and new ones keep coming. Not between a look-up and the use of its numbers.</summary>
    /// <remarks>Where the same keys come back in every window, none is new: they stay, and finding them again costs nothing.</remarks>
    /// <returns>Whether numbers were freed.</returns>
    public bool SweepIfDue()
    {
        if (_idleCount < IdleAtLeast || _idleCount * 2 < Count) return false;
        if (_addedWhenIdle < 0) _addedWhenIdle = _added;
        if ((_added - _addedWhenIdle) * 2 < _idleCount) return false;
        _addedWhenIdle = -1;
        var freed = 0;
        for (var i = 0; i < _idleCount; i++)
        {
            var key = _idle[i];
            _isListed[key] = false;
            if (_uses[key] != 0) continue;
            Free(key);
            freed++;
        }
        _idleCount = 0;
        if (freed == 0) return false;
        FinishSweep();
        return true;
    }

    /// <summary>Frees the keys under which nothing is kept, for an owner that knows which they are and holds none. Not between a look-up and the use of its numbers.</summary>
    /// <param name="kept">By key, 0 where nothing is kept; keys past its end have nothing.</param>
    internal void FreeAllBut(ReadOnlySpan<int> kept)
    {
        Debug.Assert(_idleCount == 0);
        for (var key = 0; key < _last; key++)
            if (_uses[key] == 0 && (key >= kept.Length || kept[key] == 0)) Free(key);
        FinishSweep();
    }

    void Free(int key)
    {
        NoteGone(key);
        _uses[key] = -1;
        _free[_freeCount++] = key;
    }

    void FinishSweep()
    {
        _direct.AsSpan().Clear();
        _cache?.Clear();
        // Keys of the next window come right back, so room is given up late.
        Rehash(_slots.Length > 64 && Count * 64 < _slots.Length ? _slots.Length / 2 : _slots.Length);
        foreach (var column in _columns) column.Compact(IsUsed);
    }

    /// <summary>The values of a key column by number.</summary>
    internal SlotColumn Values(int column) => _columns[column];

    /// <summary>Appends one key column's values to an empty column.</summary>
    public void AppendKeys(int column, ReadOnlySpan<int> keys, Column to) => _columns[column].AppendTo(keys, to);

    /// <summary>Says that what is kept under a key has changed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void MarkChanged(int key)
    {
        if ((_marks[key] & HasChanged) == 0) List(key);
    }

    void List(int key)
    {
        _marks[key] |= HasChanged;
        _changed[_changedCount++] = key;
    }

    // A number that is freed keeps its place in the list of changes: whoever gets it next is new and has changed too.
    void NoteGone(int key)
    {
        if ((_marks[key] & IsSaved) == 0) return;
        _marks[key] &= unchecked((byte)~IsSaved);
        var counted = _gone.Length;
        _gone.Write(0);
        SaveRouted(key, _gone);
        _gone.Patch(counted, _gone.Length - counted - sizeof(int));
    }

    /// <summary>The one key of a table without key columns, added if it is not there.</summary>
    public int Only()
    {
        Debug.Assert(_columns.Length == 0);
        var key = ProbeHash(Hash64.Null);
        return key >= 0 ? key : NewKey(Hash64.Null);
    }

    /// <summary>Saves the keys that somebody holds, those that changed: enumerate it to the end and write for each what is kept under it. Keys that left are told as gone.</summary>
    internal ChangedKeys SaveChanged(StateSaver saver) => SaveChanged(saver, [], isKept: false);

    /// <summary>As <see cref="SaveChanged(StateSaver)"/> for an owner that holds no keys but knows which it needs: those that are not 0 in a list by key.</summary>
    internal ChangedKeys SaveChanged(StateSaver saver, ReadOnlySpan<int> kept) => SaveChanged(saver, kept, isKept: true);

    ChangedKeys SaveChanged(StateSaver saver, ReadOnlySpan<int> kept, bool isKept)
    {
        var reader = new StateReader(_gone.Written);
        while (reader.Remaining > 0) saver.Gone(reader.ReadBytes());
        _gone.Clear();
        saver.EndSection(); // a key that left may have come back: what follows is newer
        return new(this, saver, kept, isKept);
    }

    /// <summary>The next key to save, or -1; tells those that nobody holds as gone.</summary>
    internal int NextToSave(ref int next, StateSaver saver, ReadOnlySpan<int> kept, bool isKept)
    {
        while (next < _changedCount)
        {
            var key = _changed[next++];
            if (isKept ? _uses[key] >= 0 && key < kept.Length && kept[key] != 0 : _uses[key] > 0)
            {
                _marks[key] = IsSaved;
                return key;
            }
            if (_uses[key] >= 0 && (_marks[key] & IsSaved) != 0)
            {
                SaveRouted(key, saver.BeginEntry());
                saver.EndGone();
            }
            _marks[key] = 0;
        }
        return -1;
    }

    /// <summary>Everything is saved.</summary>
    internal void EndSave() => _changedCount = 0;

    /// <summary>Reads back a key that <see cref="SaveChanged(StateSaver)"/> wrote, gives it a number and holds it.</summary>
    internal int LoadHeld(ref StateReader reader)
    {
        if (Route is not null) _ = reader.Read<ulong>();
        var key = LoadKey(ref reader);
        Hold(key);
        return key;
    }

    /// <summary>Writes a key behind the hash by which its lane is found.</summary>
    internal void SaveRouted(int key, StateWriter writer)
    {
        if (Route is { } route)
        {
            var hash = Hash64.Null;
            for (var i = 0; i < route.Length; i++) hash = i == 0 ? HashOf(key, route[i]) : Hash64.Combine(hash, HashOf(key, route[i]));
            writer.Write(hash);
        }
        SaveKey(key, writer);
    }

    ulong HashOf(int key, int column) => _columns[column].IsNull(key) ? Hash64.Null : _columns[column].HashOf(key);

    /// <summary>Writes a key.</summary>
    public void SaveKey(int key, StateWriter writer)
    {
        writer.Write(_hashes[key]);
        foreach (var column in _columns) column.Save(key, writer);
    }

    /// <summary>Reads back a key that <see cref="SaveKey"/> wrote and that the table does not have (but for the one key of a table without key columns), and gives it a number.</summary>
    public int LoadKey(ref StateReader reader)
    {
        var hash = reader.Read<ulong>();
        var key = _columns.Length == 0 ? Only() : NewKey(hash);
        foreach (var column in _columns) column.Load(key, ref reader);
        _marks[key] |= IsSaved;
        return key;
    }

    /// <summary>Reads back a key that <see cref="SaveKey"/> wrote, which the table may have already, and gives its number.</summary>
    /// <param name="reader">Where it stands.</param>
    /// <param name="isSaved">Whether the owner is told (<see cref="SaveChanged(StateSaver)"/>) when a key that was added leaves.</param>
    internal int LoadOrFind(ref StateReader reader, bool isSaved = true)
    {
        var ahead = reader;
        var hash = ahead.Read<ulong>();
        var mask = _slots.Length - 1;
        for (var at = (int)hash & mask; _slots[at] != 0; at = (at + 1) & mask)
        {
            var key = (int)(uint)_slots[at] - 1;
            if (_hashes[key] != hash) continue;
            _image.Clear();
            SaveKey(key, _image);
            if (reader.TrySkip(_image.Written)) return key;
        }
        var loaded = LoadKey(ref reader);
        if (!isSaved) _marks[loaded] = 0;
        return loaded;
    }

    void Recharge()
    {
        var bytes = 8L * _slots.Length + 8L * _hashes.Length + 4L * (_uses.Length + _free.Length + _idle.Length + _direct.Length + _changed.Length) + 2L * _isListed.Length + 20L * _identity.Length;
        _owner.Charge(bytes - _charged);
        _charged = bytes;
    }

    /// <summary>Forgets all keys, whoever holds them, and frees the memory.</summary>
    internal void Forget()
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            _columns[i].Dispose();
            _columns[i] = SlotColumn.Create(_types[i], _memory, _owner);
        }
        _cache?.Dispose();
        (_direct, _hashes, _uses, _free, _idle, _isListed, _marks, _changed) = ([], [], [], [], [], [], [], []);
        _slots = new ulong[64];
        (_freeCount, _idleCount, _last, _changedCount, _addedWhenIdle) = (0, 0, 0, 0, -1);
        _gone.Clear();
        Recharge();
    }

    /// <summary>Gives back all memory.</summary>
    public void Dispose()
    {
        foreach (var column in _columns) column.Dispose();
        _cache?.Dispose();
        _owner.Charge(-_charged);
        _charged = 0;
    }
}
