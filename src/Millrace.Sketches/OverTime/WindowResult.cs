namespace Millrace.Sketches.OverTime;

/// <summary>A window that has closed.</summary>
/// <typeparam name="TSketch">The sketch.</typeparam>
/// <param name="Start">First time of the window.</param>
/// <param name="End">First time after the window.</param>
/// <param name="Sketch">The sketch of its items; belongs to whoever gets it.</param>
public readonly record struct WindowResult<TSketch>(long Start, long End, TSketch Sketch);
