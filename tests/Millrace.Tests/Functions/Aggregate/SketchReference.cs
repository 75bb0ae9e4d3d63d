using System.Buffers;
using System.Globalization;
using System.Text;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Functions;
using Millrace.Functions.Aggregate;
using Millrace.Sketches;
using Millrace.Sketches.Bloom;
using Millrace.Sketches.Frequency;
using Millrace.Sketches.Hll;
using Millrace.Sketches.Quantiles;
using Millrace.Sketches.Theta;

namespace Millrace.Tests.Functions.Aggregate;

/// <summary>What aggregates that are sketches give: the library's image of the values, sorted, as Latin-1 text.</summary>
static class SketchReference
{
    public static object? Of(string name, DataType type, List<object> values) => name switch
    {
        "hll_agg" => Text(Hashed(new HllSketch(), values, (s, v) => s.Update(v), (s, v) => s.Update(v), (s, v) => s.Update((ReadOnlySpan<byte>)v)).Unordered().Save()),
        "theta_agg" => Text(Hashed(new ThetaSketch(), values, (s, v) => s.Update(v), (s, v) => s.Update(v), (s, v) => s.Update((ReadOnlySpan<byte>)v)).Compact(isTrimmed: true).Save()),
        "bloom_agg" => Text(Hashed(BloomFilter.ForItems(10_000), values, (s, v) => s.Update(v), (s, v) => s.Update(v), (s, v) => s.Update((ReadOnlySpan<byte>)v)).Save()),
        "kll_agg" => Text(Sorted(new KllSketch<double>(1000), values).SaveSorted()),
        "req_agg" => Text(Sorted(new ReqSketch<double>(1000), values).Save()),
        "tdigest_agg" => Text(Sorted(new TDigest(), values).SaveSettled()),
        "frequent_agg" => Frequent(type, values),
        "approx_top_k" => Top(type, values),
        _ => null,
    };

    static string Text(byte[] image) => Encoding.Latin1.GetString(image);

    static TSketch Hashed<TSketch>(TSketch sketch, List<object> values, Action<TSketch, long> whole, Action<TSketch, double> real, Action<TSketch, byte[]> bytes)
    {
        foreach (var value in values)
        {
            switch (value)
            {
                case bool b: whole(sketch, b ? 1 : 0); break;
                case int i: whole(sketch, i); break;
                case long l: whole(sketch, l); break;
                case double d: real(sketch, d); break;
                default: bytes(sketch, Encoding.Latin1.GetBytes((string)value)); break;
            }
        }
        return sketch;
    }

    static TSketch Sorted<TSketch>(TSketch sketch, List<object> values) where TSketch : IQuantileSketch<TSketch, double>
    {
        foreach (var value in values.Select(v => (double)v + 0.0).Order()) sketch.Update(value);
        return sketch;
    }

    static string Frequent(DataType type, List<object> values)
    {
        var counts = values.GroupBy(v => v is string text ? Utf8(text) : v).Select(g => (Item: g.Key, Count: g.LongCount()));
        if (type.Storage == Storage.Text)
        {
            var texts = new FrequentStrings();
            foreach (var (item, count) in counts.OrderByDescending(c => c.Count).ThenBy(c => (string)c.Item, StringComparer.Ordinal)) texts.Update((string)item, count);
            return Text(texts.Save());
        }
        var numbers = new FrequentLongs();
        foreach (var (item, count) in counts.Select(c => (Item: Convert.ToInt64(c.Item, CultureInfo.InvariantCulture), c.Count)).OrderByDescending(c => c.Count).ThenBy(c => c.Item)) numbers.Update(item, count);
        return Text(numbers.Save());
    }

    static string Top(DataType type, List<object> values)
    {
        var memory = new MemoryAccountant();
        var output = new ArrayBufferWriter<byte>();
        var counted = values.GroupBy(Reference.Key).Select(g => (Value: g.First() is double d ? d + 0.0 : g.First(), Count: g.Count())).OrderByDescending(c => c.Count);
        var ordered = type.Storage == Storage.Text ? counted.ThenBy(c => Utf8((string)c.Value), StringComparer.Ordinal) : counted.ThenBy(c => c.Value, Reference.Order);
        foreach (var (value, count) in ordered.Take(5))
        {
            output.Write(output.WrittenCount == 0 ? "[{\"item\":"u8 : ",{\"item\":"u8);
            var column = Samples.Fill(memory, type, [value]);
            Values.FormatJson(column, 0, output);
            column.Release();
            output.Write(Encoding.UTF8.GetBytes(FormattableString.Invariant($",\"count\":{count}}}")));
        }
        return Encoding.Latin1.GetString(output.WrittenSpan) + "]";
    }

    static string Utf8(string latin) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(latin));

    /// <summary>Of the different rows the three whose hashes are least.</summary>
    public static string? Sample(Signature signature, List<object?[]> rows)
    {
        var memory = new MemoryAccountant();
        var parts = signature.Parameters.Length == 2 ? new[] { 1, 0 } : [0];
        var form = RowForm.Of(signature, parts, new bool[parts.Length], [0]);
        var bytes = new Millrace.Expressions.Kernels.ByteBuffer();
        var found = new SortedDictionary<ulong, string>();
        foreach (var row in rows)
        {
            var columns = row.Select((v, i) => Samples.Fill(memory, signature.Parameters[i], [v is double d ? d + 0.0 : v])).ToArray();
            var output = new ArrayBufferWriter<byte>();
            Values.FormatJson(columns[0], 0, output);
            if (form.TryRead(columns, 0, bytes)) found.TryAdd(Hash64.Of(bytes.Written), Encoding.Latin1.GetString(output.WrittenSpan));
            foreach (var column in columns) column.Release();
        }
        return found.Count == 0 ? null : "[" + string.Join(",", found.Values.Take(3)) + "]";
    }
}
