using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>DISTINCT before the argument of any aggregate: passes on the first copy of each value, and takes it back with the last.</summary>
static class DistinctStates
{
    public static AggregateStates Of(DataType argument, AggregateStates inner, MemoryOwner memory, bool retracts) => (argument.Storage, retracts) switch
    {
        (Storage.Byte, false) => Growing<byte>(argument, inner, memory),
        (Storage.Int, false) => Growing<int>(argument, inner, memory),
        (Storage.Long, false) => Growing<long>(argument, inner, memory),
        (Storage.Double, false) => Growing<double>(argument, inner, memory),
        (Storage.Text, false) => new GrowingDistinctStates<TextOrdinals>(argument, new(new TextPool(memory)), inner, memory),
        (Storage.Byte, _) => Fixed<byte>(argument, inner, memory, retracts),
        (Storage.Int, _) => Fixed<int>(argument, inner, memory, retracts),
        (Storage.Long, _) => Fixed<long>(argument, inner, memory, retracts),
        (Storage.Double, _) => Fixed<double>(argument, inner, memory, retracts),
        (Storage.Int128, _) => Fixed<Int128>(argument, inner, memory, retracts),
        (Storage.Interval, _) => Fixed<Interval>(argument, inner, memory, retracts),
        _ => new DistinctStates<int, TextKeys>(argument, new(new TextPool(memory)), inner, memory, retracts),
    };

    static GrowingDistinctStates<FixedOrdinals<T>> Growing<T>(DataType argument, AggregateStates inner, MemoryOwner memory) where T : unmanaged => new(argument, new(), inner, memory);

    static DistinctStates<T, FixedKeys<T>> Fixed<T>(DataType argument, AggregateStates inner, MemoryOwner memory, bool retracts) where T : unmanaged, IComparable<T> =>
        new(argument, new(), inner, memory, retracts);
}

/// <summary>Exact: every different value of every group is kept, and where rows can be taken back how often it is there.</summary>
sealed class DistinctStates<TKey, TKeys>(DataType argument, TKeys keys, AggregateStates inner, MemoryOwner memory, bool retracts) : AggregateStates
    where TKey : unmanaged
    where TKeys : struct, IKeys<TKey>
{
    TKeys _keys = keys;
    CountedSet<TKey>?[] _sets = [];
    // The rows that make a difference, for the aggregate within.
    int[] _rows = [];
    int[] _groups = [];
    int[] _weights = [];
    readonly Column[] _one = new Column[1];

    public override void EnsureGroups(int count)
    {
        GroupArray.Grow(ref _sets, count, memory);
        inner.EnsureGroups(count);
    }

    public override void Add(ReadOnlySpan<Column> arguments, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        if (groups.IsEmpty) return;
        GroupArray.AssertFits(groups, _sets.Length);
        MakeRoom(groups.Length);
        var column = arguments[0];
        _keys.Begin(column);
        var count = 0;
        var takesBack = false;
        for (var i = 0; i < groups.Length; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            if (column.IsNull(row)) continue;
            var change = Count(SetOf(groups[i]), _keys.Read(row), weights.IsEmpty ? 1 : weights[i]);
            if (change == 0) continue;
            (_rows[count], _groups[count], _weights[count]) = (row, groups[i], change);
            takesBack |= change < 0;
            count++;
        }
        if (count > 0) inner.Add(arguments, _rows.AsSpan(0, count), _groups.AsSpan(0, count), takesBack ? _weights.AsSpan(0, count) : default);
    }

    CountedSet<TKey> SetOf(int group) => _sets[group] ??= new(retracts, memory);

    /// <summary>Counts copies of a value: 1 where it was not there and is now, -1 where it is no more, 0 otherwise.</summary>
    int Count(CountedSet<TKey> set, TKey key, long copies)
    {
        var index = set.Find(in _keys, key);
        if (!retracts)
        {
            if (index >= 0) return 0;
            set.Add(in _keys, key);
            return 1;
        }
        if (index < 0) index = set.Add(in _keys, key);
        ref var count = ref set.CountOf(index);
        var before = count;
        count += copies;
        var after = count;
        if (after == 0) set.RemoveAt(in _keys, index);
        return (after > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
    }

    public override void Merge(int group, AggregateStates other, int otherGroup)
    {
        var from = (DistinctStates<TKey, TKeys>)other;
        if (from._sets[otherGroup] is not { } added) return;
        var set = SetOf(group);
        var values = memory.Accountant.Rent(argument);
        MakeRoom(values.Capacity);
        for (var i = 0; i < added.Count; i++)
        {
            var key = KeyTranslation.Adopt<TKey, TKeys>(in _keys, in from._keys, added[i]);
            var change = Count(set, key, retracts ? added.CountOf(i) : 1);
            if (change == 0) continue;
            (_groups[values.Length], _weights[values.Length]) = (group, change);
            from._keys.Append(added[i], values);
            if (values.Length == values.Capacity) values = Pass(values);
        }
        Pass(values).Release();
    }

    /// <summary>Adds merged values to the aggregate within; gives an empty column for the next.</summary>
    Column Pass(Column values)
    {
        _one[0] = values;
        if (values.Length > 0) inner.Add(_one, [], _groups.AsSpan(0, values.Length), _weights.AsSpan(0, values.Length));
        values.Release();
        return memory.Accountant.Rent(argument);
    }

    void MakeRoom(int rows)
    {
        if (_rows.Length < rows) (_rows, _groups, _weights) = (new int[rows], new int[rows], new int[rows]);
    }

    public override void Reset(int group)
    {
        _sets[group]?.Free(in _keys);
        _sets[group] = null;
        inner.Reset(group);
    }

    public override void AppendResults(ReadOnlySpan<int> groups, Column results) => inner.AppendResults(groups, results);

    public override void Save(int group, StateWriter writer)
    {
        inner.Save(group, writer);
        SavedSets.Save(_sets[group], in _keys, retracts, writer);
    }

    public override void Load(int group, ref StateReader reader)
    {
        inner.Load(group, ref reader);
        SavedSets.Load(() => SetOf(group), in _keys, retracts, ref reader);
    }

    public override void Dispose()
    {
        for (var i = 0; i < _sets.Length; i++) _sets[i]?.Free(in _keys);
        GroupArray.Free(ref _sets, memory);
        _keys.Free();
        inner.Dispose();
    }
}

/// <summary>Sets as bytes: the number of values, then each value and where it is counted its count.</summary>
static class SavedSets
{
    public static void Save<TKey, TKeys>(CountedSet<TKey>? set, in TKeys keys, bool isCounted, StateWriter writer)
        where TKey : unmanaged
        where TKeys : struct, IKeys<TKey>
    {
        writer.Write(set?.Count ?? 0);
        for (var i = 0; i < set?.Count; i++)
        {
            keys.Save(set[i], writer);
            if (isCounted) writer.Write(in set.CountOf(i));
        }
    }

    public static void Load<TKey, TKeys>(Func<CountedSet<TKey>> set, in TKeys keys, bool isCounted, ref StateReader reader)
        where TKey : unmanaged
        where TKeys : struct, IKeys<TKey>
    {
        var count = reader.Read<int>();
        if (count == 0) return;
        var to = set();
        for (var i = 0; i < count; i++)
        {
            var index = to.Add(in keys, keys.Load(ref reader));
            if (isCounted) to.CountOf(index) = reader.Read<long>();
        }
    }
}
