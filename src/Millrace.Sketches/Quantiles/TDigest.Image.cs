using System.Buffers.Binary;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Quantiles;

// Image: 0 preamble in longs (1 or 2), 1 version 1, 2 family, 3 k (16), 5 flags, 6 unused (16); one value: the value; else 8 number of centroids (32),
// 12 number of buffered values (32), min, max, centroids (mean and whole weight, each as wide as a value), buffered values.
public sealed partial class TDigest
{
    const int EmptyFlag = 1, SingleFlag = 2, ReverseFlag = 4;
    const int ReferenceDoubles = 1, ReferenceFloats = 2;
    // Weights are exact up to 2^53; more would be lost in rounding, but no damage.
    const double GreatestWeight = 1L << 60;

    /// <inheritdoc/>
    /// <remarks>The buffer is merged into the centroids first, as in Java, whose readers know nothing else.</remarks>
    public byte[] Save()
    {
        Compress();
        return SaveWithBuffer();
    }

    /// <summary>The image as <see cref="Save"/> makes it, but of a copy, so that asking changes nothing here; and with the next merge running forwards, so that it does not tell how many there were.</summary>
    public byte[] SaveSettled()
    {
        var copy = Load(SaveWithBuffer());
        copy.Compress();
        copy._mergesBackwards = false;
        return copy.SaveWithBuffer();
    }

    /// <summary>The sketch as it is, with its buffer; C++ and Millrace read it.</summary>
    public byte[] SaveWithBuffer()
    {
        var isShort = Count <= 1;
        var writer = new ImageWriter(isShort ? 8 + 8 * (int)Count : 32 + 16 * _centroids + 8 * _buffered);
        Preamble.Write(ref writer, isShort ? 1 : 2, 1, Family.TDigest);
        writer.UInt16(K);
        writer.Byte((IsEmpty ? EmptyFlag : 0) | (Count == 1 ? SingleFlag : 0) | (_mergesBackwards ? ReverseFlag : 0));
        writer.UInt16(0);
        if (IsEmpty) return writer.Finish();
        if (Count == 1)
        {
            writer.Double(_min);
            return writer.Finish();
        }
        writer.Int32(_centroids);
        writer.Int32(_buffered);
        writer.Double(_min);
        writer.Double(_max);
        for (var i = 0; i < _centroids; i++)
        {
            writer.Double(_means[i]);
            writer.Int64((long)_weights[i]);
        }
        writer.All<double>(_buffer.AsSpan(0, _buffered));
        return writer.Finish();
    }

    /// <inheritdoc/>
    /// <remarks>Images of doubles and of floats are told apart by their length; those of the reference implementation by their first bytes.</remarks>
    public static TDigest Load(ReadOnlySpan<byte> image)
    {
        var reader = new ImageReader(image);
        if (image.Length > 4 && image[0] == 0 && image[1] == 0 && image[2] == 0) return LoadReference(ref reader);
        var preamble = Preamble.Read(ref reader, Family.TDigest);
        preamble.RequireVersion(1, 1);
        var k = reader.UInt16();
        var flags = reader.Byte();
        reader.Skip(2);
        var isEmpty = (flags & EmptyFlag) != 0;
        var isSingle = (flags & SingleFlag) != 0;
        SketchFormatException.ThrowUnless(preamble.Length == (isEmpty || isSingle ? 1 : 2), $"The preamble has {preamble.Length} longs at byte 0; 1 is expected for up to one value, 2 for more.");
        var sketch = WithK(k);
        sketch._mergesBackwards = (flags & ReverseFlag) != 0;
        if (isEmpty)
        {
            sketch._mergesBackwards = false;
            return sketch;
        }
        if (isSingle)
        {
            var value = image.Length == 12 ? reader.Single() : reader.Double();
            sketch.SetCentroids([value], [1], value, value);
            return sketch;
        }

        var centroids = reader.UInt32();
        var buffered = reader.UInt32();
        var areFloats = image.Length == 24 + 8L * centroids + 4L * buffered;
        var width = areFloats ? 4 : 8;
        reader.Require(2 * width + 2L * width * centroids + (long)width * buffered);
        var min = Number(ref reader, areFloats);
        var max = Number(ref reader, areFloats);
        var means = new double[centroids];
        var weights = new double[centroids];
        for (var i = 0; i < means.Length; i++)
        {
            means[i] = Number(ref reader, areFloats);
            weights[i] = areFloats ? reader.UInt32() : reader.UInt64();
        }
        sketch._buffer = new double[Math.Max(buffered, 16)];
        for (var i = 0; i < buffered; i++) sketch._buffer[i] = Number(ref reader, areFloats);
        sketch._buffered = (int)buffered;
        foreach (var value in sketch._buffer.AsSpan(0, sketch._buffered))
            SketchFormatException.ThrowUnless(value >= min && value <= max, $"The value {value} is not between min {min} and max {max}.");
        sketch.SetCentroids(means, weights, min, max);
        return sketch;
    }

    static double Number(ref ImageReader reader, bool isFloat) => isFloat ? reader.Single() : reader.Double();

    static TDigest WithK(double k)
    {
        SketchFormatException.ThrowUnless(k is >= 10 and <= ushort.MaxValue, $"k is {k}; 10 to 65535 is expected.");
        return new TDigest((int)k);
    }

    void SetCentroids(double[] means, double[] weights, double min, double max)
    {
        SketchFormatException.ThrowUnless(double.IsFinite(min) && double.IsFinite(max) && min <= max, $"min {min} and max {max} are not ends of an interval.");
        SketchFormatException.ThrowUnless(means.Length + _buffered > 0, "The image is not empty but has no values.");
        var total = 0.0;
        for (var i = 0; i < means.Length; i++)
        {
            var least = i == 0 ? min : means[i - 1];
            SketchFormatException.ThrowUnless(means[i] >= least && means[i] <= max, $"Centroid {i} is at {means[i]}; {least} to {max} is expected.");
            SketchFormatException.ThrowUnless(weights[i] >= 1 && weights[i] == Math.Floor(weights[i]), $"Centroid {i} has the weight {weights[i]}; a whole number from 1 is expected.");
            total += weights[i];
        }
        SketchFormatException.ThrowUnless(total <= GreatestWeight, $"The weights sum to {total}; at most 2^60 is expected.");
        _means = means;
        _weights = weights;
        _centroids = means.Length;
        _centroidWeight = (long)total;
        _min = min;
        _max = max;
    }

    // Big-endian: 0 (24 bits), 1 byte kind, min, max (doubles), k; doubles: number of centroids (32), weight and mean of each as doubles;
    // floats: k as float, two capacities (16 each), number (16), weight and mean as floats.
    static TDigest LoadReference(ref ImageReader reader)
    {
        var kind = BinaryPrimitives.ReverseEndianness(reader.UInt32());
        SketchFormatException.ThrowUnless(kind is ReferenceDoubles or ReferenceFloats, $"The image begins with {kind}; 1 or 2 is expected of the reference implementation, family {(int)Family.TDigest} at byte 2 of all others.");
        var areFloats = kind == ReferenceFloats;
        var min = BigEndian(ref reader, false);
        var max = BigEndian(ref reader, false);
        var sketch = WithK(Math.Floor(BigEndian(ref reader, areFloats)));
        if (areFloats) reader.Skip(4);
        var count = areFloats ? BinaryPrimitives.ReverseEndianness(reader.UInt16()) : BinaryPrimitives.ReverseEndianness(reader.UInt32());
        reader.Require(count, areFloats ? 8 : 16);
        var means = new double[count];
        var weights = new double[count];
        for (var i = 0; i < means.Length; i++)
        {
            weights[i] = Math.Floor(BigEndian(ref reader, areFloats));
            means[i] = BigEndian(ref reader, areFloats);
        }
        sketch.SetCentroids(means, weights, min, max);
        return sketch;
    }

    static double BigEndian(ref ImageReader reader, bool isFloat) =>
        isFloat ? BinaryPrimitives.ReadSingleBigEndian(reader.Bytes(4)) : BinaryPrimitives.ReadDoubleBigEndian(reader.Bytes(8));
}
