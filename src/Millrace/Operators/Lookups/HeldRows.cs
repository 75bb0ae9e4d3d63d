using Millrace.Data;
using Millrace.Functions;
using Millrace.State;

namespace Millrace.Operators.Lookups;

/// <summary>The rows that a table holds now: those of one key in a chain, equal ones once with their number. Rows may be taken back, also before they come.</summary>
sealed class HeldRows(KeyedTable keys, RowSlots rows, MemoryOwner owner) : IDisposable
{
    readonly int[] _one = [0];
    int[] _heads = []; // by key: slot + 1
    int[] _next = [], _counts = []; // by slot
    long _charged;

    /// <summary>Number of different rows.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a row to a key as often as a weight says, or takes it back.</summary>
    public void Add(int key, Batch batch, int row, int weight)
    {
        Grow(ref _heads, keys.Limit);
        keys.MarkChanged(key);
        var before = 0;
        for (var slot = _heads[key]; slot != 0; (before, slot) = (slot, _next[slot - 1]))
        {
            if (!rows.IsSame(slot - 1, batch, row)) continue;
            _counts[slot - 1] += weight;
            if (_counts[slot - 1] == 0) Remove(key, before, slot);
            return;
        }
        var made = rows.Take();
        _one[0] = made;
        rows.Set(_one, batch, [row]);
        Link(key, made, weight);
    }

    void Link(int key, int slot, int count)
    {
        Grow(ref _heads, keys.Limit);
        Grow(ref _next, rows.Limit);
        Grow(ref _counts, rows.Limit);
        if (_heads[key] == 0) keys.Hold(key);
        (_next[slot], _counts[slot]) = (_heads[key], count);
        _heads[key] = slot + 1;
        Count++;
    }

    void Remove(int key, int before, int slot)
    {
        if (before == 0) _heads[key] = _next[slot - 1];
        else _next[before - 1] = _next[slot - 1];
        rows.Free(slot - 1);
        Count--;
        if (_heads[key] == 0) keys.Release(key);
    }

    void Grow(ref int[] values, int count)
    {
        if (count <= values.Length) return;
        var length = Math.Max(count, Math.Max(16, values.Length * 2));
        owner.Charge(4L * (length - values.Length));
        _charged += 4L * (length - values.Length);
        Array.Resize(ref values, length);
    }

    /// <summary>The first slot of a key plus one, or 0.</summary>
    public int First(int key) => key >= 0 && key < _heads.Length ? _heads[key] : 0;

    /// <summary>The next slot plus one, or 0.</summary>
    public int Next(int slot) => _next[slot - 1];

    /// <summary>How often a slot's row is there; below 1 where it was taken back before it came.</summary>
    public int CountOf(int slot) => _counts[slot - 1];

    /// <summary>Writes the rows of the keys that changed.</summary>
    public void Save(StateSaver saver)
    {
        var writer = saver.Writer;
        foreach (var key in keys.SaveChanged(saver))
        {
            var several = writer.Length;
            writer.Write(0);
            var here = 0;
            for (var slot = First(key); slot != 0; slot = Next(slot), here++)
            {
                writer.Write(CountOf(slot));
                rows.Save(slot - 1, writer);
            }
            writer.Patch(several, here);
        }
    }

    /// <summary>Reads back the rows of a key.</summary>
    public void Load(ref StateReader reader)
    {
        var key = keys.LoadKey(ref reader);
        for (var here = reader.Read<int>(); here > 0; here--)
        {
            var copies = reader.Read<int>();
            Link(key, rows.Load(ref reader), copies);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        owner.Charge(-_charged);
        _charged = 0;
        (_heads, _next, _counts) = ([], [], []);
    }
}
