using Millrace.Learning.Images;

namespace Millrace.Learning;

/// <summary>Something that keeps a memory of a stream: it can be saved and loaded at any moment and goes on as if nothing had happened.</summary>
/// <remarks>One thread at a time uses a learner. <see cref="ModelImages"/> saves, loads, copies and measures every one.</remarks>
public interface ILearner
{
    /// <summary>Forgets all that was learned; seed and settings stay.</summary>
    void Reset();

    /// <summary>Reads or writes all that it is: its settings first, then what it has learned. One method serves both ways, so that they cannot differ.</summary>
    /// <param name="archive">Takes or gives each value in order.</param>
    void Transfer(Archive archive);
}
