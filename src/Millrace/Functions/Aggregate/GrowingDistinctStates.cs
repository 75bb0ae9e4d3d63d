using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>DISTINCT where no rows are taken back: every group has a <see cref="LongSet"/>, and the aggregate within sees the rows whose value is new to their group, which soon are few.</summary>
/// <remarks>Ten million rows of 100,000 customers in one group: some 2 ns a row, bits of 12 KB that stay in the first-level cache.</remarks>
sealed class GrowingDistinctStates<TOrdinals>(DataType argument, TOrdinals ordinals, AggregateStates inner, MemoryOwner memory) : AggregateStates
    where TOrdinals : struct, IOrdinals
{
    TOrdinals _ordinals = ordinals;
    LongSet[] _sets = [];
    int[] _rows = [];
    int[] _groups = [];
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
        _ordinals.Begin(column);
        var nulls = column.HasNulls ? column : null;
        var isOne = !groups.ContainsAnyExcept(groups[0]);
        var count = isOne ? _sets[groups[0]].AddRows(_ordinals, nulls, rows, groups.Length, _rows, memory) : AddToMany(nulls, rows, groups);
        if (count == 0) return;
        if (isOne) _groups.AsSpan(0, count).Fill(groups[0]);
        if (TOrdinals.AreHeld)
            for (var i = 0; i < count; i++) _ordinals.Hold(_ordinals.Read(_rows[i]));
        inner.Add(arguments, _rows.AsSpan(0, count), _groups.AsSpan(0, count), default);
    }

    int AddToMany(Column? nulls, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups)
    {
        var (ordinals, sets, count) = (_ordinals, _sets, 0);
        for (var i = 0; i < groups.Length; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            if (nulls is not null && nulls.IsNull(row)) continue;
            if (!sets[groups[i]].Add(ordinals.Read(row), memory)) continue;
            (_rows[count], _groups[count]) = (row, groups[i]);
            count++;
        }
        return count;
    }

    public override void Merge(int group, AggregateStates other, int otherGroup)
    {
        var from = (GrowingDistinctStates<TOrdinals>)other;
        ref var set = ref _sets[group];
        ref var added = ref from._sets[otherGroup];
        if (added.Count == 0) return;
        var before = set.Count;
        if (!TOrdinals.AreHeld && inner is CountStates counts && set.TryUnite(in added, memory))
        {
            counts.Add(group, set.Count - before);
            return;
        }
        var values = memory.Accountant.Rent(argument);
        MakeRoom(values.Capacity);
        foreach (var member in Members(in added))
        {
            var own = typeof(TOrdinals) == typeof(TextOrdinals) ? ((TextOrdinals)(object)_ordinals).Adopt((TextOrdinals)(object)from._ordinals, member) : member;
            if (!set.Add(own, memory)) continue;
            _ordinals.Hold(own);
            _groups[values.Length] = group;
            _ordinals.Append(own, values);
            if (values.Length == values.Capacity) values = Pass(values);
        }
        Pass(values).Release();
    }

    static long[] Members(in LongSet set)
    {
        var members = new long[set.Count];
        set.CopyTo(members);
        return members;
    }

    /// <summary>Adds merged values to the aggregate within; gives an empty column for the next.</summary>
    Column Pass(Column values)
    {
        _one[0] = values;
        if (values.Length > 0) inner.Add(_one, [], _groups.AsSpan(0, values.Length), default);
        values.Release();
        return memory.Accountant.Rent(argument);
    }

    void MakeRoom(int rows)
    {
        if (_rows.Length < rows) (_rows, _groups) = (new int[rows], new int[rows]);
    }

    public override void Reset(int group)
    {
        if (TOrdinals.AreHeld)
            foreach (var member in Members(in _sets[group])) _ordinals.Drop(member);
        _sets[group].Clear(memory);
        inner.Reset(group);
    }

    public override void AppendResults(ReadOnlySpan<int> groups, Column results) => inner.AppendResults(groups, results);

    public override void Save(int group, StateWriter writer)
    {
        inner.Save(group, writer);
        var members = Members(in _sets[group]);
        writer.Write(members.Length);
        foreach (var member in members) _ordinals.Save(member, writer);
    }

    public override void Load(int group, ref StateReader reader)
    {
        inner.Load(group, ref reader);
        for (var count = reader.Read<int>(); count > 0; count--)
        {
            var member = _ordinals.Load(ref reader);
            if (_sets[group].Add(member, memory)) _ordinals.Hold(member);
        }
    }

    public override void Dispose()
    {
        foreach (ref var set in _sets.AsSpan()) set.Clear(memory);
        GroupArray.Free(ref _sets, memory);
        _ordinals.Free();
        inner.Dispose();
    }
}
