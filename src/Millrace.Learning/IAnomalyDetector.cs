namespace Millrace.Learning;

/// <summary>Learns what is usual, and tells how unusual a row is.</summary>
public interface IAnomalyDetector : IModel
{
    /// <summary>Takes a row into what is usual.</summary>
    /// <param name="features">One value for each column.</param>
    void Learn(ReadOnlySpan<double> features);

    /// <summary>How unusual a row is, from 0 to 1; 0 before enough was learned.</summary>
    /// <param name="features">One value for each column.</param>
    double Score(ReadOnlySpan<double> features);
}
