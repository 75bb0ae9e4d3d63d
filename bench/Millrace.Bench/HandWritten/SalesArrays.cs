using System.Runtime.InteropServices;
using Millrace.Bench.Harness;

namespace Millrace.Bench.HandWritten;

/// <summary>The sales as plain arrays.</summary>
sealed class SalesArrays(Workshop workshop)
{
    /// <summary>Milliseconds since 1970.</summary>
    public long[] Ts { get; } = Read<long>(workshop, "ts.i64");

    /// <summary>0 to 3,999.</summary>
    public int[] Product { get; } = Read<int>(workshop, "product.i32");

    /// <summary>0 to 37.</summary>
    public int[] Store { get; } = Read<int>(workshop, "store.i32");

    /// <summary>0 to 99,999.</summary>
    public int[] Customer { get; } = Read<int>(workshop, "customer.i32");

    /// <summary>Pieces; less than 0 where they were brought back.</summary>
    public int[] Qty { get; } = Read<int>(workshop, "qty.i32");

    /// <summary>Of a piece.</summary>
    public double[] Price { get; } = Read<double>(workshop, "price.f64");

    static T[] Read<T>(Workshop workshop, string file) where T : unmanaged
    {
        var values = new T[Workshop.SalesRows];
        using var stream = File.OpenRead(workshop.Sales(file));
        stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
