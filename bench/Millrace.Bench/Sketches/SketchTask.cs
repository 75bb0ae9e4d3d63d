namespace Millrace.Bench.Sketches;

/// <summary>Something that a sketch does many times.</summary>
/// <param name="Name">What is done, e.g. "HLL_8 lgK 12, uint64".</param>
/// <param name="Operations">How often it is done in a lap.</param>
/// <param name="Prepare">Makes what is needed, not timed; what it returns is a lap. The last one is run once more to see what is allocated when everything has its size.</param>
/// <param name="IsRate">Whether operations a second are told (merges), not nanoseconds an operation (updates).</param>
/// <param name="Target">The least that is good enough, in the same unit; null if there is none.</param>
/// <param name="Reference">What Apache DataSketches' C++ reaches on a machine of the same kind, in the same unit, as median (best); empty if not known.</param>
sealed record SketchTask(string Name, long Operations, Func<Action> Prepare, bool IsRate = false, double? Target = null, string Reference = "");
