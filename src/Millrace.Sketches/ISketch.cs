namespace Millrace.Sketches;

/// <summary>A small summary of a stream: it can be merged with others of its kind, saved as an image and loaded again.</summary>
/// <remarks>
/// One thread at a time uses a sketch, also for reading; <see cref="ConcurrentSketch{TSketch}"/> serves several.
/// Updating allocates nothing per item, beyond the growth of the sketch itself.
/// </remarks>
/// <typeparam name="TSelf">The sketch itself.</typeparam>
public interface ISketch<TSelf> where TSelf : ISketch<TSelf>
{
    /// <summary>Whether nothing has been added yet.</summary>
    bool IsEmpty { get; }

    /// <summary>Bytes of memory that the sketch holds now, its own object included, to within a few dozen.</summary>
    long MemorySize { get; }

    /// <summary>Takes over what another sketch has seen, as if its items had been added here; the other one stays as it is.</summary>
    /// <exception cref="ArgumentException">The two cannot be merged: other hash seeds or other parameters; the message says which.</exception>
    void Merge(TSelf other);

    /// <summary>The sketch as bytes, little-endian; <see cref="Load(ReadOnlySpan{byte})"/> reads them.</summary>
    byte[] Save();

    /// <summary>The sketch that an image describes. The image is copied, not kept.</summary>
    /// <exception cref="SketchFormatException">The image is damaged or of another kind; never another exception, and never more memory than the image justifies.</exception>
    static abstract TSelf Load(ReadOnlySpan<byte> image);

    /// <summary>The sketch that an image describes; what the format has no room for (a hash seed, K, a limit of bins) is as in another one.</summary>
    /// <exception cref="SketchFormatException">As in <see cref="Load(ReadOnlySpan{byte})"/>.</exception>
    static virtual TSelf Load(ReadOnlySpan<byte> image, TSelf like) => TSelf.Load(image);
}
