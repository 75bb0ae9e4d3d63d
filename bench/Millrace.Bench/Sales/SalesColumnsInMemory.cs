using System.Runtime.InteropServices;
using Millrace.Bench.Harness;
using Millrace.Connectors.Programs;
using Millrace.Data;

namespace Millrace.Bench.Sales;

/// <summary>Ten million sales as batches of a program's source.</summary>
static class SalesColumnsInMemory
{
    /// <summary>Loads the generated columns; every run reads them again.</summary>
    public static MemorySource Load(Workshop workshop)
    {
        var schema = new Schema(
            new Field("ts", DataType.Timestamp), new Field("product", DataType.Integer), new Field("store", DataType.Integer), new Field("customer", DataType.Integer),
            new Field("qty", DataType.Integer), new Field("price", DataType.Double));
        var memory = new MemoryAccountant();
        var source = new MemorySource(schema, keeps: true, memory);
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
            source.Push(batch);
            batch.Release();
            done += rows;
        }
        foreach (var file in files) file.Dispose();
        source.Complete();
        return source;
    }
}
