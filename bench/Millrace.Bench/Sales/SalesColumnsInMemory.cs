using System.Runtime.InteropServices;
using Millrace.Bench.Harness;
using Millrace.Connectors.Programs;
using Millrace.Data;

namespace Millrace.Bench.Sales;

/// <summary>Ten million sales as batches of a program's source.</summary>
static class SalesColumnsInMemory
{
    /// <summary>Loads the generated columns; every run reads them again.</summary>
    /// <param name="workshop">Where they are.</param>
    /// <param name="products">Draws products evenly from so many in place of those of the sales; 0 = as they are.</param>
    /// <param name="partitions">Dealt out to so many, batch by batch.</param>
    public static MemorySource Load(Workshop workshop, int products = 0, int partitions = 1)
    {
        var schema = new Schema(
            new Field("ts", DataType.Timestamp), new Field("product", DataType.Integer), new Field("store", DataType.Integer), new Field("customer", DataType.Integer),
            new Field("qty", DataType.Integer), new Field("price", DataType.Double));
        var memory = new MemoryAccountant();
        var source = new MemorySource(schema, keeps: true, memory, partitions);
        var files = new[] { "ts.i64", "product.i32", "store.i32", "customer.i32", "qty.i32", "price.f64" }.Select(f => File.OpenRead(workshop.Sales(f))).ToArray();
        for (var done = 0; done < Workshop.SalesRows;)
        {
            var rows = Math.Min(memory.BatchRows, Workshop.SalesRows - done);
            var batch = memory.RentBatch(schema);
            batch.RowCount = rows;
            for (var i = 0; i < files.Length; i++)
            {
                var column = memory.Rent(schema[i].Type);
                column.Length = rows;
                files[i].ReadExactly(column switch
                {
                    Column<long> longs => MemoryMarshal.AsBytes(longs.Values),
                    Column<int> ints => MemoryMarshal.AsBytes(ints.Values),
                    _ => MemoryMarshal.AsBytes(((Column<double>)column).Values),
                });
                batch.Add(column);
            }
            foreach (ref var ts in ((Column<long>)batch[0]).Values) ts *= 1000; // milliseconds in the file
            if (products > 0)
                for (var i = 0; i < rows; i++) ((Column<int>)batch[1]).Values[i] = (int)(Hash64.Of((long)(done + i)) % (ulong)products);
            source.Push(batch);
            batch.Release();
            done += rows;
        }
        foreach (var file in files) file.Dispose();
        source.Complete();
        return source;
    }

    /// <summary>A category for each product, as the table that w6 joins.</summary>
    public static MemorySource Dimension(int products)
    {
        var schema = new Schema(new Field("product", DataType.Integer), new Field("category", DataType.Integer));
        var memory = new MemoryAccountant();
        var source = new MemorySource(schema, keeps: true, memory);
        for (var done = 0; done < products; done += memory.BatchRows)
        {
            var rows = Math.Min(memory.BatchRows, products - done);
            var batch = memory.RentBatch(schema);
            batch.RowCount = rows;
            var (product, category) = (memory.Rent<int>(DataType.Integer), memory.Rent<int>(DataType.Integer));
            for (var i = 0; i < rows; i++)
            {
                product.Append(done + i);
                category.Append((done + i) % 40);
            }
            batch.Add(product);
            batch.Add(category);
            source.Push(batch);
            batch.Release();
        }
        source.Complete();
        return source;
    }
}
