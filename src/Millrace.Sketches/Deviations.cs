using System.Runtime.CompilerServices;

namespace Millrace.Sketches;

/// <summary>Bounds are known at 1, 2 and 3 standard deviations.</summary>
static class Deviations
{
    /// <summary>Throws unless it is one of the three.</summary>
    public static void Require(int deviations, [CallerArgumentExpression(nameof(deviations))] string? name = null)
    {
        if (deviations is < 1 or > 3) throw new ArgumentOutOfRangeException(name, deviations, "Bounds are known at 1, 2 and 3 standard deviations.");
    }
}
