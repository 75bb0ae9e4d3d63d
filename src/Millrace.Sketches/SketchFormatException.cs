using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Millrace.Sketches;

/// <summary>An image is damaged, cut short, or not one of the sketch that was asked for. The only exception that loading throws.</summary>
/// <param name="message">What was found, what was expected, and where.</param>
public sealed class SketchFormatException(string message) : FormatException(message)
{
    // A method of its own, so that the readers that call it stay small enough to be inlined.
    [DoesNotReturn]
    internal static void Throw(string message) => throw new SketchFormatException(message);

    /// <summary>Throws unless a fact that every undamaged image keeps is kept.</summary>
    internal static void ThrowUnless([DoesNotReturnIf(false)] bool isSound, string message)
    {
        if (!isSound) Throw(message);
    }

    /// <summary>Throws unless a fact that every undamaged image keeps is kept; the message is put together only then.</summary>
    internal static void ThrowUnless([DoesNotReturnIf(false)] bool isSound, [InterpolatedStringHandlerArgument(nameof(isSound))] ref Fault message)
    {
        if (!isSound) Throw(message.ToStringAndClear());
    }

    /// <summary>A message that is put together only if it is needed.</summary>
    [InterpolatedStringHandler]
    internal ref struct Fault
    {
        DefaultInterpolatedStringHandler _text;

        public Fault(int literalLength, int formattedCount, bool isSound, out bool isNeeded)
        {
            isNeeded = !isSound;
            _text = isNeeded ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
        }

        public void AppendLiteral(string text) => _text.AppendLiteral(text);

        public void AppendFormatted<T>(T value, string? format = null) => _text.AppendFormatted(value, format);

        public string ToStringAndClear() => _text.ToStringAndClear();
    }
}
