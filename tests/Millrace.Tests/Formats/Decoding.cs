using System.Text;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;

namespace Millrace.Tests.Formats;

/// <summary>Runs a decoder as the runtime does and prints its rows, so that tests compare texts.</summary>
sealed class Decoding
{
    public string Format { get; init; } = "json";
    public required string Columns { get; init; } // "a INTEGER, b TEXT FROM x.y, c TEXT UNUSED"
    public Dictionary<string, string> Options { get; init; } = [];
    public bool NullOnError { get; init; }
    public bool KeepOrigin { get; init; }
    public int BatchRows { get; init; } = 4096;
    public long StartOffset { get; init; }

    public List<string> Rows { get; } = [];
    public List<string> Errors { get; } = [];
    public List<DecodeError> ErrorItems { get; } = [];
    public List<string> Raw { get; } = [];
    public List<string> ErrorRaw { get; } = [];
    public long Nulled { get; private set; }
    public long PeakBytes { get; private set; }

    public static DataType Type(string text)
    {
        if (text.StartsWith("DECIMAL", StringComparison.Ordinal))
        {
            var parts = text[8..^1].Split(',');
            return DataType.Decimal(int.Parse(parts[0]), int.Parse(parts[1]));
        }
        return text switch
        {
            "BOOLEAN" => DataType.Boolean,
            "INTEGER" => DataType.Integer,
            "BIGINT" => DataType.BigInt,
            "DOUBLE" => DataType.Double,
            "TEXT" => DataType.Text,
            "TIMESTAMP" => DataType.Timestamp,
            "INTERVAL" => DataType.Interval,
            "BYTES" => DataType.Bytes,
            _ => throw new ArgumentException(text),
        };
    }

    public DecoderContext Context(MemoryAccountant memory)
    {
        var fields = new List<Field>();
        var paths = new List<string>();
        var used = new List<bool>();
        foreach (var column in Columns.Split(", "))
        {
            var words = column.Split(' ');
            fields.Add(new Field(words[0], Type(words[1])));
            paths.Add(words.Length > 3 && words[2] == "FROM" ? words[3] : words[0]);
            used.Add(words[^1] != "UNUSED");
        }
        return new("s", 0, new Schema(fields), paths, used, new Options(Options), NullOnError, KeepOrigin, memory);
    }

    public Decoding Run(string text, params int[] cuts) => Run(Encoding.UTF8.GetBytes(text), cuts);

    /// <summary>Decodes bytes that arrive in pieces cut at some places; what is not consumed is moved to the start of the next chunk.</summary>
    public Decoding Run(byte[] bytes, params int[] cuts)
    {
        var memory = new MemoryAccountant(batchRows: BatchRows);
        using (var decoder = new FormatList().Find(Format)!.CreateDecoder(Context(memory)))
        {
            var errors = new DecodeErrors();
            var at = 0;
            var arrived = 0;
            foreach (var cut in cuts.Append(bytes.Length))
            {
                arrived = Math.Max(arrived, cut);
                var isLast = arrived == bytes.Length;
                // Room as it comes: sometimes with bytes behind the filled ones, which must not be looked at.
                var room = new byte[arrived - at + (cut & 1) * 100];
                room.AsSpan().Fill((byte)(cut % 3 == 0 ? '1' : '"'));
                bytes.AsSpan(at, arrived - at).CopyTo(room);
                var returned = 0;
                var chunk = new Chunk(room, _ => returned++) { Length = arrived - at };
                var start = 0;
                while (true)
                {
                    errors.Clear();
                    var batch = decoder.Decode(chunk, start, StartOffset + at, isLast, errors, out var consumed);
                    Assert.True(consumed >= 0 && start + consumed <= chunk.Length);
                    if (batch is not null) Assert.True(consumed > 0);
                    Take(batch, errors, chunk, StartOffset + at - start);
                    PeakBytes = Math.Max(PeakBytes, memory.UsedBytes);
                    batch?.Release();
                    start += consumed;
                    at += consumed;
                    if (consumed == 0 || start == chunk.Length) break;
                }
                chunk.Release();
                Assert.Equal(1, returned);
                if (isLast) Assert.Equal(chunk.Length, start);
            }
            Nulled = decoder.Nulled;
        }
        Assert.Equal(0, memory.Alive);
        return this;
    }

    void Take(Batch? batch, DecodeErrors errors, Chunk chunk, long chunkOffset)
    {
        if (batch is not null)
        {
            Assert.InRange(batch.RowCount, 1, BatchRows);
            for (var r = 0; r < batch.RowCount; r++)
            {
                Rows.Add(string.Join("|", batch.Columns.Select(c => Print(c, r))));
                if (!KeepOrigin) continue;
                Assert.Equal(batch.RowCount, batch.Origin!.Count);
                Assert.Equal(chunkOffset + batch.Origin.Starts[r], batch.Origin.Offsets[r]);
                Raw.Add(Encoding.UTF8.GetString(batch.Origin.Raw(r)));
            }
            if (!KeepOrigin) Assert.Null(batch.Origin);
        }
        foreach (var error in errors.Items)
        {
            ErrorItems.Add(error);
            Errors.Add(error.Message);
            Assert.True(error.Start >= 0 && error.Length >= 0 && error.Start + error.Length <= chunk.Length);
            Assert.Equal(chunkOffset + error.Start, error.Offset);
            ErrorRaw.Add(Encoding.UTF8.GetString(chunk.Bytes, error.Start, error.Length));
        }
    }

    public static string Print(Column column, int row)
    {
        if (column.IsNull(row)) return "NULL";
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        Values.FormatValue(column, row, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
