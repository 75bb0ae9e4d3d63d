using System.Diagnostics;
using Millrace.Bench.Harness;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;

namespace Millrace.Bench.Benchmarks;

/// <summary>A text file in memory to columns by one of Millrace's decoders, as a lane runs it.</summary>
sealed class MillraceDecodeRunner : IRunner
{
    static readonly Schema s_schema = new(
        new Field("ts", DataType.BigInt), new Field("product", DataType.Text), new Field("store", DataType.Text), new Field("customer", DataType.Text),
        new Field("qty", DataType.Integer), new Field("price", DataType.Double));

    readonly MemoryAccountant _memory = new();
    readonly Chunk _chunk;
    readonly Format _format;
    bool _isWarm;

    public MillraceDecodeRunner(Format format, string file)
    {
        _format = format;
        var bytes = File.ReadAllBytes(file);
        _chunk = new Chunk(bytes, static _ => { }) { Length = bytes.Length };
    }

    /// <inheritdoc/>
    public Lap Run()
    {
        var context = new DecoderContext("sales", 0, s_schema, [.. s_schema.Fields.Select(f => f.Name)], [.. s_schema.Fields.Select(_ => true)], Options.None,
            NullOnError: false, KeepOrigin: false, _memory);
        using var decoder = _format.CreateDecoder(context);
        var errors = new DecodeErrors();
        var fingerprints = new Fingerprint[s_schema.Count];
        var allocation = new Allocation(Workshop.SalesTextRows);
        var (position, rows) = (0, 0L);
        var start = Stopwatch.GetTimestamp();
        decoder.BeginFile();
        while (position < _chunk.Length)
        {
            var batch = decoder.Decode(_chunk, position, position, isLast: true, errors, out var consumed);
            position += consumed;
            if (batch is null) break;
            rows += batch.RowCount;
            allocation.Passed(batch.RowCount);
            if (!_isWarm) Add(batch, fingerprints);
            batch.Release();
        }
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (errors.Items.Count > 0) throw new BenchmarkException($"{_format.Name}: {errors.Items.Count} records could not be decoded, the first: {errors.Items[0].Message}");
        var checksum = _isWarm ? null : string.Join('/', fingerprints);
        _isWarm = true;
        return new Lap { Seconds = seconds, Rows = rows, Bytes = _chunk.Length, Checksum = checksum, AllocatedPerRow = allocation.PerRow() };
    }

    static void Add(Batch batch, Fingerprint[] fingerprints)
    {
        for (var c = 0; c < fingerprints.Length; c++)
            for (var i = 0; i < batch.RowCount; i++)
                switch (batch[c])
                {
                    case Column<long> numbers: fingerprints[c].Add(numbers[i]); break;
                    case Column<int> numbers: fingerprints[c].Add(numbers[i]); break;
                    case Column<double> numbers: fingerprints[c].Add(numbers[i]); break;
                    case TextColumn texts: fingerprints[c].Add(texts[i]); break;
                }
    }

    /// <inheritdoc/>
    public void Dispose() => _chunk.Release();
}
