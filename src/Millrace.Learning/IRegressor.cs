namespace Millrace.Learning;

/// <summary>Learns to predict a number.</summary>
public interface IRegressor : IModel
{
    /// <summary>Learns one row; a target that is not finite is passed over.</summary>
    /// <param name="features">One value for each column.</param>
    /// <param name="target">The number to be predicted; magnitudes above 1e100 count as 1e100.</param>
    /// <param name="weight">How many rows it counts for, more than 0.</param>
    void Learn(ReadOnlySpan<double> features, double target, double weight = 1);

    /// <summary>Predicts the number of a row: finite always, 0 before anything was learned.</summary>
    /// <param name="features">One value for each column.</param>
    double Predict(ReadOnlySpan<double> features);
}
