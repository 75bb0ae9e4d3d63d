using System.Buffers.Binary;
using Millrace.Expressions.Kernels;
using Millrace.Sketches;
using Millrace.Sketches.Frequency;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Answers of sketches of frequent items.</summary>
internal static class FrequentImages
{
    const string OfA = "CAST('\\x04010a0a0300000001000000000000000300000000000000000000000000000003000000000000000100000061' AS BYTES)";
    const string Damage = "An image that is damaged or of another kind is an error.";
    const int Unlimited = int.MaxValue;

    public static ScalarFunction[] All { get; } =
    [
        new TextFunction("frequent_top", "sketches", "frequent_top(image [, k])",
            $"The k most frequent items (all unless given) of a frequent items sketch as a JSON array: item, count, which is never too small, and the bounds lower and upper, which always hold. Whether items are texts or integers is seen in the image. {Damage}",
            [Gives(Text, Bytes), Gives(Text, Bytes, Int)], Top, ($"frequent_top({OfA})", "[{\"item\":\"a\",\"count\":3,\"lower\":3,\"upper\":3}]")),
        new ValueFunction<long>("frequent_estimate", "sketches", "frequent_estimate(image, item)",
            $"About how often an item, TEXT or BIGINT as in the sketch, is in a frequent items sketch, never too few where it has a counter and 0 where it has none: BIGINT. {Damage}",
            [Gives(Long, Bytes, Text), Gives(Long, Bytes, Long)], (in Row row, Outcome outcome) => TryEstimate(row, outcome, out var estimate) ? (long)estimate.Value : 0,
            ($"frequent_estimate({OfA}, 'a')", "3"), ($"frequent_estimate({OfA}, 'b')", "0")),
        new TextFunction("frequent_bounds", "sketches", "frequent_bounds(image, item)",
            $"Between which numbers it lies how often an item, TEXT or BIGINT as in the sketch, is in a frequent items sketch, as JSON: lower, estimate and upper. They always hold. {Damage}",
            [Gives(Text, Bytes, Text), Gives(Text, Bytes, Long)], (in Row row, Outcome outcome) =>
            {
                if (TryEstimate(row, outcome, out var estimate)) SketchImages.Append(estimate, outcome);
            }, ($"frequent_bounds({OfA}, 'a')", "{\"lower\":3,\"estimate\":3,\"upper\":3}")),
    ];

    static void Top(in Row row, Outcome outcome)
    {
        var k = row.Count > 1 ? row.Int(1) : Unlimited;
        if (k < 1) outcome.Fail($"{k} is no number of items; there is at least 1");
        else if (HasTexts(row.Text(0))) Top<FrequentStrings, string>(row, k, outcome);
        else Top<FrequentLongs, long>(row, k, outcome);
    }

    static void Top<TSketch, T>(in Row row, int k, Outcome outcome) where TSketch : class, IFrequentSketch<TSketch, T>
    {
        if (SketchImages.Read(row, 0, TSketch.Load, outcome) is not { } sketch) return;
        var json = new System.Buffers.ArrayBufferWriter<byte>();
        outcome.Append((byte)'[');
        var isFirst = true;
        foreach (var item in sketch.Rows(FrequentError.NoFalseNegatives, -1).Take(k))
        {
            outcome.Append(isFirst ? "{\"item\":"u8 : ",{\"item\":"u8);
            isFirst = false;
            if (item.Item is string text)
            {
                json.ResetWrittenCount();
                Formats.Values.WriteJsonString(System.Text.Encoding.UTF8.GetBytes(text), json);
                outcome.Append(json.WrittenSpan);
            }
            else outcome.Text.Append((long)(object)item.Item!);
            outcome.Append(",\"count\":"u8);
            outcome.Text.Append(item.Estimate);
            outcome.Append(",\"lower\":"u8);
            outcome.Text.Append(item.LowerBound);
            outcome.Append(",\"upper\":"u8);
            outcome.Text.Append(item.UpperBound);
            outcome.Append((byte)'}');
        }
        outcome.Append((byte)']');
    }

    static bool TryEstimate(in Row row, Outcome outcome, out Estimate estimate)
    {
        estimate = default;
        if (row.Column(1) is Data.TextColumn)
        {
            if (SketchImages.Read(row, 0, FrequentStrings.Load, outcome) is not { } texts) return false;
            estimate = texts.Estimate(row.Text(1));
        }
        else
        {
            if (SketchImages.Read(row, 0, FrequentLongs.Load, outcome) is not { } numbers) return false;
            estimate = numbers.Estimate(row.Long(1));
        }
        return true;
    }

    /// <summary>Whether the items of an image are texts: images do not say so. They are if all of them read as texts that a person could have written.</summary>
    static bool HasTexts(ReadOnlySpan<byte> image)
    {
        const int head = 32, count = 8;
        if (image.Length < head) return true;
        var items = BinaryPrimitives.ReadInt32LittleEndian(image[count..]);
        if (items < 0 || head + 16L * items != image.Length) return true;
        var rest = image[(head + 8 * items)..];
        for (; items > 0; items--)
        {
            if (rest.Length < 4) return false;
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            if (length < 0 || length > rest.Length - 4) return false;
            var text = rest.Slice(4, length);
            if (text.Contains((byte)0) || !System.Text.Unicode.Utf8.IsValid(text)) return false;
            rest = rest[(4 + length)..];
        }
        return true;
    }
}
