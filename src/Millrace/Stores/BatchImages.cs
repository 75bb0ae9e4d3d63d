using System.Buffers.Binary;
using Millrace.Data;
using Millrace.Functions;

namespace Millrace.Stores;

/// <summary>Changes as bytes: for each row its weight and its image, and at the end of them all, where they stand alone, a CRC-32C.</summary>
static class BatchImages
{
    const int PieceBytes = 1 << 20;

    /// <summary>Writes the rows of batches.</summary>
    public static void Write(IEnumerable<Batch> batches, StateWriter writer)
    {
        var image = new RowImage();
        foreach (var batch in batches)
            for (var row = 0; row < batch.RowCount; row++)
            {
                writer.Write(batch.Weights is { } weights ? weights[row] : 1);
                writer.WriteBytes(image.Write(batch, row));
            }
    }

    /// <summary>Reads rows into batches, which the caller releases.</summary>
    public static List<Batch> Read(ref StateReader reader, Schema schema, MemoryAccountant memory)
    {
        var batches = new List<Batch>();
        while (reader.Remaining > 0)
        {
            if (batches.Count == 0 || batches[^1].RowCount == memory.BatchRows)
            {
                var batch = memory.RentBatch(schema);
                foreach (var field in schema.Fields) batch.Add(memory.Rent(field.Type));
                batch.Weights = memory.Rent<int>(DataType.Integer);
                batches.Add(batch);
            }
            batches[^1].Weights!.Append(reader.Read<int>());
            RowImage.Append(reader.ReadBytes(), batches[^1]);
        }
        return batches;
    }

    /// <summary>The rows of batches as a blob of their own, piece by piece, each valid until the next is asked for.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> ToBlob(IEnumerable<Batch> batches)
    {
        var writer = new StateWriter();
        var crc = 0u;
        foreach (var batch in batches)
        {
            Write([batch], writer);
            if (writer.Length < PieceBytes) continue;
            crc = Crc32C.Append(crc, writer.Written);
            yield return writer.Memory;
            writer.Clear();
        }
        crc = Crc32C.Append(crc, writer.Written);
        yield return writer.Memory;
        var end = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(end, crc);
        yield return end;
    }

    /// <summary>Looks whether a blob is whole.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Check(ReadOnlySpan<byte> blob)
    {
        if (blob.Length < sizeof(uint) || Crc32C.Append(0, blob[..^sizeof(uint)]) != BinaryPrimitives.ReadUInt32LittleEndian(blob[^sizeof(uint)..]))
            throw new InvalidDataException("its checksum is wrong");
    }

    /// <summary>Reads a blob that is whole.</summary>
    public static List<Batch> FromBlob(ReadOnlySpan<byte> blob, Schema schema, MemoryAccountant memory)
    {
        var reader = new StateReader(blob[..^sizeof(uint)]);
        return Read(ref reader, schema, memory);
    }
}
