using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>COUNT(*), COUNT(x) and COUNT(DISTINCT x).</summary>
internal sealed class Count() : BuiltInAggregate("count", "count(*), count([DISTINCT] x)",
    "The number of rows, of rows where x is not NULL, or of different values of x; BIGINT, 0 for an empty group. DISTINCT is exact and keeps each different value of each group.",
    ("count(*)", "1; NULL; 1", "3"), ("count(x)", "1; NULL; 1", "2"), ("count(DISTINCT x)", "1; NULL; 1", "1"))
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) =>
        arguments.Length == 0 ? distinct ? null : Form(DataType.BigInt) : base.Resolve(arguments, distinct);

    protected override Signature Resolve(DataType argument) => Form(DataType.BigInt, argument);

    protected override AggregateStates CreateStates(Signature signature, MemoryOwner memory, bool retracts) => new CountStates(memory);
}

/// <summary>How many rows each group has. State: 8 bytes.</summary>
sealed class CountStates(MemoryOwner memory) : AggregateStates
{
    long[] _counts = [];

    public override void EnsureGroups(int count) => GroupArray.Grow(ref _counts, count, memory);

    public override void Add(ReadOnlySpan<Column> arguments, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        if (groups.IsEmpty) return;
        GroupArray.AssertFits(groups, _counts.Length);
        ref var counts = ref MemoryMarshal.GetArrayDataReference(_counts);
        if (!arguments.IsEmpty && arguments[0].HasNulls) AddValid(ref counts, arguments[0].Validity, rows, groups, weights);
        else if (!weights.IsEmpty) AddWeights(ref counts, groups, weights);
        else if (groups.ContainsAnyExcept(groups[0])) AddOnes(ref counts, groups);
        else Unsafe.Add(ref counts, groups[0]) += groups.Length;
    }

    /// <summary>Adds to the count of a group.</summary>
    public void Add(int group, long count) => _counts[group] += count;

    static void AddOnes(ref long counts, ReadOnlySpan<int> groups)
    {
        ref var group = ref MemoryMarshal.GetReference(groups);
        for (var i = 0; i < groups.Length; i++) Unsafe.Add(ref counts, Unsafe.Add(ref group, i))++;
    }

    static void AddWeights(ref long counts, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        for (var i = 0; i < groups.Length; i++) Unsafe.Add(ref counts, groups[i]) += weights[i];
    }

    // The bit is added, not tested: NULLs at random would mispredict every other branch.
    static void AddValid(ref long counts, ReadOnlySpan<ulong> validity, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        for (var i = 0; i < groups.Length; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            var isValid = (long)(validity[row >> 6] >> row & 1);
            Unsafe.Add(ref counts, groups[i]) += weights.IsEmpty ? isValid : isValid * weights[i];
        }
    }

    public override void Merge(int group, AggregateStates other, int otherGroup) => _counts[group] += ((CountStates)other)._counts[otherGroup];

    public override bool IsSmall => true;

    public override void MergeAll(ReadOnlySpan<int> groups, AggregateStates other, ReadOnlySpan<int> otherGroups)
    {
        var (counts, others) = (_counts, ((CountStates)other)._counts);
        for (var i = 0; i < groups.Length; i++) counts[groups[i]] += others[otherGroups[i]];
    }

    public override void Reset(int group) => _counts[group] = 0;

    public override void ResetAll(ReadOnlySpan<int> groups)
    {
        var counts = _counts;
        foreach (var group in groups) counts[group] = 0;
    }

    public override void AppendResults(ReadOnlySpan<int> groups, Column results)
    {
        var column = (Column<long>)results;
        if (column.HasNulls) // of other groups
        {
            foreach (var group in groups) column.Append(_counts[group]);
            return;
        }
        var start = column.Length;
        column.Length = start + groups.Length;
        var values = column.Values[start..];
        for (var i = 0; i < groups.Length; i++) values[i] = _counts[groups[i]];
    }

    public override void Save(int group, StateWriter writer) => writer.Write(in _counts[group]);

    public override void Load(int group, ref StateReader reader) => _counts[group] = reader.Read<long>();

    public override void Dispose() => GroupArray.Free(ref _counts, memory);
}
