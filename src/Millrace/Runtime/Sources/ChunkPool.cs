using Millrace.Data;

namespace Millrace.Runtime;

/// <summary>Chunks of raw bytes for one partition: rooms of one size are used again and again, larger ones (for long records) once.</summary>
/// <remarks>A chunk comes back when the last origin that holds its bytes is gone, on whatever thread. Thread-safe.</remarks>
sealed class ChunkPool(MemoryOwner account)
{
    /// <summary>Bytes that a source fills at once. Decoding speed no longer grows beyond half of it; smaller rooms mean more records that straddle two.</summary>
    public const int RoomBytes = 1 << 20;

    /// <summary>Room in front of what a source fills: for the beginning of the record that the chunk before ended in.</summary>
    public const int HeadBytes = 64 << 10;

    readonly Stack<Chunk> _free = new();

    /// <summary>An empty chunk whose next byte goes behind its head.</summary>
    public Chunk Rent()
    {
        lock (_free)
        {
            if (_free.TryPop(out var chunk))
            {
                chunk.Restart();
                chunk.Length = HeadBytes;
                return chunk;
            }
        }
        var fresh = Rent(HeadBytes + RoomBytes);
        fresh.Length = HeadBytes;
        return fresh;
    }

    /// <summary>An empty chunk of some size.</summary>
    public Chunk Rent(int size)
    {
        account.Charge(size);
        return new(GC.AllocateUninitializedArray<byte>(size), Return);
    }

    /// <summary>A chunk's room was made larger; it is not used again.</summary>
    public void Grown(Chunk chunk, int before) => account.Charge(chunk.Bytes.Length - before);

    void Return(Chunk chunk)
    {
#if DEBUG
        chunk.Bytes.AsSpan(0, chunk.Length).Fill(0xDB);
#endif
        if (chunk.Bytes.Length == HeadBytes + RoomBytes)
        {
            lock (_free) _free.Push(chunk);
        }
        else account.Charge(-chunk.Bytes.Length);
    }
}
