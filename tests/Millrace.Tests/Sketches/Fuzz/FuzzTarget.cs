using Millrace.Sketches;

namespace Millrace.Tests.Sketches.Fuzz;

/// <summary>A kind of sketch whose images are damaged: sound images, how one is loaded, and what is done with a sketch that loaded all the same.</summary>
/// <param name="Name">Told when something goes wrong.</param>
/// <param name="Images">Sound images of different sizes and states.</param>
/// <param name="Load">Loads an image and gives what then uses the sketch; only loading may throw, and only a <see cref="SketchFormatException"/>.</param>
sealed record FuzzTarget(string Name, byte[][] Images, Func<byte[], Action> Load)
{
    /// <summary>A sketch that keeps to the contract.</summary>
    /// <param name="name">Told when something goes wrong.</param>
    /// <param name="sketches">Sketches of different sizes and states.</param>
    /// <param name="use">Asks and updates one, on top of saving it and loading that again.</param>
    public static FuzzTarget Of<TSketch>(string name, IEnumerable<TSketch> sketches, Action<TSketch> use) where TSketch : ISketch<TSketch> => new(name, [.. sketches.Select(s => s.Save())], image =>
    {
        var sketch = TSketch.Load(image);
        return () =>
        {
            var size = sketch.MemorySize;
            Assert.True(size > 0 && size < 1L << 40, $"memory size {size}");
            TSketch.Load(sketch.Save());
            use(sketch);
            TSketch.Load(sketch.Save());
        };
    });
}
