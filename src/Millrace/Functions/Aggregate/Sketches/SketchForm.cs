using Millrace.Sketches;

namespace Millrace.Functions.Aggregate;

/// <summary>What the states of an aggregate need to know of a kind of sketch: how one is made, merged, measured and kept.</summary>
/// <remarks>Called once a group and batch, not once a row.</remarks>
abstract class SketchForm<TSketch> where TSketch : class, ISketch<TSketch>
{
    /// <summary>An empty sketch.</summary>
    public abstract TSketch Create();

    /// <summary>Takes over what another sketch has seen. What it is taken into may become another one: that of the lesser size, where sizes may differ.</summary>
    public virtual void Merge(ref TSketch into, TSketch other) => into.Merge(other);

    /// <summary>The sketch as its value: DataSketches' image, as independent of the order of the rows as the sketch can be.</summary>
    public virtual byte[] Image(TSketch sketch) => sketch.Save();

    /// <summary>The sketch of an image that stands in a row.</summary>
    /// <exception cref="SketchFormatException">The image is damaged, or not one that fits: the message says what was found.</exception>
    public virtual TSketch FromImage(ReadOnlySpan<byte> image) => TSketch.Load(image);

    /// <summary>Writes a sketch so that it goes on as if nothing had been.</summary>
    public virtual void Save(TSketch sketch, StateWriter writer) => writer.WriteBytes(sketch.Save());

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    public virtual TSketch Load(ref StateReader reader) => TSketch.Load(reader.ReadBytes());
}
