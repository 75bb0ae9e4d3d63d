namespace Millrace.Sketches.Images;

/// <summary>The first three bytes that images of all families share.</summary>
/// <remarks>
/// Byte 0: length of the preamble, in 8-byte words (4-byte words for HLL and CPC), in its low 6 bits; some families keep a resize factor in the
/// high two, which are masked here because not all languages agree on them. Byte 1: version of the format. Byte 2: family.
/// </remarks>
readonly record struct Preamble(int Length, int Version, Family Family)
{
    /// <summary>Reads the three bytes and checks the family.</summary>
    /// <exception cref="SketchFormatException">The image is shorter than 8 bytes, the least of any family, or of another family.</exception>
    public static Preamble Read(ref ImageReader reader, Family family)
    {
        if (reader.Remaining < 8) SketchFormatException.Throw($"The image has {reader.Remaining} bytes; every image has at least 8.");
        var preamble = new Preamble(reader.Byte() & 0x3F, reader.Byte(), (Family)reader.Byte());
        if (preamble.Family != family) SketchFormatException.Throw($"The image is of family {(int)preamble.Family} ({preamble.Family}); expected was {(int)family} ({family}).");
        return preamble;
    }

    /// <summary>Writes the three bytes.</summary>
    public static void Write(ref ImageWriter writer, int length, int version, Family family)
    {
        writer.Byte(length);
        writer.Byte(version);
        writer.Byte((int)family);
    }

    /// <summary>Throws unless the version is one of a range.</summary>
    public void RequireVersion(int least, int greatest)
    {
        if (Version < least || Version > greatest)
            SketchFormatException.Throw($"The image has version {Version} of the format of {Family}; {(least == greatest ? $"{least} is" : $"{least} to {greatest} are")} understood.");
    }
}
