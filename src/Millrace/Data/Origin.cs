using System.Diagnostics;

namespace Millrace.Data;

/// <summary>Where the records of one decoded batch came from: source, partition, an offset for each record, and a hold on its raw bytes.</summary>
/// <remarks>
/// What dead letters, late tables and replay are made from. Entry i belongs to the i-th row that the decoder made. The bytes are those of the
/// decoder's chunk, held by reference: no copy is made unless a row is set aside. Reference-counted and pooled.
/// </remarks>
public sealed class Origin : IPooled
{
    readonly MemoryAccountant _home;
    int _references;

    internal Origin(MemoryAccountant home)
    {
        _home = home;
        Offsets = new long[home.BatchRows];
        Starts = new int[home.BatchRows];
        Lengths = new int[home.BatchRows];
        home.Buffers.Charge(ChargedBytes);
    }

    long ChargedBytes => 16L * _home.BatchRows;

    long IPooled.ChargedBytes => ChargedBytes;

    /// <summary>Name of the source.</summary>
    public string Source { get; set; } = "";

    /// <summary>Partition of the source.</summary>
    public int Partition { get; set; }

    /// <summary>Number of entries.</summary>
    public int Count { get; set; }

    /// <summary>For each record its position in the partition: the byte offset in a file's (unpacked) content, a sequence number elsewhere.</summary>
    public long[] Offsets { get; }

    /// <summary>For each record where its bytes start in <see cref="Chunk"/>.</summary>
    public int[] Starts { get; }

    /// <summary>For each record its length in bytes, without line end.</summary>
    public int[] Lengths { get; }

    /// <summary>The bytes that the records lie in, or null where there are none (a program's rows). The origin owns a reference.</summary>
    public Chunk? Chunk { get; set; }

    /// <summary>The rows as the source declared them, kept only where a late table needs them. The origin owns a reference.</summary>
    public Batch? Rows { get; set; }

    /// <summary>The raw bytes of an entry; empty where there are none.</summary>
    public ReadOnlySpan<byte> Raw(int entry) => Chunk is null ? default : Chunk.Bytes.AsSpan(Starts[entry], Lengths[entry]);

    /// <summary>Adds a reference.</summary>
    public Origin Retain()
    {
        var references = Interlocked.Increment(ref _references);
        Debug.Assert(references > 1, "retained after it was released");
        return this;
    }

    /// <summary>Gives a reference back.</summary>
    public void Release()
    {
        var references = Interlocked.Decrement(ref _references);
        Debug.Assert(references >= 0, "released twice");
        if (references != 0) return;
        Chunk?.Release();
        Rows?.Release();
        (Chunk, Rows) = (null, null);
        _home.Return(this);
    }

    internal void Start()
    {
        Debug.Assert(_references == 0);
        _references = 1;
        Count = 0;
    }
}
