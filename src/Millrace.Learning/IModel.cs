using Millrace.Learning.Images;

namespace Millrace.Learning;

/// <summary>Something that learns row by row, keeps its memory between rows, and can be saved and loaded at any moment.</summary>
/// <remarks>
/// <para>
/// What every model keeps, whatever the rows hold: it never throws for a value, and never answers NaN. It does not change its input. Equal seeds and equal rows
/// give equal answers. Saved and loaded in the middle it goes on as if nothing had happened. Learning allocates nothing per row beyond the model's own growth.
/// </para>
/// <para>One thread at a time uses a model, also for predictions. <see cref="ModelImages"/> saves, loads, copies and measures every model.</para>
/// </remarks>
public interface IModel
{
    /// <summary>The columns of the rows that it takes.</summary>
    FeatureSet Features { get; }

    /// <summary>Forgets all that was learned; seed and settings stay.</summary>
    void Reset();

    /// <summary>Reads or writes all that the model is: its settings first, then what it has learned. One method serves both ways, so that they cannot differ.</summary>
    /// <param name="archive">Takes or gives each value in order.</param>
    void Transfer(Archive archive);
}
