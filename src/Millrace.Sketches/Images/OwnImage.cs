namespace Millrace.Sketches.Images;

/// <summary>The head of images that are Millrace's own, where no common format exists.</summary>
/// <remarks>8 bytes: 'M', 'S', kind, version 1, and four bytes of the kind. The first byte could not be a preamble's length with the families that follow.</remarks>
static class OwnImage
{
    const byte First = (byte)'M', Second = (byte)'S', Version = 1;

    /// <summary>Kinds, for ever.</summary>
    public enum Kind : byte
    {
        BottomK = 1,
        MinHash = 2,
        Moments = 3,
        Ewma = 4,
        SlidingCount = 5,
        DecayedCount = 6,
        DecayedQuantiles = 7,
        DecayedFrequent = 8,
        Windows = 9,
        DecayedMoments = 10,
        PrefixHistogram = 11,
    }

    /// <summary>Writes the head.</summary>
    public static void Write(ref ImageWriter writer, Kind kind, int parameter)
    {
        writer.Byte(First);
        writer.Byte(Second);
        writer.Byte((byte)kind);
        writer.Byte(Version);
        writer.Int32(parameter);
    }

    /// <summary>Reads the head and gives its four bytes of the kind.</summary>
    public static int Read(ref ImageReader reader, Kind kind)
    {
        reader.Require(8);
        var isOwn = reader.Byte() == First & reader.Byte() == Second;
        var found = reader.Byte();
        var version = reader.Byte();
        SketchFormatException.ThrowUnless(isOwn && found == (byte)kind && version == Version, $"The image is not one of {kind} in version {Version} of Millrace's format: kind {found}, version {version}.");
        return reader.Int32();
    }
}
