namespace Millrace.Learning.Forecasting;

/// <summary>How a season moves a forecast.</summary>
public enum SeasonKind
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By an amount for each step of the season.</summary>
    Additive,

    /// <summary>By a factor for each step of the season; for values above 0 only, else it is as if there were no season.</summary>
    Multiplicative,
}
