using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>What is told of the values of a group, in order.</summary>
interface IOverValues
{
    /// <summary>Appends the result.</summary>
    /// <param name="keys">What the values mean.</param>
    /// <param name="values">Every different value, from least to greatest; at least one.</param>
    /// <param name="counts">How often each is there, above zero.</param>
    /// <param name="results">Takes one result.</param>
    void Append<TKey, TKeys>(in TKeys keys, ReadOnlySpan<TKey> values, ReadOnlySpan<long> counts, Column results) where TKey : unmanaged where TKeys : struct, IKeys<TKey>;
}

/// <summary>Aggregates over all values of a group: every different one with its count.</summary>
static class Multiset
{
    public static AggregateStates States(DataType argument, IOverValues teller, bool isDistinct, MemoryOwner memory) => argument.Storage switch
    {
        Storage.Byte => Fixed<byte>(teller, isDistinct, memory),
        Storage.Int => Fixed<int>(teller, isDistinct, memory),
        Storage.Long => Fixed<long>(teller, isDistinct, memory),
        Storage.Double => Fixed<double>(teller, isDistinct, memory),
        Storage.Int128 => Fixed<Int128>(teller, isDistinct, memory),
        Storage.Interval => Fixed<Interval>(teller, isDistinct, memory),
        _ => new MultisetStates<int, TextKeys>(new(new TextPool(memory)), teller, isDistinct, memory),
    };

    static MultisetStates<T, FixedKeys<T>> Fixed<T>(IOverValues teller, bool isDistinct, MemoryOwner memory) where T : unmanaged, IComparable<T> => new(new(), teller, isDistinct, memory);
}

/// <summary>The values of each group, ordered when a result is asked for: n log n, and 24 to 48 bytes for each different value.</summary>
sealed class MultisetStates<TKey, TKeys>(TKeys keys, IOverValues teller, bool isDistinct, MemoryOwner memory) : AggregateStates
    where TKey : unmanaged
    where TKeys : struct, IKeys<TKey>
{
    TKeys _keys = keys;
    CountedSet<TKey>?[] _sets = [];
    TKey[] _values = [];
    long[] _counts = [];

    public override void EnsureGroups(int count) => GroupArray.Grow(ref _sets, count, memory);

    public override void Add(ReadOnlySpan<Column> arguments, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        GroupArray.AssertFits(groups, _sets.Length);
        var column = arguments[0];
        _keys.Begin(column);
        for (var i = 0; i < groups.Length; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            if (!column.IsNull(row)) Count(groups[i], _keys.Read(row), weights.IsEmpty ? 1 : weights[i]);
        }
    }

    void Count(int group, TKey key, long copies)
    {
        var set = SetOf(group);
        var index = set.Find(in _keys, key);
        if (index < 0) index = set.Add(in _keys, key);
        if ((set.CountOf(index) += copies) == 0) set.RemoveAt(in _keys, index);
    }

    CountedSet<TKey> SetOf(int group) => _sets[group] ??= new(isCounted: true, memory);

    public override void Merge(int group, AggregateStates other, int otherGroup)
    {
        var from = (MultisetStates<TKey, TKeys>)other;
        if (from._sets[otherGroup] is not { } added) return;
        for (var i = 0; i < added.Count; i++) Count(group, KeyTranslation.Adopt<TKey, TKeys>(in _keys, in from._keys, added[i]), added.CountOf(i));
    }

    public override void Reset(int group)
    {
        _sets[group]?.Free(in _keys);
        _sets[group] = null;
    }

    public override void AppendResults(ReadOnlySpan<int> groups, Column results)
    {
        foreach (var group in groups)
        {
            var count = 0;
            if (_sets[group] is { } set)
            {
                if (_values.Length < set.Count) (_values, _counts) = (new TKey[Math.Max(set.Count, _values.Length * 2)], new long[Math.Max(set.Count, _values.Length * 2)]);
                for (var i = 0; i < set.Count; i++)
                    if (set.CountOf(i) > 0) (_values[count], _counts[count++]) = (set[i], isDistinct ? 1 : set.CountOf(i));
            }
            if (count == 0)
            {
                results.AppendNull();
                continue;
            }
            var keys = _keys;
            _values.AsSpan(0, count).Sort(_counts.AsSpan(0, count), (a, b) => keys.Compare(a, b));
            teller.Append(in _keys, _values.AsSpan(0, count), _counts.AsSpan(0, count), results);
        }
    }

    public override void Save(int group, StateWriter writer) => SavedSets.Save(_sets[group], in _keys, isCounted: true, writer);
    public override void Load(int group, ref StateReader reader) => SavedSets.Load(() => SetOf(group), in _keys, isCounted: true, ref reader);

    public override void Dispose()
    {
        for (var i = 0; i < _sets.Length; i++) _sets[i]?.Free(in _keys);
        GroupArray.Free(ref _sets, memory);
        _keys.Free();
    }
}
