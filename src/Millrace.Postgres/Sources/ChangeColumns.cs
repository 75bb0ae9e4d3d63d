using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Postgres.Sources;

/// <summary>The columns of a source with changes = 'cdc': for each the column of the table that it shows, and whether as it is after a change or was before.</summary>
sealed class ChangeColumns
{
    const string After = "after.", Before = "before.", Op = "op";

    readonly (string? Name, bool IsBefore)[] _columns; // null: op

    public ChangeColumns(SourceContext context)
    {
        if (context.Options.TextOrNull("changes") != "cdc")
            throw new ConnectorException(Fault.User, $"source '{context.Name}': read = 'changes' tells of inserts, updates and deletes. Add changes = 'cdc' and PRIMARY KEY (column, ...).");
        Schema = context.Schema;
        _columns = [.. context.Paths.Select(p => p == Op ? (null, false) : p.StartsWith(After, StringComparison.Ordinal) ? (p[After.Length..], false) : p.StartsWith(Before, StringComparison.Ordinal) ? (p[Before.Length..], true)
            : throw new ConnectorException(Fault.User, $"source '{context.Name}': FROM '{p}' is no column of a change. Write FROM 'after.name' for a column of the table."))];
    }

    public Schema Schema { get; }

    /// <summary>The table's columns that are read.</summary>
    public IEnumerable<string> Names => _columns.Select(static c => c.Name).OfType<string>().Distinct();

    /// <summary>Those by which rows are told apart, and placed in time.</summary>
    public IEnumerable<string> Key => _columns.Where(static c => c.IsBefore).Select(static c => c.Name!);

    /// <summary>Appends a row.</summary>
    /// <param name="batch">Where.</param>
    /// <param name="op">r, c, u or d.</param>
    /// <param name="row">The row as it is, of a deletion as it was.</param>
    /// <returns>The table's column whose value its declared type does not hold, or null.</returns>
    public string? Append(Batch batch, ReadOnlySpan<byte> op, WireRow row)
    {
        string? faulty = null;
        var isDeletion = op[0] == (byte)'d';
        for (var i = 0; i < _columns.Length; i++)
        {
            var (name, isBefore) = _columns[i];
            if (name is null) ((TextColumn)batch[i]).Append(op);
            else if (isBefore != isDeletion || !row.TryFind(name, out var value)) batch[i].AppendNull();
            else if (!WireValues.TryAppend(batch[i], value.Type, value.Bytes))
            {
                batch[i].AppendNull();
                faulty ??= name;
            }
        }
        if (faulty is null) batch.RowCount++;
        else
            foreach (var column in batch.Columns) column.Length--; // as if it had not come
        return faulty;
    }
}

/// <summary>A row as a server sends it: for each column its type and its bytes.</summary>
sealed class WireRow
{
    readonly Dictionary<string, (uint Type, byte[] Bytes)> _values = new(StringComparer.Ordinal);

    public void Clear() => _values.Clear();

    public void Set(string column, uint type, byte[] bytes) => _values[column] = (type, bytes);

    /// <summary>The value of a column.</summary>
    /// <returns>Whether there is one: it is not NULL, and it was sent.</returns>
    public bool TryFind(string column, out (uint Type, byte[] Bytes) value) => _values.TryGetValue(column, out value);

    /// <summary>Whether some columns have the same values in another row.</summary>
    public bool IsSame(WireRow other, IEnumerable<string> columns) => columns.All(c => TryFind(c, out var mine) == other.TryFind(c, out var its) && (mine.Bytes is null || mine.Bytes.AsSpan().SequenceEqual(its.Bytes)));
}
