using System.Diagnostics;
using Millrace.Data;
using Millrace.Sketches;

namespace Millrace.Functions.Aggregate;

/// <summary>How the values of a column get into sketches. A struct, so that the loop is compiled for each kind.</summary>
interface ISketchItems<TSketch> where TSketch : class, ISketch<TSketch>
{
    /// <summary>Readies the columns whose rows are read next.</summary>
    void Begin(ReadOnlySpan<Column> arguments);

    /// <summary>Adds the value of a row, in which no argument is NULL, a number of times above 0.</summary>
    void Give(ref TSketch sketch, int row, int weight);

    /// <summary>Adds the values of the first rows of a column without NULLs, if that is faster than one by one.</summary>
    bool TryGiveAll(ref TSketch sketch, int rows) => false;
}

/// <summary>Appends what is told of a group's sketch; null stands for a group without values.</summary>
delegate void SketchResult<in TSketch>(TSketch? sketch, Column results);

/// <summary>A sketch for each group that has values. Rows cannot be taken back.</summary>
/// <remarks>A group without values costs 12 bytes; the others what their sketch holds, which is charged batch by batch.</remarks>
sealed class SketchStates<TSketch, TItems>(SketchForm<TSketch> form, TItems items, SketchResult<TSketch> result, MemoryOwner memory) : AggregateStates
    where TSketch : class, ISketch<TSketch>
    where TItems : struct, ISketchItems<TSketch>
{
    TItems _items = items;
    TSketch?[] _sketches = [];
    int[] _charged = [];

    public override void EnsureGroups(int count)
    {
        GroupArray.Grow(ref _sketches, count, memory);
        GroupArray.Grow(ref _charged, count, memory);
    }

    public override void Add(ReadOnlySpan<Column> arguments, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        if (groups.IsEmpty) return;
        Debug.Assert(!weights.ContainsAnyInRange(int.MinValue, -1), "rows are taken back although nobody announced it");
        GroupArray.AssertFits(groups, _sketches.Length);
        _items.Begin(arguments);
        var charge = TryAddToOne(arguments, rows, groups, weights) ? Measure(groups[0]) : AddEach(arguments[0], rows, groups, weights);
        if (charge != 0) memory.Charge(charge);
    }

    // A sketch is measured while it is still in the cache.
    long AddEach(Column column, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        var charge = 0L;
        for (var i = 0; i < groups.Length; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            var weight = weights.IsEmpty ? 1 : weights[i];
            if (!column.IsNull(row) && weight != 0)
            {
                ref var sketch = ref _sketches[groups[i]];
                sketch ??= form.Create();
                _items.Give(ref sketch, row, weight);
            }
            if (i + 1 == groups.Length || groups[i + 1] != groups[i]) charge += Measure(groups[i]);
        }
        return charge;
    }

    // All rows of a batch in one group, as in a table without keys.
    bool TryAddToOne(ReadOnlySpan<Column> arguments, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        if (!rows.IsEmpty || !weights.IsEmpty || arguments[0].HasNulls || groups.ContainsAnyExcept(groups[0])) return false;
        ref var sketch = ref _sketches[groups[0]];
        sketch ??= form.Create();
        return _items.TryGiveAll(ref sketch, groups.Length);
    }

    long Measure(int group)
    {
        if (_sketches[group] is not { } sketch) return 0;
        var size = (int)Math.Min(int.MaxValue, sketch.MemorySize);
        var more = size - _charged[group];
        _charged[group] = size;
        return more;
    }

    public override void Merge(int group, AggregateStates other, int otherGroup)
    {
        if (((SketchStates<TSketch, TItems>)other)._sketches[otherGroup] is not { } added) return;
        ref var sketch = ref _sketches[group];
        sketch ??= form.Create();
        form.Merge(ref sketch, added);
        memory.Charge(Measure(group));
    }

    public override void Reset(int group)
    {
        if (_sketches[group] is null) return;
        memory.Charge(-_charged[group]);
        (_sketches[group], _charged[group]) = (null, 0);
    }

    public override void AppendResults(ReadOnlySpan<int> groups, Column results)
    {
        foreach (var group in groups) result(_sketches[group], results);
    }

    public override void Save(int group, StateWriter writer)
    {
        writer.Write(_sketches[group] is not null);
        if (_sketches[group] is { } sketch) form.Save(sketch, writer);
    }

    public override void Load(int group, ref StateReader reader)
    {
        if (!reader.Read<bool>()) return;
        _sketches[group] = form.Load(ref reader);
        memory.Charge(Measure(group));
    }

    public override void Dispose()
    {
        for (var group = 0; group < _sketches.Length; group++) Reset(group);
        GroupArray.Free(ref _sketches, memory);
        GroupArray.Free(ref _charged, memory);
    }
}
