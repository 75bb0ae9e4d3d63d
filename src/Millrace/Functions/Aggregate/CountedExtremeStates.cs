using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>MIN or MAX over rows that can be taken back: every different value with its count, and the best one of them.</summary>
/// <remarks>Only when the best value itself has gone the values of the group are looked through again, at the next result: a nanosecond for each different value.</remarks>
sealed class CountedExtremeStates<TKey, TKeys>(TKeys keys, bool isGreatest, MemoryOwner memory) : AggregateStates
    where TKey : unmanaged
    where TKeys : struct, IKeys<TKey>
{
    TKeys _keys = keys;
    Group[] _groups = [];

    struct Group
    {
        public CountedSet<TKey>? Set;
        public TKey Best;
        public Knowledge Knows;
    }

    enum Knowledge : byte { Empty, Best, Nothing }

    public override void EnsureGroups(int count) => GroupArray.Grow(ref _groups, count, memory);

    public override void Add(ReadOnlySpan<Column> arguments, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        GroupArray.AssertFits(groups, _groups.Length);
        var column = arguments[0];
        _keys.Begin(column);
        for (var i = 0; i < groups.Length; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            if (!column.IsNull(row)) Count(ref _groups[groups[i]], _keys.Read(row), weights.IsEmpty ? 1 : weights[i]);
        }
    }

    void Count(ref Group group, TKey key, long copies)
    {
        var set = group.Set ??= new(isCounted: true, memory);
        var index = set.Find(in _keys, key);
        if (index < 0) index = set.Add(in _keys, key);
        ref var count = ref set.CountOf(index);
        var before = count;
        count += copies;
        var after = count;
        if (before <= 0 && after > 0)
        {
            if (group.Knows == Knowledge.Empty || group.Knows == Knowledge.Best && IsBetter(key, group.Best)) (group.Best, group.Knows) = (key, Knowledge.Best);
        }
        else if (before > 0 && after <= 0 && group.Knows == Knowledge.Best && _keys.Same(key, group.Best)) group.Knows = Knowledge.Nothing;
        if (after == 0) set.RemoveAt(in _keys, index);
    }

    bool IsBetter(TKey a, TKey b) => isGreatest ? _keys.Compare(a, b) > 0 : _keys.Compare(a, b) < 0;

    void Learn(ref Group group)
    {
        if (group.Knows != Knowledge.Nothing) return;
        group.Knows = Knowledge.Empty;
        var set = group.Set!;
        for (var i = 0; i < set.Count; i++)
            if (set.CountOf(i) > 0 && (group.Knows == Knowledge.Empty || IsBetter(set[i], group.Best))) (group.Best, group.Knows) = (set[i], Knowledge.Best);
    }

    public override void Merge(int group, AggregateStates other, int otherGroup)
    {
        var from = (CountedExtremeStates<TKey, TKeys>)other;
        if (from._groups[otherGroup].Set is not { } added) return;
        for (var i = 0; i < added.Count; i++)
            Count(ref _groups[group], KeyTranslation.Adopt<TKey, TKeys>(in _keys, in from._keys, added[i]), added.CountOf(i));
    }

    public override void Reset(int group)
    {
        _groups[group].Set?.Free(in _keys);
        _groups[group] = default;
    }

    public override void AppendResults(ReadOnlySpan<int> groups, Column results)
    {
        foreach (var index in groups)
        {
            ref var group = ref _groups[index];
            Learn(ref group);
            if (group.Knows == Knowledge.Best) _keys.Append(group.Best, results);
            else results.AppendNull();
        }
    }

    public override void Save(int group, StateWriter writer) => SavedSets.Save(_groups[group].Set, in _keys, isCounted: true, writer);

    public override void Load(int group, ref StateReader reader)
    {
        SavedSets.Load(() => _groups[group].Set ??= new(isCounted: true, memory), in _keys, isCounted: true, ref reader);
        if (_groups[group].Set is not null) _groups[group].Knows = Knowledge.Nothing;
    }

    public override void Dispose()
    {
        for (var i = 0; i < _groups.Length; i++) _groups[i].Set?.Free(in _keys);
        GroupArray.Free(ref _groups, memory);
        _keys.Free();
    }
}
