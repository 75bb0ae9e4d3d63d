using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Aggregation;

/// <summary>The results that were last told of each group, so that they can be taken back.</summary>
sealed class ToldRows(ImmutableArray<AggregateCall> calls, MemoryAccountant memory, MemoryOwner owner) : IDisposable
{
    readonly SlotColumn[] _columns = [.. calls.Select(c => SlotColumn.Create(c.Signature.Result, memory, owner))];

    /// <summary>By call.</summary>
    public SlotColumn[] Columns => _columns;

    /// <summary>Remembers rows of results, each under its group.</summary>
    public void Remember(ReadOnlySpan<int> groups, ReadOnlySpan<Column> results, ReadOnlySpan<int> rows, int limit)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            _columns[i].EnsureSlots(limit);
            _columns[i].Set(groups, results[i], rows);
        }
    }

    /// <summary>Appends what one result column was told of some groups.</summary>
    public void AppendTo(int column, ReadOnlySpan<int> groups, Column to) => _columns[column].AppendTo(groups, to);

    /// <summary>Writes a group's row.</summary>
    public void Save(int group, StateWriter writer)
    {
        foreach (var column in _columns) column.Save(group, writer);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public void Load(int group, ref StateReader reader)
    {
        foreach (var column in _columns)
        {
            column.EnsureSlots(group + 1);
            column.Load(group, ref reader);
        }
    }

    /// <summary>Forgets all rows, and frees the memory.</summary>
    public void Forget()
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            _columns[i].Dispose();
            _columns[i] = SlotColumn.Create(calls[i].Signature.Result, memory, owner);
        }
    }

    public void Dispose()
    {
        foreach (var column in _columns) column.Dispose();
    }
}
