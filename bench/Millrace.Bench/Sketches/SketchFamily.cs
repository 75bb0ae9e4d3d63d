namespace Millrace.Bench.Sketches;

/// <summary>The tasks of a family of sketches. One file each, one line in <see cref="SketchSpeed"/>.</summary>
abstract class SketchFamily
{
    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What is measured.</summary>
    public abstract IEnumerable<SketchTask> Tasks();
}
