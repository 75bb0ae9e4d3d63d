using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Sketches.Quantiles;

namespace Millrace.Functions.Aggregate;

/// <summary>Numbers for a sketch of quantiles, one by one: batches must not show in it.</summary>
struct QuantileItems<TSketch> : ISketchItems<TSketch> where TSketch : class, IQuantileSketch<TSketch, double>
{
    Column<double>? _column;

    public void Begin(ReadOnlySpan<Column> arguments) => _column = (Column<double>)arguments[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Give(ref TSketch sketch, int row, int weight)
    {
        var value = _column![row] + 0.0; // -0 is 0
        for (; weight > 0; weight--) sketch.Update(value);
    }
}
