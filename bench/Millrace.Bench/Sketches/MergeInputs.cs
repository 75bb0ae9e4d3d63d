namespace Millrace.Bench.Sketches;

/// <summary>What is merged: 1,000 sketches of 10,000 items each, ten times over.</summary>
static class MergeInputs
{
    const int Sketches = 1000;
    const int Items = 10_000;

    /// <summary>Merges in a lap.</summary>
    public const int Operations = 10 * Sketches;

    /// <summary>Makes each sketch from its items.</summary>
    public static T[] Make<T>(SpanFunc<T> make)
    {
        var made = new T[Sketches];
        for (var i = 0; i < made.Length; i++) made[i] = make(SketchInputs.Integers.AsSpan(i * Items, Items));
        return made;
    }

    /// <summary>From items to a sketch.</summary>
    public delegate T SpanFunc<out T>(ReadOnlySpan<ulong> items);
}
