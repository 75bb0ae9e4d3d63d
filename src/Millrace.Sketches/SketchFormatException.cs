using System.Diagnostics.CodeAnalysis;

namespace Millrace.Sketches;

/// <summary>An image is damaged, cut short, or not one of the sketch that was asked for. The only exception that loading throws.</summary>
/// <param name="message">What was found, what was expected, and where.</param>
public sealed class SketchFormatException(string message) : FormatException(message)
{
    // A helper of its own, so that the readers that call it stay small enough to be inlined.
    [DoesNotReturn]
    internal static void Throw(string message) => throw new SketchFormatException(message);

    /// <summary>Throws unless a fact that every undamaged image keeps is kept.</summary>
    internal static void ThrowUnless([DoesNotReturnIf(false)] bool isSound, string message)
    {
        if (!isSound) Throw(message);
    }
}
