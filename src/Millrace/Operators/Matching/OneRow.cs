using System.Collections.Immutable;
using Millrace.Data;

namespace Millrace.Operators.Matching;

/// <summary>Columns that show one row at a time to what takes columns; used again from row to row.</summary>
sealed class OneRow(ImmutableArray<DataType> types, MemoryAccountant memory) : IDisposable
{
    readonly Column[] _columns = [.. types.Select(memory.Rent)];

    /// <summary>The columns.</summary>
    public ReadOnlySpan<Column> Columns => _columns;

    /// <summary>A column made empty.</summary>
    public Column Empty(int index)
    {
        ref var column = ref _columns[index];
        if (column is TextColumn)
        {
            // Its heap would grow with every row.
            column.Release();
            column = memory.Rent(types[index]);
        }
        column.Length = 0;
        column.HasNulls = false;
        return column;
    }

    public void Dispose()
    {
        foreach (var column in _columns) column.Release();
    }
}
