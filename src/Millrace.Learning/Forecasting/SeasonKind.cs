namespace Millrace.Learning.Forecasting;

/// <summary>How a season moves a forecast.</summary>
public enum SeasonKind
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By an amount for each step of the season.</summary>
    Additive,

    /// <summary>By a factor for each step of the season; from the first value on that is not above 0 by an amount.</summary>
    Multiplicative,
}
