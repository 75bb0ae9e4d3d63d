using System.Collections.Immutable;
using System.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Tests.Stores;

/// <summary>Rows written as objects, for tests of stores and servers: bool, int, long, double, Int128 (scaled), string, long (time), Interval, byte[], null.</summary>
static class StoredRows
{
    public static Batch Batch(MemoryAccountant memory, Schema schema, params object?[][] rows) => Batch(memory, schema, null, rows);

    public static Batch Batch(MemoryAccountant memory, Schema schema, int[]? weights, params object?[][] rows)
    {
        var batch = memory.RentBatch(schema);
        for (var c = 0; c < schema.Count; c++)
        {
            var column = memory.Rent(schema[c].Type);
            foreach (var row in rows) Append(column, row[c]);
            batch.Add(column);
        }
        batch.RowCount = rows.Length;
        if (weights is not null)
        {
            batch.Weights = memory.Rent<int>(DataType.Integer);
            foreach (var weight in weights) batch.Weights.Append(weight);
        }
        batch.AssertWhole();
        return batch;
    }

    static void Append(Column column, object? value)
    {
        switch (column, value)
        {
            case (_, null): column.AppendNull(); break;
            case (Column<byte> c, bool v): c.Append(v ? (byte)1 : (byte)0); break;
            case (Column<int> c, int v): c.Append(v); break;
            case (Column<long> c, Int128 v): c.Append((long)v); break;
            case (Column<long> c, _): c.Append(Convert.ToInt64(value, null)); break;
            case (Column<double> c, _): c.Append(Convert.ToDouble(value, null)); break;
            case (Column<Int128> c, int v): c.Append(v); break;
            case (Column<Int128> c, Int128 v): c.Append(v); break;
            case (Column<Interval> c, Interval v): c.Append(v); break;
            case (TextColumn c, string v): c.Append(Encoding.UTF8.GetBytes(v)); break;
            case (TextColumn c, byte[] v): c.Append(v); break;
            default: throw new ArgumentException($"{value} for {column.Type}");
        }
    }

    /// <summary>A checkpoint without state.</summary>
    public static CheckpointRecord Checkpoint(long version, long droppedUpTo = 0, IReadOnlyDictionary<string, Frontier>? frontiers = null, params SourcePosition[] positions) => new()
    {
        Version = version,
        Time = 0,
        Lanes = 1,
        Chain = [],
        Positions = [.. positions],
        Frontiers = (frontiers ?? new Dictionary<string, Frontier>()).ToImmutableDictionary(),
        DroppedUpTo = droppedUpTo,
    };

    /// <summary>A commit of rows to one table, with a checkpoint, released afterwards.</summary>
    public static void Commit(this IStore store, MemoryAccountant memory, TableDefinition table, object?[][] rows, int[]? weights = null, Frontier? frontier = null,
        params SourcePosition[] positions) => store.Commit(memory, table, rows, 0, weights, frontier, positions);

    /// <summary>A commit of rows to one table, with a checkpoint that drops others, released afterwards.</summary>
    public static void Commit(this IStore store, MemoryAccountant memory, TableDefinition table, object?[][] rows, long droppedUpTo, int[]? weights = null, Frontier? frontier = null,
        params SourcePosition[] positions)
    {
        var batch = Batch(memory, table.Schema, weights, rows);
        try
        {
            var (version, frontiers) = (store.Version + 1, new Dictionary<string, Frontier> { [table.Name] = frontier ?? Frontier.Start });
            store.Commit(new(version, [new TableChange(table, [batch])], frontiers, positions, Checkpoint(version, droppedUpTo, frontiers, positions)));
        }
        finally
        {
            batch.Release();
        }
    }

    /// <summary>The rows of a table as texts, columns separated by "|".</summary>
    public static List<string> Texts(this IStoreSnapshot snapshot, string table, MemoryAccountant memory, bool descending = false)
    {
        var texts = new List<string>();
        foreach (var batch in snapshot.Scan(table, memory, descending))
        {
            texts.AddRange(Texts(batch));
            batch.Release();
        }
        return texts;
    }

    public static IEnumerable<string> Texts(Batch batch)
    {
        for (var row = 0; row < batch.RowCount; row++) yield return string.Join("|", batch.Columns.Select(c => ValueText.Format(c, row)));
    }
}
