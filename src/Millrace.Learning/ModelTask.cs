namespace Millrace.Learning;

/// <summary>What a model answers.</summary>
public enum ModelTask
{
    /// <summary>A class: <see cref="IClassifier"/>.</summary>
    Classification,

    /// <summary>A number: <see cref="IRegressor"/>.</summary>
    Regression,

    /// <summary>How unusual a row is: <see cref="IAnomalyDetector"/>.</summary>
    AnomalyDetection,
}
