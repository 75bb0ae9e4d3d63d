using System.Diagnostics;

namespace Millrace.Data;

/// <summary>A few thousand rows held as columns: what flows along every edge of a plan.</summary>
/// <remarks>
/// Ownership: rented with one reference; a batch that has been pushed is immutable; whoever pushes it releases it afterwards, whoever
/// is handed it retains it to keep it. Releasing the last reference releases the columns. A batch may carry besides its columns:
/// weights (+1 inserts, -1 retracts; none means all +1), watermarks (see <see cref="Watermarks"/>) and its <see cref="Origin"/>.
/// </remarks>
public sealed class Batch
{
    readonly List<Column> _columns = new(16);
    int _references;

    internal Batch(MemoryAccountant home) => Home = home;

    /// <summary>Where the batch came from and returns to.</summary>
    public MemoryAccountant Home { get; }

    /// <summary>Names and types of the columns.</summary>
    public Schema Schema { get; private set; } = Schema.Empty;

    /// <summary>Number of rows.</summary>
    public int RowCount { get; set; }

    /// <summary>The columns, in the order of the schema.</summary>
    public IReadOnlyList<Column> Columns => _columns;

    /// <summary>The column at an index.</summary>
    public Column this[int index] => _columns[index];

    /// <summary>A weight for each row, or null where every row inserts (+1). The batch owns a reference.</summary>
    public Column<int>? Weights { get; set; }

    /// <summary>
    /// For each row the final frontier (microseconds) that held just before it in the order of its partition, the lateness that its source allows taken off, or null where no row
    /// of the batch was behind the watermark: so whether a row is late never depends on how rows were cut into batches, nor on other sources. The batch owns a reference.
    /// </summary>
    public Column<long>? Watermarks { get; set; }

    /// <summary>Where the rows came from, kept up to the last operator that may have to set rows aside; null past it. The batch owns a reference.</summary>
    public Origin? Origin { get; set; }

    /// <summary>For each row its index in <see cref="Origin"/>, or null where row i is entry i. The batch owns a reference.</summary>
    public Column<int>? OriginRows { get; set; }

    /// <summary>The states of the groups that the rows stand for, on the way from a <see cref="Millrace.Planning.PartialAggregate"/> to its aggregate; null otherwise. The batch owns a reference.</summary>
    internal Operators.Aggregation.PartialGroups? Partial { get; set; }

    /// <summary>Adds the next column; the caller's reference becomes the batch's.</summary>
    public void Add(Column column)
    {
        Debug.Assert(column.Type.Storage == Schema[_columns.Count].Type.Storage);
        _columns.Add(column);
    }

    /// <summary>The index in the origin of a row.</summary>
    public int OriginOf(int row) => OriginRows is null ? row : OriginRows[row];

    /// <summary>A new batch with some rows of this one (weights, watermarks and origin included), in the given order.</summary>
    /// <param name="rows">Row indexes.</param>
    /// <param name="used">For each column whether it is read any more; the others become NULL without being copied. null = all are.</param>
    public Batch Gather(ReadOnlySpan<int> rows, IReadOnlyList<bool>? used = null)
    {
        Debug.Assert(Partial is null);
        var target = Home.RentBatch(Schema);
        target.RowCount = rows.Length;
        for (var i = 0; i < _columns.Count; i++) target._columns.Add(used is null || used[i] ? _columns[i].Gather(rows) : Home.RentNulls(_columns[i].Type, rows.Length));
        target.GatherBesides(this, rows);
        return target;
    }

    /// <summary>Appends the rows of another batch of the same types, weights included; for a batch that nobody else has seen, with columns of its own and room for them.</summary>
    public void Append(Batch source)
    {
        Debug.Assert(RowCount + source.RowCount <= Home.BatchRows);
        for (var i = 0; i < _columns.Count; i++) _columns[i].AppendAll(source._columns[i]);
        if (Weights is not null || source.Weights is not null)
        {
            if (Weights is null)
            {
                Weights = Home.Rent<int>(DataType.Integer);
                Weights.Length = RowCount;
                Weights.Values.Fill(1);
            }
            Weights.Length = RowCount + source.RowCount;
            var added = Weights.Values[RowCount..];
            if (source.Weights is null) added.Fill(1);
            else source.Weights.Values.CopyTo(added);
        }
        RowCount += source.RowCount;
    }

    /// <summary>Takes weights, watermarks and origin of another batch, for rows in the same places.</summary>
    public void ShareBesides(Batch source)
    {
        Weights = (Column<int>?)source.Weights?.Retain();
        Watermarks = (Column<long>?)source.Watermarks?.Retain();
        Origin = source.Origin?.Retain();
        OriginRows = (Column<int>?)source.OriginRows?.Retain();
    }

    /// <summary>Takes weights, watermarks and origin of some rows of another batch.</summary>
    public void GatherBesides(Batch source, ReadOnlySpan<int> rows)
    {
        Weights = (Column<int>?)source.Weights?.Gather(rows);
        Watermarks = (Column<long>?)source.Watermarks?.Gather(rows);
        if (source.Origin is null) return;
        Origin = source.Origin.Retain();
        if (source.OriginRows is not null) OriginRows = (Column<int>)source.OriginRows.Gather(rows);
        else
        {
            OriginRows = Home.Rent<int>(DataType.Integer);
            OriginRows.Length = rows.Length;
            rows.CopyTo(OriginRows.Values);
        }
    }

    /// <summary>Adds a reference.</summary>
    public Batch Retain()
    {
        var references = Interlocked.Increment(ref _references);
        Debug.Assert(references > 1, "retained after it was released");
        return this;
    }

    /// <summary>Gives a reference back; the last one releases the columns and returns the batch to its pool.</summary>
    public void Release()
    {
        var references = Interlocked.Decrement(ref _references);
        Debug.Assert(references >= 0, "released twice");
        if (references != 0) return;
        foreach (var column in _columns) column.Release();
        _columns.Clear();
        Weights?.Release();
        Watermarks?.Release();
        Origin?.Release();
        OriginRows?.Release();
        Partial?.Release();
        (Weights, Watermarks, Origin, OriginRows, Partial) = (null, null, null, null, null);
        Home.Return(this);
    }

    internal void Start(Schema schema)
    {
        Debug.Assert(_references == 0);
        _references = 1;
        Schema = schema;
        RowCount = 0;
    }

    /// <summary>Asserts that the columns fit the schema and each other; debug builds only.</summary>
    [Conditional("DEBUG")]
    public void AssertWhole()
    {
        Debug.Assert(_columns.Count == Schema.Count);
        foreach (var column in _columns)
        {
            Debug.Assert(column.Length == RowCount);
            if (column is not TextColumn text) continue;
            foreach (var code in text.Codes) Debug.Assert((uint)code < (uint)text.Heap.Count, "a NULL's code stands for nothing");
        }
        Debug.Assert(Weights is null || Weights.Length == RowCount);
        Debug.Assert(Watermarks is null || Watermarks.Length == RowCount);
        Debug.Assert(OriginRows is null || OriginRows.Length == RowCount);
    }
}
