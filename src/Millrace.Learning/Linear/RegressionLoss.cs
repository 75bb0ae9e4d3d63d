namespace Millrace.Learning.Linear;

/// <summary>What a linear regression makes small.</summary>
public enum RegressionLoss
{
    /// <summary>Squared errors: the mean is predicted.</summary>
    Squared,

    /// <summary>Squares up to one deviation of the target, absolute errors beyond (Huber 1964): outliers pull less.</summary>
    Huber,

    /// <summary>Pinball loss: a quantile is predicted (Koenker and Bassett 1978).</summary>
    Quantile,
}
