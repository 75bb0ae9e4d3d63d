namespace Millrace.Learning;

/// <summary>A learner of rows of features.</summary>
/// <remarks>
/// What every model keeps, whatever the rows hold: it never throws for a value, and never answers NaN. It does not change its input. Equal seeds and equal rows
/// give equal answers. Learning allocates nothing per row beyond the model's own growth.
/// </remarks>
public interface IModel : ILearner
{
    /// <summary>The columns of the rows that it takes.</summary>
    FeatureSet Features { get; }
}
