using System.Buffers.Binary;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Quantiles;

// Protobuf: 1 mapping {1 gamma, 2 offset, 3 interpolation}, 2 positive and 3 negative store {1 map of bin to weight, 2 packed weights, 3 bin of the first},
// 4 zeros. Doubles are little-endian, bins zigzag varints; what is 0 is left out.
public sealed partial class DDSketch
{
    const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;
    const int CubicInterpolation = 3;

    // Bins that lie far apart would make a long array of a short image.
    const int LeastSpread = 1024, SpreadPerByte = 2;

    /// <inheritdoc/>
    public byte[] Save()
    {
        var buffer = new List<byte>(64 + 8 * (_positive.Used.Length + _negative.Used.Length));
        var mapping = new List<byte>(24);
        WriteDouble(mapping, 1, _mapping.Gamma);
        WriteDouble(mapping, 2, _mapping.Offset);
        if (_mapping.Kind == BinMappingKind.Cubic)
        {
            WriteVarint(mapping, 3 << 3 | Varint);
            WriteVarint(mapping, CubicInterpolation);
        }
        WriteMessage(buffer, 1, mapping);
        WriteStore(buffer, 2, _positive);
        WriteStore(buffer, 3, _negative);
        WriteDouble(buffer, 4, _zeros);
        return [.. buffer];
    }

    static void WriteStore(List<byte> buffer, int field, BinStore store)
    {
        var message = new List<byte>(16 + 8 * store.Used.Length);
        if (!store.IsEmpty)
        {
            WriteVarint(message, 2 << 3 | Bytes);
            WriteVarint(message, (ulong)(8 * store.Used.Length));
            Span<byte> bytes = stackalloc byte[8];
            foreach (var weight in store.Used)
            {
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, weight);
                message.AddRange(bytes);
            }
            if (store.Low != 0)
            {
                WriteVarint(message, 3 << 3 | Varint);
                WriteVarint(message, (uint)(store.Low << 1 ^ store.Low >> 31));
            }
        }
        WriteMessage(buffer, field, message);
    }

    static void WriteMessage(List<byte> buffer, int field, List<byte> message)
    {
        WriteVarint(buffer, (ulong)(field << 3 | Bytes));
        WriteVarint(buffer, (ulong)message.Count);
        buffer.AddRange(message);
    }

    static void WriteDouble(List<byte> buffer, int field, double value)
    {
        if (value == 0) return;
        WriteVarint(buffer, (ulong)(field << 3 | Fixed64));
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        buffer.AddRange(bytes);
    }

    static void WriteVarint(List<byte> buffer, ulong value)
    {
        for (; value >= 128; value >>= 7) buffer.Add((byte)(value | 128));
        buffer.Add((byte)value);
    }

    /// <inheritdoc/>
    /// <remarks>The image does not say whether bins were limited: the sketch has no limit, and an image whose bins lie too far apart for its length is refused.</remarks>
    public static DDSketch Load(ReadOnlySpan<byte> image) => Load(image, 0);

    /// <inheritdoc/>
    public static DDSketch Load(ReadOnlySpan<byte> image, DDSketch like)
    {
        ArgumentNullException.ThrowIfNull(like);
        return Load(image, like.BinsMax, like.CollapsesHighest);
    }

    /// <summary>The sketch that an image describes, with a limit of bins.</summary>
    /// <param name="image">DataDog's protobuf message.</param>
    /// <param name="binsMax">As in the constructor.</param>
    /// <param name="collapsesHighest">As in the constructor.</param>
    /// <exception cref="SketchFormatException">The image is damaged or uses another interpolation than none and cubic.</exception>
    public static DDSketch Load(ReadOnlySpan<byte> image, int binsMax, bool collapsesHighest = false)
    {
        ReadOnlySpan<byte> mapping = default, positive = default, negative = default;
        var zeros = 0.0;
        var reader = new ImageReader(image);
        while (reader.Remaining > 0)
        {
            var (field, type) = Tag(ref reader);
            switch (field, type)
            {
                case (1, Bytes): mapping = Message(ref reader); break;
                case (2, Bytes): positive = Message(ref reader); break;
                case (3, Bytes): negative = Message(ref reader); break;
                case (4, Fixed64): zeros = reader.Double(); break;
                default: Skip(ref reader, type); break;
            }
        }
        SketchFormatException.ThrowUnless(zeros >= 0 && double.IsFinite(zeros), $"The number of zeros is {zeros}.");
        var sketch = new DDSketch(LoadMapping(mapping), binsMax, collapsesHighest) { _zeros = zeros };
        var spread = binsMax > 0 ? long.MaxValue : Math.Max(LeastSpread, (long)SpreadPerByte * image.Length);
        LoadStore(positive, sketch._positive, spread);
        LoadStore(negative, sketch._negative, spread);
        return sketch;
    }

    static BinMapping LoadMapping(ReadOnlySpan<byte> image)
    {
        var reader = new ImageReader(image);
        double gamma = 0, offset = 0;
        ulong interpolation = 0;
        while (reader.Remaining > 0)
        {
            var (field, type) = Tag(ref reader);
            switch (field, type)
            {
                case (1, Fixed64): gamma = reader.Double(); break;
                case (2, Fixed64): offset = reader.Double(); break;
                case (3, Varint): interpolation = ReadVarint(ref reader); break;
                default: Skip(ref reader, type); break;
            }
        }
        SketchFormatException.ThrowUnless(interpolation is 0 or CubicInterpolation, $"The mapping has interpolation {interpolation}; 0 (none) and 3 (cubic) are understood.");
        SketchFormatException.ThrowUnless(gamma is > 1.00001 and < 10, $"gamma is {gamma}; 1.00001 to 10 is expected.");
        SketchFormatException.ThrowUnless(Math.Abs(offset) < 1e9, $"The offset of the bins is {offset}.");
        return new BinMapping(interpolation == 0 ? BinMappingKind.Logarithmic : BinMappingKind.Cubic, gamma, offset);
    }

    static void LoadStore(ReadOnlySpan<byte> image, BinStore store, long spread)
    {
        // The first bin of the packed weights may stand behind them.
        var first = 0;
        var reader = new ImageReader(image);
        while (reader.Remaining > 0)
        {
            var (field, type) = Tag(ref reader);
            if ((field, type) == (3, Varint)) first = ZigZag(ReadVarint(ref reader));
            else Skip(ref reader, type);
        }

        var bin = (long)first;
        reader = new ImageReader(image);
        while (reader.Remaining > 0)
        {
            var (field, type) = Tag(ref reader);
            switch (field, type)
            {
                case (1, Bytes): LoadPair(Message(ref reader), store, spread); break;
                case (2, Bytes):
                    var weights = new ImageReader(Message(ref reader));
                    while (weights.Remaining > 0) LoadBin(store, bin++, weights.Double(), spread);
                    break;
                case (2, Fixed64): LoadBin(store, bin++, reader.Double(), spread); break;
                default: Skip(ref reader, type); break;
            }
        }
    }

    static void LoadPair(ReadOnlySpan<byte> image, BinStore store, long spread)
    {
        var reader = new ImageReader(image);
        var bin = 0;
        var weight = 0.0;
        while (reader.Remaining > 0)
        {
            var (field, type) = Tag(ref reader);
            switch (field, type)
            {
                case (1, Varint): bin = ZigZag(ReadVarint(ref reader)); break;
                case (2, Fixed64): weight = reader.Double(); break;
                default: Skip(ref reader, type); break;
            }
        }
        LoadBin(store, bin, weight, spread);
    }

    static void LoadBin(BinStore store, long bin, double weight, long spread)
    {
        SketchFormatException.ThrowUnless(weight >= 0 && double.IsFinite(weight), $"Bin {bin} has the weight {weight}.");
        if (weight == 0) return;
        SketchFormatException.ThrowUnless(Math.Abs(bin) < int.MaxValue / 2, $"Bin {bin} is beyond all values.");
        SketchFormatException.ThrowUnless(store.IsEmpty || Math.Max(bin, store.High) - Math.Min(bin, store.Low) < spread,
            $"Bin {bin} lies far from bins {store.Low} to {store.High}: load the image with a limit of bins.");
        store.Add((int)bin, weight);
    }

    static (int Field, int Type) Tag(ref ImageReader reader)
    {
        var tag = ReadVarint(ref reader);
        SketchFormatException.ThrowUnless(tag is > 7 and <= uint.MaxValue, $"The tag before byte {reader.Position} is {tag}.");
        return ((int)(tag >> 3), (int)(tag & 7));
    }

    static ReadOnlySpan<byte> Message(scoped ref ImageReader reader)
    {
        var length = ReadVarint(ref reader);
        SketchFormatException.ThrowUnless(length <= (ulong)reader.Remaining, $"A message of {length} bytes begins at byte {reader.Position}; {reader.Remaining} are left.");
        return reader.Bytes((int)length);
    }

    static void Skip(ref ImageReader reader, int type)
    {
        switch (type)
        {
            case Varint: ReadVarint(ref reader); break;
            case Fixed64: reader.Skip(8); break;
            case Bytes: Message(ref reader); break;
            case Fixed32: reader.Skip(4); break;
            default: SketchFormatException.Throw($"A field before byte {reader.Position} has the wire type {type}."); break;
        }
    }

    static ulong ReadVarint(ref ImageReader reader)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = reader.Byte();
            value |= (ulong)(part & 127) << shift;
            if (part < 128) return value;
        }
        SketchFormatException.Throw($"A number that ends at byte {reader.Position} is longer than 64 bits.");
        return 0;
    }

    static int ZigZag(ulong value) => (int)((uint)value >> 1) ^ -(int)(value & 1);
}
