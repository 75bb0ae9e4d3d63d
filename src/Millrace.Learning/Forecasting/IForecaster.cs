namespace Millrace.Learning.Forecasting;

/// <summary>Learns a series of numbers in equal steps of time, and tells how it will go on.</summary>
/// <remarks>Values beyond ±1e100 count as that. A missing value (NaN) lets time pass: what was expected counts as seen. Forecasts are finite always, 0 before anything was learned. Nothing is allocated per value.</remarks>
public interface IForecaster : ILearner
{
    /// <summary>Takes the next value.</summary>
    /// <param name="value">The value, or NaN where it is missing.</param>
    void Learn(double value);

    /// <summary>Tells the next values.</summary>
    /// <param name="values">Room for one number for each step ahead, the next one first.</param>
    void Forecast(Span<double> values);
}
