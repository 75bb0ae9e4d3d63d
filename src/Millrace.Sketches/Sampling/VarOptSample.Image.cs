using System.Runtime.InteropServices;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Sampling;

// Image: 0 preamble in longs (1, 3, or 4 with light items) and growth, 1 version 2, 2 family, 3 flags, 4 k (32), 8 n (64), 16 heavy (32), 20 light (32),
// 24 weight of the light ones; weights of the heavy ones; of a union's inner sample a bit for each heavy one that is not exact; heavy items; light items.
public sealed partial class VarOptSample<T>
{
    const int EmptyFlag = 4, MarksFlag = 128;
    const int EightfoldGrowth = 3 << 6;

    /// <inheritdoc/>
    public byte[] Save()
    {
        var heavy = CollectionsMarshal.AsSpan(_heavy);
        var light = CollectionsMarshal.AsSpan(_light);
        var longs = IsEmpty ? 1 : light.IsEmpty ? 3 : 4;
        var writer = new ImageWriter(8 * longs + 8 * heavy.Length + Items<T>.ImageSize(heavy) + Items<T>.ImageSize(light));
        Preamble.Write(ref writer, longs | EightfoldGrowth, 2, Family.VarOpt);
        writer.Byte(IsEmpty ? EmptyFlag : 0);
        writer.Int32(K);
        if (IsEmpty) return writer.Finish();
        writer.Int64(_count);
        writer.Int32(heavy.Length);
        writer.Int32(light.Length);
        if (!light.IsEmpty) writer.Double(_lightWeight);
        writer.All<double>(CollectionsMarshal.AsSpan(_weights));
        Items<T>.Write(ref writer, heavy);
        Items<T>.Write(ref writer, light);
        return writer.Finish();
    }

    /// <inheritdoc/>
    public static VarOptSample<T> Load(ReadOnlySpan<byte> image)
    {
        Items<T>.RequireSupported();
        if (image.Length <= 2 || image[2] != (byte)Family.VarOptUnion) return Resolve(LoadSample(image, out var own), own);

        // A union is its inner sample, of which some heavy items may not be exact.
        var reader = new ImageReader(image);
        var preamble = Preamble.Read(ref reader, Family.VarOptUnion);
        preamble.RequireVersion(2, 2);
        var isEmpty = (reader.Byte() & EmptyFlag) != 0;
        var k = reader.Int32();
        SketchFormatException.ThrowUnless(k >= 1, $"k is {k} at byte 4; at least 1 is expected.");
        if (isEmpty) return new VarOptSample<T>(k);
        var count = reader.Int64();
        reader.Skip(16);
        var sample = LoadSample(image[reader.Position..], out var marks);
        SketchFormatException.ThrowUnless(count >= sample._count, $"The union has seen {count} items, its sample {sample._count}.");
        var isExact = sample._light.Count == 0 && !marks.Contains(true);
        SketchFormatException.ThrowUnless(!isExact || count == sample.Length, $"The union holds {sample.Length} exact items but has seen {count}.");
        sample._count = count;
        return Resolve(sample, marks);
    }

    // What is marked as not exact must not stay among the heavy items.
    static VarOptSample<T> Resolve(VarOptSample<T> sample, bool[] marks)
    {
        if (marks.Contains(true))
            sample.Reduce([.. sample.Candidates().Select((c, i) => i < marks.Length && marks[i] ? c with { IsExact = false } : c)], sample.K, sample._count);
        else if (sample._light.Count > 0)
            sample.MakeHeap();
        return sample;
    }

    static VarOptSample<T> LoadSample(ReadOnlySpan<byte> image, out bool[] marks)
    {
        marks = [];
        var reader = new ImageReader(image);
        var preamble = Preamble.Read(ref reader, Family.VarOpt);
        preamble.RequireVersion(2, 2);
        var flags = reader.Byte();
        var k = reader.Int32();
        SketchFormatException.ThrowUnless(k >= 1, $"k is {k} at byte 4; at least 1 is expected.");
        var sample = new VarOptSample<T>(k);
        if ((flags & EmptyFlag) != 0) return sample;

        var count = reader.Int64();
        var heavy = reader.Int32();
        var light = reader.Int32();
        SketchFormatException.ThrowUnless(heavy >= 0 && light >= 0 && preamble.Length == (light > 0 ? 4 : 3), $"The sample has {heavy} heavy and {light} light items with a preamble of {preamble.Length} longs.");
        SketchFormatException.ThrowUnless(light > 0 ? count > k && (long)heavy + light == k : count >= 1 && count <= k && heavy == count,
            $"The sample has {heavy} heavy and {light} light items, k is {k} and n is {count}.");
        if (light > 0) sample._lightWeight = reader.Double();
        SketchFormatException.ThrowUnless(light == 0 || sample._lightWeight > 0 && double.IsFinite(sample._lightWeight), $"The weight of the light items is {sample._lightWeight}.");

        reader.Require(heavy, 8);
        CollectionsMarshal.SetCount(sample._weights, heavy);
        reader.Fill(CollectionsMarshal.AsSpan(sample._weights));
        foreach (var weight in sample._weights)
            SketchFormatException.ThrowUnless(weight > 0 && double.IsFinite(weight), $"A weight is {weight}.");
        if ((flags & MarksFlag) != 0)
        {
            var bits = reader.Bytes((heavy + 7) / 8);
            marks = new bool[heavy];
            for (var i = 0; i < heavy; i++) marks[i] = (bits[i / 8] >> i % 8 & 1) == 1;
        }
        Items<T>.Require(ref reader, (long)heavy + light);
        CollectionsMarshal.SetCount(sample._heavy, heavy);
        Items<T>.Read(ref reader, CollectionsMarshal.AsSpan(sample._heavy));
        CollectionsMarshal.SetCount(sample._light, light);
        Items<T>.Read(ref reader, CollectionsMarshal.AsSpan(sample._light));
        sample._count = count;
        sample._coin.Stir((ulong)count);
        foreach (var item in sample._light) sample._coin.Stir(Items<T>.Bits(item));
        return sample;
    }
}
