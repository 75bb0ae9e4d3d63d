using System.Collections.Immutable;
using Millrace.Data;
using Millrace.State;

namespace Millrace.Operators.Lookups;

/// <summary>From keys to the rows that have them, made once and then only read: the rows of one key stand one after the other.</summary>
/// <remarks>
/// A single whole number whose values lie close together, or a single text of a dictionary, costs an array read a row, also where it is not there; anything else a probe of the
/// hash table. A key with a NULL equals nothing, so it is not kept.
/// </remarks>
sealed class LookupIndex : IDisposable
{
    /// <summary>A direct array may have so many places a key.</summary>
    const long PlacesPerKey = 16, PlacesAtLeast = 1 << 16;

    readonly MemoryOwner _owner;
    readonly CodeCache _codes; // of a single text: 0 = not known yet, 1 = not there, key + 2
    readonly int[] _rows, _numbers;
    readonly bool _isText, _isWhole;
    int[] _keyOf = []; // by row, while it is made
    int[] _direct = []; // of a single whole number, from _least on: key + 1
    long _least;
    int[] _starts = [], _byKey = []; // where keys have several rows
    long _charged;

    public LookupIndex(ImmutableArray<DataType> types, MemoryAccountant memory, MemoryOwner owner)
    {
        _owner = owner;
        _codes = new(owner);
        Keys = new(types, memory, owner);
        _isText = types is [{ Storage: Storage.Text }];
        _isWhole = types is [{ Storage: Storage.Int or Storage.Long }];
        (_rows, _numbers) = (new int[memory.BatchRows], new int[memory.BatchRows]);
    }

    /// <summary>The keys, numbered in the order of their first row.</summary>
    public KeyedTable Keys { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; private set; }

    /// <summary>Whether no key has several rows: then a key's number is the number of its row. Known once it is made.</summary>
    public bool IsUnique { get; private set; } = true;

    /// <summary>Adds rows; they get the next numbers.</summary>
    /// <returns>The rows that can be found at all, in the order of their numbers.</returns>
    public ReadOnlySpan<int> Add(Batch batch, ImmutableArray<int> columns)
    {
        var count = 0;
        for (var row = 0; row < batch.RowCount; row++)
            if (!HasNull(batch, columns, row)) _rows[count++] = row;
        var rows = _rows.AsSpan(0, count);
        if (count == 0) return rows;
        var numbers = _numbers.AsSpan(0, count);
        if (columns.IsEmpty) numbers.Fill(Keys.Only());
        else Keys.Find(batch, columns, rows, numbers);
        foreach (var key in numbers) AddTo(key);
        return rows;
    }

    /// <summary>Adds one row to a key.</summary>
    public void AddTo(int key)
    {
        if (Rows == _keyOf.Length) Array.Resize(ref _keyOf, Math.Max(16, _keyOf.Length * 2));
        _keyOf[Rows++] = key;
    }

    /// <summary>The key of a row.</summary>
    public int KeyOf(int row) => _keyOf[row];

    static bool HasNull(Batch batch, ImmutableArray<int> columns, int row)
    {
        foreach (var column in columns)
            if (batch[column].IsNull(row)) return true;
        return false;
    }

    /// <summary>Makes it ready to be asked; nothing is added any more.</summary>
    public void Make()
    {
        IsUnique = Keys.Count == Rows;
        if (!IsUnique)
        {
            _starts = new int[Keys.Limit + 1];
            for (var row = 0; row < Rows; row++) _starts[_keyOf[row] + 1]++;
            for (var key = 0; key < Keys.Limit; key++) _starts[key + 1] += _starts[key];
            var next = _starts.AsSpan(0, Keys.Limit).ToArray();
            _byKey = new int[Rows];
            for (var row = 0; row < Rows; row++) _byKey[next[_keyOf[row]]++] = row;
        }
        if (_isWhole) MakeDirect();
        _charged = 4L * (_keyOf.Length + _starts.Length + _byKey.Length + _direct.Length);
        _owner.Charge(_charged);
    }

    void MakeDirect()
    {
        var (least, most) = (long.MaxValue, long.MinValue);
        var values = new long[Keys.Limit];
        Keys.ReadWhole(values);
        foreach (var value in values) (least, most) = (Math.Min(least, value), Math.Max(most, value));
        if (values.Length == 0 || (Int128)most - least >= Math.Max(PlacesAtLeast, PlacesPerKey * values.Length)) return;
        (_least, _direct) = (least, new int[most - least + 1]);
        for (var key = 0; key < values.Length; key++) _direct[values[key] - least] = key + 1;
    }

    /// <summary>The rows of a key.</summary>
    public ReadOnlySpan<int> RowsOf(int key) => _byKey.AsSpan(_starts[key].._starts[key + 1]);

    /// <summary>Finds the keys of all rows of a batch.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="columns">Their key columns.</param>
    /// <param name="keys">Takes for each row the number of its key, or -1 where no row has it.</param>
    /// <returns>Whether all were found.</returns>
    public bool Find(Batch batch, ImmutableArray<int> columns, Span<int> keys)
    {
        if (columns.IsEmpty)
        {
            keys.Fill(Rows > 0 ? 0 : -1);
            return Rows > 0;
        }
        switch (batch[columns[0]])
        {
            case TextColumn { HasNulls: false } c when _isText && c.Heap.IsDictionary: return FindCodes(c, keys);
            case Column<int> { HasNulls: false } c when _direct.Length > 0: return FindDirect(c.Values, keys);
            case Column<long> { HasNulls: false } c when _direct.Length > 0: return FindDirect(c.Values, keys);
        }
        Keys.Look(batch, columns, [], keys);
        return !keys.Contains(-1);
    }

    bool FindCodes(TextColumn column, Span<int> keys)
    {
        var known = _codes.Of(column.Heap);
        var codes = column.Codes;
        var all = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            var entry = known[codes[i]];
            if (entry == 0) entry = Learn(column, i, known);
            keys[i] = entry - 2;
            all |= entry - 2;
        }
        return all >= 0;
    }

    int Learn(TextColumn column, int row, int[] known) => known[column.Codes[row]] = Keys.Look(column, row) + 2;

    bool FindDirect(ReadOnlySpan<int> values, Span<int> keys)
    {
        var (direct, least) = (_direct, _least);
        var all = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            var place = (ulong)(values[i] - least);
            var key = (place < (ulong)direct.Length ? direct[place] : 0) - 1;
            keys[i] = key;
            all |= key;
        }
        return all >= 0;
    }

    bool FindDirect(ReadOnlySpan<long> values, Span<int> keys)
    {
        var (direct, least) = (_direct, _least);
        var all = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            var place = (ulong)(values[i] - least);
            var key = (place < (ulong)direct.Length ? direct[place] : 0) - 1;
            keys[i] = key;
            all |= key;
        }
        return all >= 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Keys.Dispose();
        _codes.Dispose();
        _owner.Charge(-_charged);
        _charged = 0;
    }
}
