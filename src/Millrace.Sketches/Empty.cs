using System.Diagnostics.CodeAnalysis;

namespace Millrace.Sketches;

/// <summary>The answer to questions that an empty sketch has no answer to.</summary>
static class Empty
{
    /// <summary>Throws <see cref="InvalidOperationException"/>.</summary>
    [DoesNotReturn]
    public static void Throw() => throw new InvalidOperationException("The sketch is empty: it has no quantiles, ranks, least or greatest item yet. Ask IsEmpty first.");
}
