namespace Millrace.Sketches.Hll;

/// <summary>Collects sketches of any size and type into one of 8 bits; a small wrapper that fixes the greatest size.</summary>
/// <remarks>The same as merging into an <see cref="HllSketch"/> of 8 bits; the result can have another type.</remarks>
/// <param name="lgMaxK">Most registers of the result, as a power of 2, 4 to 21; fewer if a sketch with fewer was merged.</param>
public sealed class HllUnion(int lgMaxK = 12)
{
    readonly HllSketch _all = new(lgMaxK, HllType.Hll8);

    /// <summary>Whether nothing has been added yet.</summary>
    public bool IsEmpty => _all.IsEmpty;

    /// <summary>The most likely number of different items in all sketches.</summary>
    public double Estimate => _all.Estimate;

    /// <summary>Adds what a sketch has seen.</summary>
    public void Update(HllSketch sketch) => _all.Merge(sketch);

    /// <summary>Adds what the sketch of an image has seen.</summary>
    /// <exception cref="SketchFormatException">The image is damaged or of another kind.</exception>
    public void Update(ReadOnlySpan<byte> image) => _all.Merge(HllSketch.Load(image));

    /// <summary>A sketch of all so far.</summary>
    public HllSketch Result(HllType type = HllType.Hll4) => _all.Copy(type);
}
