namespace Millrace.Learning.Forecasting;

/// <summary>How a forecast goes on from the level.</summary>
public enum TrendKind
{
    /// <summary>Level only.</summary>
    None,

    /// <summary>A straight line.</summary>
    Linear,

    /// <summary>A line that flattens: each step is a fixed share of the step before.</summary>
    Damped,
}
